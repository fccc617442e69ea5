"""The canonical copy: the notebook as it was handed out, with a student's answers put into it.

Whatever a student did to the tests, the read-only cells, tags, metadata or order is gone; what they wrote is kept:
the answer cells by their grade_id, and their own cells where they stood, since an answer may call a function from one.
"""

from __future__ import annotations

from collections.abc import Sequence

from nbformat import NotebookNode

from coursekit.grading import nodes
from coursekit.grading.submission import from_scratch
from coursekit.grading.submission.elsewhere import settled
from coursekit.lessons.cells import grade_id, is_answer, nbgrader_part

MISSING = "# This cell was missing from the notebook that was handed in."

READING = "coursekit_reading"
"""Key in a canonical copy's metadata: "remarks" on how it was read; "undecided", by exercise, why a person has to.

"given" and "given_in_answers" are the finished things that the notebook itself uses, and the cells of its answers."""

UNREAD_CELL = "unread"
"""Id of the cell that says why a notebook could not be read."""


def canonical(released: NotebookNode, submitted: NotebookNode, remarks: Sequence[str] = ()) -> NotebookNode:
    """Rebuild a submission on the released notebook.

    released:  the notebook that was handed out.
    submitted: a notebook read by `intake`, which took nothing over but sources and grade_ids.
    remarks:   what there is to say about its file.
    Returns a new notebook; neither argument is changed.
    """
    meant = settled(released, submitted)
    answers, own = _sort_out(released, meant.cells)
    nb = nodes.copied(released)
    cells: list[NotebookNode] = list(own.get("", []))
    for cell in nb.cells:
        name = grade_id(cell)
        if name and is_answer(cell):
            cell.source = answers.get(name, MISSING if cell.cell_type == "code" else "")
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        for key in ("tags", "attachments"):
            cell.metadata.pop(key, None)
        cell.pop("attachments", None)
        cells.append(cell)
        cells.extend(own.get(_anchor(cell), []))
    nb.cells = cells
    nb.metadata[READING] = {"remarks": [*remarks, *meant.remarks], "undecided": meant.undecided} | _given(released)
    return nb


def _given(released: NotebookNode) -> dict[str, list[str]]:
    code = [cell for cell in released.cells if cell.cell_type == "code"]
    given = {name for cell in code for name in from_scratch.used(cell.source)}
    in_answers = {name for cell in code if is_answer(cell) for name in from_scratch.used(cell.source)}
    return {"given": sorted(given), "given_in_answers": sorted(in_answers)}


def unread(released: NotebookNode, reason: str) -> NotebookNode:
    """What stands in the place of a notebook that could not be read, so that people see why."""
    nb = canonical(released, nodes.notebook([]))
    said = f"**This submission could not be read:** `{reason.replace('`', ' ')}`"
    nb.cells.insert(0, nodes.cell("markdown", said, UNREAD_CELL))
    return nb


def is_own_cell(cell: NotebookNode) -> bool:
    """True for a cell that a student added."""
    return not nbgrader_part(cell) and cell.get("id", "").startswith("own-")


def _sort_out(
    released: NotebookNode, submitted: list[NotebookNode]
) -> tuple[dict[str, str], dict[str, list[NotebookNode]]]:
    """Answers by grade_id, and a student's own cells by the released cell that they follow ("" for the top)."""
    kinds = {grade_id(cell): cell.cell_type for cell in released.cells if grade_id(cell)}
    to_answer = {grade_id(cell) for cell in released.cells if grade_id(cell) and is_answer(cell)}
    handed_out = {(cell.cell_type, cell.source.strip()): _anchor(cell) for cell in released.cells}
    answers: dict[str, str] = {}
    own: dict[str, list[NotebookNode]] = {}
    after = ""
    for number, cell in enumerate(submitted):
        name = grade_id(cell)
        known = name in kinds and kinds[name] == cell.cell_type
        if known and name in to_answer and name not in answers:
            answers[name] = cell.source
            after = name
        elif known and name not in to_answer:
            after = name  # a locked cell: the released source stands, whatever this one says
        elif (cell.cell_type, cell.source.strip()) in handed_out:
            after = handed_out[cell.cell_type, cell.source.strip()]
        elif cell.source.strip():
            own.setdefault(after, []).append(_plain(cell, number))
    return answers, own


def _plain(cell: NotebookNode, number: int) -> NotebookNode:
    """A student's own cell, or a second copy of an answer: kept as a plain cell. Its code runs, it is not graded."""
    kind = "code" if cell.cell_type == "code" else "markdown"
    return nodes.cell(kind, cell.source, f"own-{number}")


def _anchor(cell: NotebookNode) -> str:
    return grade_id(cell) or cell.get("id", "")
