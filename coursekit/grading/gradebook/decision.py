"""What a graded notebook is worth, cell by cell, and what is noted beside it: decided here and nowhere else."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field

from nbformat import NotebookNode
from nbgrader.utils import compute_checksum, determine_grade

from coursekit.grading.run.notebook import Graded
from coursekit.grading.run.stock import is_stock_test
from coursekit.lessons.cells import (
    checksum,
    exercise_of,
    grade_id,
    is_answer,
    is_graded,
    is_task,
    nbgrader_part,
    points,
)


@dataclass(frozen=True)
class Decision:
    """What the rows of one notebook will say.

    scores:   automatic ones, by cell. None, or a cell that is not there, is for a person to decide.
    comments: automatic ones, by cell; None for none.
    """

    scores: Mapping[str, float | None] = field(default_factory=dict)
    comments: Mapping[str, str | None] = field(default_factory=dict)


def decided(nb: NotebookNode, graded: Graded) -> Decision:
    """Scores and comments for every cell of the assignment.

    nb:     a canonical copy, with or without outputs: what a cell shows decides nothing.
    graded: what the grader found in it.
    """
    scores: dict[str, float | None] = {}
    comments: dict[str, str | None] = {}
    for cell in nb.cells:
        if not nbgrader_part(cell):
            continue
        name = grade_id(cell)
        if is_graded(cell):
            scores[name] = _score(cell, graded)
        if is_answer(cell) or is_task(cell):
            comments[name] = _comment(cell, graded)
    return Decision(scores, comments)


def _score(cell: NotebookNode, graded: Graded) -> float | None:
    """Points of a check; of a written answer, 0 if nothing was written. Anything else is for a person."""
    if cell.cell_type != "code" or is_answer(cell):
        return determine_grade(cell)[0]
    if is_stock_test(cell):
        return graded.tests.get(grade_id(cell), (None, None))[0]
    report = graded.reports.get(exercise_of(cell) or "")
    return None if report is None else round(report.score * points(cell), 4)


def _comment(cell: NotebookNode, graded: Graded) -> str | None:
    untouched = checksum(cell) == compute_checksum(cell)
    if untouched:
        return None if is_task(cell) else "No response."
    said = [f"Please look: {'; '.join(graded.flags)}"] if graded.flags else []
    said += [f"Note: {'; '.join(graded.remarks)}"] if graded.remarks else []
    if said and grade_id(cell) == _first_answer(graded):
        # nbgrader puts comments into pages as they are, so they are escaped here.
        return html.escape(". ".join(said))[:1000]
    return None


def _first_answer(graded: Graded) -> str:
    """The exercise whose answer cell carries remarks on the whole notebook."""
    return next(iter([*graded.reports, *graded.faults]), "")
