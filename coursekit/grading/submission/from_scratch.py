"""Does an answer use the finished thing that it should build? Flags for the teacher, read from the source.

In the worker these names raise, so their use earns nothing. The flag says that someone tried, or misread the task.
Other flags name detours: tools with which a program can look for what was taken away, or load its text anew. No answer
of the course needs them, and what they bring cannot be foreseen, so a person reads on.
"""

from __future__ import annotations

import ast
import functools
import importlib
import re
import warnings
from collections.abc import Collection
from importlib.util import find_spec

_LAYERS = {"RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell", "RNNBase", "RNNCellBase"}
_FUNCTIONS = {"gru", "lstm", "rnn_tanh", "rnn_relu", "gru_cell", "lstm_cell", "rnn_tanh_cell", "rnn_relu_cell"}
_MODULES = ("torch._VF", "torch._C", "coursekit.reference", "coursekit.nn", "coursekit.checking", "coursekit.topics")
_INSIDES = {"_C", "_VF", "_decomp", "_dispatch", "_inductor", "_ops", "_refs", "ao", "library", "ops", "quantizable"}
_DETOURS = (
    "ctypes",
    "gc",
    "importlib",
    "inspect",
    "imp",
    "pkgutil",
    "runpy",
    "sys.modules",
    "sys._getframe",
    "zipimport",
)
_BUILT_IN = {"__import__", "compile", "eval", "exec"}

_WAYS = re.compile("import|torch|nn|__subclasses__|getattr|compile|eval|exec")
"""Without one of these no import, no name of a library and no call that is looked for can stand in a cell."""

_SHORT, _BRACKETS = 1500, 60  # characters and brackets of a cell that is never too deep to be searched

MAX_SOURCE = 100_000  # characters of one cell
MAX_PARTS = 12  # names in a row, from the root: no finished thing lies deeper
MAX_FLAGS = 20
UNREAD = "holds code that is too long or too deep to be searched for what is to be written from scratch"


class _Unread(Exception):
    """Too long or too deep to be searched."""


@functools.lru_cache(maxsize=1000)
def used(source: str) -> frozenset[str]:
    """The finished things and the detours that a cell of the handed-out notebook imports or uses, by name."""
    try:
        return frozenset().union(*_found(source))
    except _Unread:
        return frozenset()


def flags(
    source: str, given: Collection[str] = frozenset(), given_in_answers: Collection[str] | None = None
) -> tuple[str, ...]:
    """Sentences on what the source of a cell uses that it should write; empty for source that does not parse.

    given:            what the handed-out notebook uses itself, which is no evidence where a cell of it was edited.
    given_in_answers: for an answer, what its own cell used as it was handed out. An answer may repeat the notebook's
                      imports; what it uses beyond these is its own choice.
    """
    try:
        imported, uses, detours = _found(source)
    except _Unread:
        return (UNREAD,)
    own = {name for name in imported | uses if not _is_given(name, given)}
    if given_in_answers is not None:
        own |= {name for name in uses if not _is_given(name, given_in_answers) and not _is_module(name)}
    named = sorted(name for name in own if not _is_record(name))
    said = [f"uses {name[:200]}, which is to be written from scratch" for name in named]
    beside = sorted(name for name in detours if not _is_given(name, given))
    said += [f"uses {name[:200]}, which an answer from scratch does not need" for name in beside]
    return tuple(said[:MAX_FLAGS])


def _found(source: str) -> tuple[set[str], set[str], set[str]]:
    """The finished things that a cell imports, those that it uses, and the detours in it."""
    if len(source) > MAX_SOURCE:
        raise _Unread
    if _names_nothing(source):
        return set(), set(), set()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a learner's "\\d"
            tree = ast.parse(without_magics(source))
    except (SyntaxError, ValueError):
        return set(), set(), set()
    except (RecursionError, MemoryError):
        raise _Unread from None
    names = _imported(tree)
    imported, uses, detours = set(), set(), set()
    for node in ast.walk(tree):
        dotted = _dotted(node, names)
        if dotted is not None and _finished(dotted):
            (imported if isinstance(node, ast.alias) else uses).add(dotted)
        elif (detour := _detour(node, dotted)) is not None:
            detours.add(detour)
    return imported, uses, detours


def _names_nothing(source: str) -> bool:
    """True for a short cell in which no word begins a way to a finished thing: it need not be taken apart."""
    simple = source.isascii() and len(source) <= _SHORT and sum(map(source.count, "([{")) <= _BRACKETS
    return simple and _WAYS.search(source) is None  # a name in other letters, such as "ｅval", is the same to Python


def _is_given(name: str, given: Collection[str]) -> bool:
    """True for what is given, and for a package that something given lies in."""
    return name in given or any(other.startswith(f"{name}.") for other in given)


def _is_record(name: str) -> bool:
    """True for a named tuple of the reference, such as the parameters of a layer: it computes nothing."""
    module, _, last = name.rpartition(".")
    found = getattr(importlib.import_module(module), last, None) if _is_module(module) else None
    return isinstance(found, type) and issubclass(found, tuple)


def _is_module(name: str) -> bool:
    """True for a module of the reference, whose mention says nothing yet."""
    return re.fullmatch(r"coursekit\.reference(\.[a-z]\w*)?", name) is not None and find_spec(name) is not None


def _finished(dotted: str) -> bool:
    head, _, last = dotted.rpartition(".")
    if dotted.startswith("torch") and (last in _LAYERS and "nn" in head.split(".") or last in _FUNCTIONS):
        return True
    return any(dotted == module or dotted.startswith(f"{module}.") for module in _MODULES)


def _detour(node: ast.AST, dotted: str | None) -> str | None:
    """What a node uses that can lead to a finished thing without its name."""
    if isinstance(node, ast.Attribute) and node.attr == "__subclasses__":
        return "__subclasses__"
    if dotted is not None:
        inside = dotted.startswith("torch.") and _INSIDES & set(dotted.split("."))
        return dotted if inside or any(f"{dotted}.".startswith(f"{name}.") for name in _DETOURS) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        name = node.func.id
        if name == "getattr" and len(node.args) > 1 and not isinstance(node.args[1], ast.Constant):
            return "getattr with a name that is computed"
        return f"{name}(...)" if name in _BUILT_IN else None
    return None


def _imported(tree: ast.AST) -> dict[str, str]:
    """What each imported name stands for: {"nn": "torch.nn", "np": "numpy"}."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def _dotted(node: ast.AST, names: dict[str, str]) -> str | None:
    """The full name that an expression or an import spells, through the cell's own imports."""
    if isinstance(node, ast.alias):  # the import itself is enough
        return names.get(node.asname or node.name)
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        parts = [node.attr]
        while isinstance(node.value, ast.Attribute):
            if len(parts) == MAX_PARTS:
                return None
            node = node.value
            parts.append(node.attr)
        if isinstance(node.value, ast.Name):
            root = names.get(node.value.id, node.value.id if node.value.id in ("torch", "nn") else None)
            if root is not None:
                root = "torch.nn" if root == "nn" else root
                return ".".join([root, *reversed(parts)])
    return None


def without_magics(source: str) -> str:
    """A cell as Python, each line in its place: no magics, no questions such as `np.tanh?`, and None for `x = !ls`."""
    return _MAGIC.sub(lambda found: f"{found['name']}None" if found["name"] else "", "\n".join(source.splitlines()))


_MAGIC = re.compile(
    r"^[ \t]*(?:[%!?].*|[\w.*]+\?{1,2}[ \t]*)$|^(?P<name>[ \t]*[\w., \t*]+=[ \t]*)[%!].*$", re.MULTILINE
)
