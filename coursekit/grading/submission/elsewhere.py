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
from coursekit.lessons.cells import check_of, exercise_of, grade_id, is_answer

MAX_SOURCE = 100_000  # characters of a cell that is searched
MAX_PIECES = 4  # of one answer

_FENCE = re.compile(r"\A\s*```+ *\w*\n(.*?)\n```+\s*\Z", re.DOTALL)
_KINDS = {"markdown": "a Markdown cell", "raw": "a raw cell", "code": "a code cell"}


@dataclass
class Settled:
    """The cells as they are meant.

    cells:     copies of those handed in; each answer that was found stands in its own cell.
    remarks:   what was moved.
    undecided: by exercise, why nobody but a person can say which code is the answer.
    """

    cells: list[NotebookNode]
    remarks: list[str] = field(default_factory=list)
    undecided: dict[str, str] = field(default_factory=dict)


def settled(released: NotebookNode, submitted: NotebookNode) -> Settled:
    """Find the answers of a notebook. It takes cells of code apart, and runs nothing.

    released:  the notebook that was handed out.
    submitted: a notebook read by `intake`.
    """
    try:
        with Bounds().step():
            return _settled(released, submitted)
    except Exceeded:
        return Settled(submitted.cells, ["the notebook is too large to be searched for answers in other cells"])
    finally:
        _tree.cache_clear()  # a stranger's sources can be large


def is_untouched(released: NotebookNode, submitted: NotebookNode) -> bool:
    """True if no cell of code was changed or added since the notebook was handed out, and no answer in words."""
    given = {cell.source.strip() for cell in released.cells}
    return all(
        cell.source.strip() in given or cell.cell_type != "code" and not grade_id(cell) for cell in submitted.cells
    )


def _settled(released: NotebookNode, submitted: NotebookNode) -> Settled:
    state = Settled([nodes.copied(cell) for cell in submitted.cells])
    checks = {exercise_of(cell) for cell in released.cells}
    for given in released.cells:
        name = grade_id(given)
        if not name or not is_answer(given):
            continue
        _retype(state, given)
        if given.cell_type == "code" and name in checks and name.isidentifier():
            _join(state, given)
            _find(state, given, released)
    return state


def _retype(state: Settled, given: NotebookNode) -> None:
    """An answer whose cell has become another kind of cell."""
    name = grade_id(given)
    own = [cell for cell in state.cells if grade_id(cell) == name]
    if not own or any(cell.cell_type == given.cell_type for cell in own):
        return
    was, source = own[0].cell_type, own[0].source
    if given.cell_type == "code":
        fenced = _FENCE.match(source)
        source = fenced[1] if fenced else source
        if _definition(source, name) is None:
            return
    state.cells[state.cells.index(own[0])] = nodes.cell(given.cell_type, source, own[0].get("id", ""), name)
    state.remarks.append(f"{name} was answered in {_KINDS[was]} and was read as {_KINDS[given.cell_type]}")


def _join(state: Settled, given: NotebookNode) -> None:
    """An answer whose cell was split within a function: pieces that are Python only together."""
    name = grade_id(given)
    place = _place(state.cells, name)
    if place is None:
        return
    for end in range(place + 2, min(place + MAX_PIECES, len(state.cells)) + 1):
        pieces = state.cells[place:end]
        if any(piece.cell_type != "code" or grade_id(piece) not in ("", name) for piece in pieces):
            return
        if _tree(pieces[-1].source) is not None and _tree(pieces[0].source) is not None:
            return
        whole = "\n".join(piece.source for piece in pieces)
        if _definition(whole, name) is not None:
            state.cells[place:end] = [nodes.cell("code", whole, pieces[0].get("id", ""), name)]
            state.remarks.append(f"the answer to {name} was split over {len(pieces)} cells, which were joined")
            return


def _find(state: Settled, given: NotebookNode, released: NotebookNode) -> None:
    """An answer that its own cell does not hold, and another cell does."""
    name = grade_id(given)
    place = _place(state.cells, name)
    own = None if place is None else _definition(state.cells[place].source, name)
    stub = _definition(given.source, name)
    handed_out = {cell.source.strip() for cell in released.cells}
    others = [
        number
        for number, cell in enumerate(state.cells)
        if number != place and cell.cell_type == "code" and cell.source.strip() not in handed_out
        if not _is_stub(_definition(cell.source, name), stub)
    ]
    if not others:
        return
    sources = {state.cells[number].source.strip() for number in others}
    if not _is_stub(own, stub):
        if sources != {state.cells[place].source.strip()}:
            state.remarks.append(
                f"{name} is defined in several cells; its own cell, and what stands before its check, counts"
            )
        return
    if len(sources) > 1:
        state.undecided[name] = f"{name} is not in its own cell, and {len(sources)} other cells define it differently"
        return
    found = others[-1]
    source = "\n\n".join(state.cells[number].source for number in [*_helpers(state.cells, place, found), found])
    where = _where(state.cells[found], name, place, found)
    answer = nodes.cell("code", source, f"found-{name}", name)
    if place is not None:
        state.cells[place] = answer
    else:
        state.cells.insert(_before_check(state.cells, released, name, found), answer)
    state.remarks.append(f"{name} was not in its own cell and was taken from {where}")


def _place(cells: list[NotebookNode], name: str) -> int | None:
    """Where the cell of an answer is."""
    found = (number for number, cell in enumerate(cells) if grade_id(cell) == name and cell.cell_type == "code")
    return next(found, None)


def _before_check(cells: list[NotebookNode], released: NotebookNode, name: str, found: int) -> int:
    """Where an answer goes whose own cell is gone: in front of its check, or else where it was found."""
    return next((number for number, cell in enumerate(cells) if grade_id(cell) == check_of(name)), found)


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
    lines = ("" if line.lstrip().startswith(("%", "!", "?")) else line for line in source.splitlines())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a learner's "\\d"
            return ast.parse("\n".join(lines))
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
    """True for what is no answer: nothing, what was handed out, or what still says that it is not written."""
    if node is None:
        return True
    body = getattr(node, "body", None)
    if isinstance(body, list) and isinstance(body[-1], ast.Raise) and "NotImplementedError" in ast.unparse(body[-1]):
        return True
    return stub is not None and ast.unparse(node) == ast.unparse(stub)


def _defined(source: str) -> set[str]:
    tree = _tree(source)
    return set() if tree is None else {name for node in tree.body for name in _bound(node)}


def _names(source: str) -> set[str]:
    tree = _tree(source)
    return set() if tree is None else {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _bound(node: ast.stmt) -> Iterator[str]:
    """The names that a statement at the top of a cell defines."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield part.id
