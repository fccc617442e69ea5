"""Does an answer use the finished thing that it should build? A flag for the teacher, read from the source.

In the worker these names raise, so their use earns nothing. The flag says that someone tried, or misread the task.
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

MAX_SOURCE = 100_000  # characters of one cell
MAX_PARTS = 12  # names in a row, from the root: no finished thing lies deeper
MAX_FLAGS = 20
UNREAD = "holds code that is too long or too deep to be searched for what is to be written from scratch"


class _Unread(Exception):
    """Too long or too deep to be searched."""


@functools.lru_cache(maxsize=1000)
def used(source: str) -> frozenset[str]:
    """The finished things that a cell of the handed-out notebook imports or uses, by their full names."""
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
        imported, uses = _found(source)
    except _Unread:
        return (UNREAD,)
    own = {name for name in imported | uses if not _is_given(name, given)}
    if given_in_answers is not None:
        own |= {name for name in uses if not _is_given(name, given_in_answers) and not _is_module(name)}
    named = sorted(name for name in own if not _is_record(name))
    return tuple(f"uses {name[:200]}, which is to be written from scratch" for name in named[:MAX_FLAGS])


def _found(source: str) -> tuple[set[str], set[str]]:
    """The finished things that a cell imports, and those that it uses."""
    if len(source) > MAX_SOURCE:
        raise _Unread
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a learner's "\\d"
            tree = ast.parse(_without_magics(source))
    except (SyntaxError, ValueError):
        return set(), set()
    except (RecursionError, MemoryError):
        raise _Unread from None
    names = _imported(tree)
    imported, uses = set(), set()
    for node in ast.walk(tree):
        dotted = _dotted(node, names)
        if dotted is not None and _finished(dotted):
            (imported if isinstance(node, ast.alias) else uses).add(dotted)
    return imported, uses


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


def _without_magics(source: str) -> str:
    return "\n".join("" if line.lstrip().startswith(("%", "!", "?")) else line for line in source.splitlines())
