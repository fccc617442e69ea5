"""The canonical copy: the notebook as it was handed out, with a student's answers put into it.

Whatever a student did to the tests, the read-only cells, tags, metadata or order is gone; what they wrote is kept:
the answer cells by their grade_id, and their own cells where they stood, since an answer may call a function from one.
"""

from __future__ import annotations

from collections.abc import Sequence

from nbformat import NotebookNode

from coursekit.grading import nodes
from coursekit.grading.submission.elsewhere import settled
from coursekit.grading.submission.handed_out import HandedOut
from coursekit.lessons.cells import grade_id, is_answer, nbgrader_part

MISSING = "# This cell was missing from the notebook that was handed in."

READING = "coursekit_reading"
"""Key in a canonical copy's metadata: "remarks" on how it was read; "undecided", by exercise, why a person has to.

"given" and "given_in_answers" are the finished things that the notebook itself uses, and the cells of its answers."""

UNREAD_CELL = "unread"
"""Id of the cell that says why a notebook could not be read."""


def canonical(released: NotebookNode | HandedOut, submitted: NotebookNode, remarks: Sequence[str] = ()) -> NotebookNode:
    """Rebuild a submission on the released notebook.

    released:  the notebook that was handed out.
    submitted: a notebook read by `intake`, which took nothing over but sources and grade_ids.
    remarks:   what there is to say about its file.
    Returns a new notebook; neither argument is changed.
    """
    handed_out = HandedOut.of(released)
    meant = settled(handed_out, submitted)
    answers, own = _sort_out(handed_out, meant.cells)
    nb = nodes.copied(handed_out.bare)
    cells: list[NotebookNode] = list(own.get("", []))
    for cell, (_, name), anchor in zip(nb.cells, handed_out.cells, handed_out.anchors, strict=True):
        if name and is_answer(cell):
            cell["source"] = answers.get(name, MISSING if cell["cell_type"] == "code" else "")
        cells.append(cell)
        if anchor in own:
            cells.extend(own[anchor])
    nb.cells = cells
    nb.metadata[READING] = {"remarks": [*remarks, *meant.remarks], "undecided": meant.undecided} | handed_out.given
    return nb


def unread(released: NotebookNode, reason: str) -> NotebookNode:
    """What stands in the place of a notebook that could not be read, so that people see why."""
    nb = canonical(released, nodes.notebook([]))
    said = f"**This submission could not be read:** `{reason.replace('`', ' ')}`"
    nb.cells.insert(0, nodes.cell("markdown", said, UNREAD_CELL))
    return nb


def is_own_cell(cell: NotebookNode) -> bool:
    """True for a cell that a student added."""
    return cell.get("id", "").startswith("own-") and not nbgrader_part(cell)


def _sort_out(
    released: HandedOut, submitted: list[NotebookNode]
) -> tuple[dict[str, str], dict[str, list[NotebookNode]]]:
    """Answers by grade_id, and a student's own cells by the released cell that they follow ("" for the top)."""
    to_answer = {name for _, name in released.answers}
    answers: dict[str, str] = {}
    own: dict[str, list[NotebookNode]] = {}
    after = ""
    for number, cell in enumerate(submitted):
        name, kind, source = grade_id(cell), cell["cell_type"], cell["source"]
        known = released.kinds.get(name) == kind
        if known and name in to_answer and name not in answers:
            answers[name] = source
            after = name
        elif known and name not in to_answer:
            after = name  # a locked cell: the released source stands, whatever this one says
        elif (place := released.places.get((kind, source.strip()))) is not None:
            after = place
        elif source.strip():
            own.setdefault(after, []).append(_plain(cell, number))
    return answers, own


def _plain(cell: NotebookNode, number: int) -> NotebookNode:
    """A student's own cell, or a second copy of an answer: kept as a plain cell. Its code runs, it is not graded."""
    kind = "code" if cell.cell_type == "code" else "markdown"
    return nodes.cell(kind, cell.source, f"own-{number}")
