"""Answers that stand in another place than their own cell: in text, below, inside the check, in two pieces.

Where there is no doubt which code is meant, it is put where it belongs, with a remark. Else a person decides.
"""

from __future__ import annotations

import ast
import functools
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field

from nbformat import NotebookNode

from coursekit.grading import nodes
from coursekit.grading.bounds import Bounds, Exceeded
from coursekit.grading.submission.from_scratch import without_magics
from coursekit.grading.submission.handed_out import HandedOut
from coursekit.lessons.cells import check_of, grade_id

MAX_SOURCE = 100_000  # characters of a cell that is searched
MAX_PIECES = 4  # of one answer

_FOREIGN = "the notebook holds no cell and no answer of this lesson: is it the right file?"

_FENCE = re.compile(r"\A\s*```+ *\w*\n(.*?)\n```+\s*\Z", re.DOTALL)
_KINDS = {"markdown": "a Markdown cell", "raw": "a raw cell", "code": "a code cell"}


@dataclass
class Settled:
    """The cells as they are meant.

    cells:     those handed in; each answer that was found stands in its own cell, which is a new one.
    remarks:   what was moved.
    undecided: by exercise, why nobody but a person can say which code is the answer.
    """

    cells: list[NotebookNode]
    remarks: list[str] = field(default_factory=list)
    undecided: dict[str, str] = field(default_factory=dict)


def settled(released: NotebookNode | HandedOut, submitted: NotebookNode) -> Settled:
    """Find the answers of a notebook. It takes cells of code apart, and runs nothing.

    released:  the notebook that was handed out.
    submitted: a notebook read by `intake`.
    """
    try:
        with Bounds().step():
            return _settled(HandedOut.of(released), submitted)
    except Exceeded:
        return Settled(submitted.cells, ["the notebook is too large to be searched for answers in other cells"])
    finally:
        _tree.cache_clear()  # a stranger's sources can be large


def is_untouched(released: NotebookNode | HandedOut, submitted: NotebookNode) -> bool:
    """True if no cell of code was changed or added since the notebook was handed out, and no answer in words."""
    given = HandedOut.of(released).sources
    return all(
        cell["source"].strip() in given or cell["cell_type"] != "code" and not grade_id(cell)
        for cell in submitted.cells
    )


class _Cells:
    """The cells on the way, with what is asked of each for every answer: its name, and whether it is code that was not
    handed out."""

    def __init__(self, cells: list[NotebookNode], handed_out: HandedOut) -> None:
        self.cells, self._handed_out = [*cells], handed_out
        self.names = [grade_id(cell) for cell in cells]
        self.changed = [self._is_changed(cell) for cell in cells]

    def _is_changed(self, cell: NotebookNode) -> bool:
        return cell["cell_type"] == "code" and cell["source"].strip() not in self._handed_out.sources

    def put(self, start: int, end: int, cell: NotebookNode) -> None:
        """Put a cell in the place of some, or of none."""
        self.cells[start:end] = [cell]
        self.names[start:end] = [grade_id(cell)]
        self.changed[start:end] = [self._is_changed(cell)]

    def place(self, name: str) -> int | None:
        """Where the cell of an answer is."""
        found = (number for number in self.named(name) if self.cells[number].cell_type == "code")
        return next(found, None)

    def named(self, name: str) -> Iterator[int]:
        return (number for number, each in enumerate(self.names) if each == name)


def _settled(released: HandedOut, submitted: NotebookNode) -> Settled:
    there = _Cells(submitted.cells, released)
    state = Settled(there.cells)
    for given, name in released.answers:
        _retype(state, there, given, name)
        if given.cell_type == "code" and name in released.exercises and name.isidentifier():
            _join(state, there, name)
            _find(state, there, given, name)
    if released.names and released.names.isdisjoint(there.names):
        state.undecided |= dict.fromkeys(filter(None, released.exercises), _FOREIGN)
    return state


def _retype(state: Settled, there: _Cells, given: NotebookNode, name: str) -> None:
    """An answer whose cell has become another kind of cell."""
    own = [*there.named(name)]
    if not own or any(there.cells[number].cell_type == given.cell_type for number in own):
        return
    first = there.cells[own[0]]
    was, source = first.cell_type, first.source
    if given.cell_type == "code":
        fenced = _FENCE.match(source)
        source = fenced[1] if fenced else source
        if _definition(source, name) is None:
            return
    there.put(own[0], own[0] + 1, nodes.cell(given.cell_type, source, first.get("id", ""), name))
    state.remarks.append(f"{name} was answered in {_KINDS[was]} and was read as {_KINDS[given.cell_type]}")


def _join(state: Settled, there: _Cells, name: str) -> None:
    """An answer whose cell was split within a function: pieces that are Python only together."""
    place = there.place(name)
    if place is None:
        return
    for end in range(place + 2, min(place + MAX_PIECES, len(there.cells)) + 1):
        pieces = there.cells[place:end]
        if any(piece.cell_type != "code" for piece in pieces) or {*there.names[place:end]} - {"", name}:
            return
        if _tree(pieces[-1].source) is not None and _tree(pieces[0].source) is not None:
            return
        whole = "\n".join(piece.source for piece in pieces)
        if _definition(whole, name) is not None:
            there.put(place, end, nodes.cell("code", whole, pieces[0].get("id", ""), name))
            state.remarks.append(f"the answer to {name} was split over {len(pieces)} cells, which were joined")
            return


def _find(state: Settled, there: _Cells, given: NotebookNode, name: str) -> None:
    """An answer that its own cell does not hold, and another cell does."""
    place = there.place(name)
    elsewhere = {
        number: found
        for number, changed in enumerate(there.changed)
        if changed and number != place and (found := _definition(there.cells[number].source, name)) is not None
    }
    if not elsewhere:
        return
    stub = _definition(given.source, name)
    own = None if place is None else _definition(there.cells[place].source, name)
    others = [number for number, found in elsewhere.items() if not _is_stub(found, stub)]
    if not others:
        return
    sources = {there.cells[number].source.strip() for number in others}
    if not _is_stub(own, stub):
        if sources != {there.cells[place].source.strip()}:
            state.remarks.append(
                f"{name} is defined in several cells; its own cell, and what stands before its check, counts"
            )
        return
    if len(sources) > 1:
        state.undecided[name] = f"{name} is not in its own cell, and {len(sources)} other cells define it differently"
        return
    found = others[-1]
    source = "\n\n".join(there.cells[number].source for number in [*_helpers(there.cells, place, found), found])
    where = _where(there.cells[found], name, place, found)
    answer = nodes.cell("code", source, f"found-{name}", name)
    if place is not None:
        there.put(place, place + 1, answer)
    else:
        before = next(there.named(check_of(name)), found)  # in front of its check, or else where it was found
        there.put(before, before, answer)
    state.remarks.append(f"{name} was not in its own cell and was taken from {where}")


def _where(cell: NotebookNode, name: str, place: int | None, found: int) -> str:
    if grade_id(cell) == check_of(name):
        return "inside its check"
    if grade_id(cell):
        return f"the cell {grade_id(cell)!r}"
    if place is None:
        return "a cell of the student's, as its own cell is missing"
    return f"a cell {'above' if found < place else 'below'}"


def _helpers(cells: list[NotebookNode], place: int | None, found: int) -> list[int]:
    """The cells below an answer's own cell that define what the answer uses, in their order."""
    wanted, kept = _names(cells[found].source), set()
    candidates = (
        {} if place is None else {n: _defined(cells[n].source) for n in range(place + 1, len(cells)) if n != found}
    )
    while new := {
        number
        for number, defined in candidates.items()
        if number not in kept and cells[number].cell_type == "code" and not grade_id(cells[number]) and defined & wanted
    }:
        kept |= new
        for number in new:
            wanted |= _names(cells[number].source)
    return sorted(kept)


# Python, as far as it has to be understood.


@functools.lru_cache(maxsize=64)
def _tree(source: str) -> ast.Module | None:
    """The source of a cell as Python; None if it is none, or too long or too deep to tell."""
    if len(source) > MAX_SOURCE:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a learner's "\\d"
            return ast.parse(without_magics(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _definition(source: str, name: str) -> ast.stmt | None:
    """The last statement of a cell that defines a name."""
    if name not in source:
        return None
    tree = _tree(source)
    found = [] if tree is None else [node for node in tree.body if name in _bound(node)]
    return found[-1] if found else None


def _is_stub(node: ast.stmt | None, stub: ast.stmt | None) -> bool:
    """True for what is no answer: nothing, what was handed out, or what computes nothing."""
    if node is None:
        return True
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and _computes_nothing(node.body):
        return True
    return stub is not None and ast.unparse(node) == ast.unparse(stub)


def _computes_nothing(body: list[ast.stmt]) -> bool:
    """True for a text, `pass`, `...` and `return None`, and for what says that it is not written before it returns."""
    for each in body:
        if isinstance(each, ast.Raise) and "NotImplementedError" in ast.unparse(each):
            return True
        if _returns(each):
            break
    return all(isinstance(each, (ast.Pass, ast.Expr, ast.Return)) and _is_empty(each) for each in body)


def _returns(node: ast.AST) -> bool:
    """Whether a statement can return a value, or yield one: not only the functions in it."""
    if isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom)):
        return True
    inside = not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda))
    return inside and any(map(_returns, ast.iter_child_nodes(node)))


def _is_empty(node: ast.stmt) -> bool:
    value = getattr(node, "value", None)
    nothing = value is None or isinstance(value, ast.Constant) and value.value in (None, ...)
    return nothing or isinstance(node, ast.Expr) and isinstance(value, ast.Constant)


def _defined(source: str) -> set[str]:
    tree = _tree(source)
    return set() if tree is None else {name for node in tree.body for name in _bound(node)}


def _names(source: str) -> set[str]:
    tree = _tree(source)
    return set() if tree is None else {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _bound(node: ast.stmt) -> Iterator[str]:
    """The names that a statement at the top of a cell defines, those in the blocks of `if`, `try` and their kin too."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield part.id
    elif isinstance(node, ast.Expr):
        yield from (part.target.id for part in ast.walk(node) if isinstance(part, ast.NamedExpr))
    else:
        for part in ast.iter_child_nodes(node):
            if isinstance(part, (ast.stmt, ast.ExceptHandler, ast.match_case)):
                yield from _bound(part)
