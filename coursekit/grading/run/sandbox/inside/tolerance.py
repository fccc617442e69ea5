"""What a cell may ask for that is not there while it is graded, and would not have ended the cell where it was written.

A shell command, an interface for plots, a library that is not installed, a file, a keyboard: the statement is passed
over and noted, and the statements after it run, since a right answer may stand among them. What is noted gives no
points. An error of any other kind ends the cell as it does in every notebook.
"""

from __future__ import annotations

import ast
import re
from bdb import BdbQuit
from locale import Error as LocaleError
from typing import Any

from IPython.core.error import StdinNotImplementedError, UsageError

MOST = 50  # passed over in one cell
ANYTHING = "*"  # among the names of a statement: it may define any name

_KINDS = (ImportError, OSError, EOFError, MemoryError, UsageError, StdinNotImplementedError, BdbQuit, LocaleError)
_NAMES = {"NotWhileGrading", "TclError"}  # the prelude's, and one of a module that need not be there
_NO_EXCEPTION = "catching classes that do not inherit from BaseException"
_DEVICES = re.compile(r"\b(CUDA|NVIDIA|MPS|mps|XPU|HIP)\b|start new thread")

UNTIMED = {"time", "timeit", "prun", "memit", "mprun", "lprun", "heat", "scalene", "snakeviz"}
"""Magics around a cell that only measure it: the cell runs without them."""

IGNORED = {"conda", "debug", "edit", "gui", "load", "loadpy", "mamba", "micromamba", "notebook", "pdb", "pip", "recall"}
IGNORED |= {"rerun", "reset", "reset_selective", "store", "uv"}
"""Magics of one line that are not run: they ask for a person, a network or a kernel, or take our own names away."""

_DEFINE_ANYTHING = {"load_ext", "pylab", "run"}
_MEASURE = re.compile(r"%%(\w+)")


class Passed:
    """What was passed over in the cell that runs, and the names that may be missing since, in any later cell."""

    def __init__(self) -> None:
        self.in_cell: list[list[Any]] = []
        self.lost: set[str] = set()

    def begin(self) -> None:
        """A cell begins."""
        self.in_cell = []

    def note(self, statement: str, reason: str, names: set[str]) -> None:
        """Keep a statement: its first line, why it could not run, and the names that it might have defined."""
        self.lost |= names
        if len(self.in_cell) < MOST:
            self.in_cell.append([_first_line(statement), reason[:300], sorted(names)[:MOST]])

    def magic(self, kind: str, name: str, line: str, reason: str) -> None:
        """Keep a magic: kind is "%" or "%%"."""
        names = {ANYTHING} if name in _DEFINE_ANYTHING else set(re.findall(r"[^\W\d]\w*", line))
        self.note(f"{kind}{name} {line}".strip(), reason, names)

    def may_pass(self, error: BaseException | None) -> bool:
        """Does this error say nothing about the learner's program? What follows from one that was passed over
        does not, either."""
        if not isinstance(error, Exception):
            return False
        if _NO_EXCEPTION in _text(error) and error.__context__ is not None:  # `except plots.Missing`, a stand-in
            error = error.__context__
        return bool(self.in_cell) or _of_surroundings(error) or getattr(error, "name", None) in self.lost


def _of_surroundings(error: Exception) -> bool:
    if isinstance(error, _KINDS) or type(error).__name__ in _NAMES or _DEVICES.search(_text(error)):
        return True
    return isinstance(error, AttributeError) and type(error.obj).__module__.startswith("inside.")  # our own stand-ins


def told(error: BaseException) -> str:
    """An error in one line."""
    if type(error).__name__ == "NotWhileGrading":
        return _text(error)
    return f"{type(error).__name__}: {_first_line(_text(error))}"


def without_measuring(lines: list[str]) -> list[str]:
    """A cell's lines without the magics that measure it."""
    while lines and (found := _MEASURE.match(lines[0])) and found[1] in UNTIMED:
        lines = lines[1:]
    return lines


def definitions(nodes: list[ast.stmt]) -> list[ast.stmt]:
    """The statements that define and do not compute: imports, functions, classes, and assignments without a call."""
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node for node in nodes if isinstance(node, kinds) or _plain_assignment(node)]


def names_of(node: ast.stmt) -> set[str]:
    """The names that a statement may define or mention."""
    found = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    found |= {part.name for part in ast.walk(node) if isinstance(part, (ast.FunctionDef, ast.ClassDef))}
    for part in ast.walk(node):
        if isinstance(part, ast.alias):
            found.add(ANYTHING if part.name == "*" else part.asname or part.name.partition(".")[0])
    return found | ({ANYTHING} if "exec" in found else set())


def _plain_assignment(node: ast.stmt) -> bool:
    if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None:
        return False
    return isinstance(node.value, ast.Lambda) or not any(
        isinstance(part, (ast.Call, ast.Await, ast.ListComp, ast.SetComp, ast.DictComp)) for part in ast.walk(node)
    )


def _text(error: BaseException) -> str:
    try:
        return str(error)[:4000]
    except Exception:  # a learner's own class
        return ""


def _first_line(text: str) -> str:
    return next(iter(text.strip().splitlines()), "")[:200]
