"""Does an answer use the finished thing that it should build? Flags for the teacher, read from the source.

In the worker these names raise, so their use earns nothing. The flag says that someone tried, or misread the task.
Other flags name detours: tools with which a program can look for what was taken away, or load its text anew. No answer
of the course needs them, and what they bring cannot be foreseen, so a person reads on.
"""

from __future__ import annotations

import ast
import warnings

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

MAX_SOURCE = 100_000  # characters of one cell
MAX_PARTS = 12  # names in a row, from the root: no finished thing lies deeper
MAX_FLAGS = 20
UNREAD = "holds code that is too long or too deep to be searched for what is to be written from scratch"


def flags(source: str) -> tuple[str, ...]:
    """Sentences on what the source of a cell uses that it should write; empty for source that does not parse."""
    if len(source) > MAX_SOURCE:
        return (UNREAD,)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a learner's "\\d"
            tree = ast.parse(_without_magics(source))
    except (SyntaxError, ValueError):
        return ()
    except (RecursionError, MemoryError):
        return (UNREAD,)
    names = _imported(tree)
    used, detours = set(), set()
    for node in ast.walk(tree):
        dotted = _dotted(node, names)
        if dotted is not None and _finished(dotted):
            used.add(dotted)
        elif (detour := _detour(node, dotted)) is not None:
            detours.add(detour)
    said = [f"uses {name[:200]}, which is to be written from scratch" for name in sorted(used)]
    said += [f"uses {name[:200]}, which an answer from scratch does not need" for name in sorted(detours)]
    return tuple(said[:MAX_FLAGS])


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


def _without_magics(source: str) -> str:
    return "\n".join("" if line.lstrip().startswith(("%", "!", "?")) else line for line in source.splitlines())
