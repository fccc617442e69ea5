"""What people see of a graded notebook, and what it is worth."""

from __future__ import annotations

import html

from nbformat import NotebookNode

from coursekit.grading import nodes
from coursekit.grading.canonical import is_own_cell
from coursekit.grading.safe_text import safe_markdown
from coursekit.grading.trusted import Graded, exercise_of


def present(nb: NotebookNode, graded: Graded) -> NotebookNode:
    """Put what the grader found into the notebook that people look at. Everything shown was made or checked here."""
    for cell in nb.cells:
        if cell.cell_type == "markdown" and (is_own_cell(cell) or _is_answer(cell)):
            cell.source = safe_markdown(cell.source)
        if cell.cell_type != "code":
            continue
        exercise = exercise_of(cell)
        outputs = graded.outputs.get(cell.get("id", ""), []) if exercise is None else _report(exercise, graded)
        cell.outputs = [NotebookNode(output) for output in outputs]
    return nb


def points(cell: NotebookNode, graded: Graded) -> float | None:
    """Points of a check cell; None if the grader could not decide."""
    report = graded.reports.get(exercise_of(cell) or "")
    return None if report is None else round(report.score * float(cell.metadata["nbgrader"]["points"]), 4)


def first_answer(graded: Graded) -> str:
    """The exercise whose answer cell carries remarks on the whole notebook."""
    return next(iter([*graded.reports, *graded.faults]), "")


def flag_comment(flags: tuple[str, ...]) -> str:
    """Flags as a comment; nbgrader puts comments into pages as they are, so they are escaped here."""
    return html.escape("Please look: " + "; ".join(flags))[:1000]


def _report(exercise: str, graded: Graded) -> list[NotebookNode]:
    report = graded.reports.get(exercise)
    if report is None:
        reason = graded.faults.get(exercise, "the check did not run")
        text = f"Not graded automatically: {reason}. A person will look at it; no points are lost."
        return [nodes.display({"text/plain": text})]
    data = {"text/plain": repr(report.points), "text/html": report._repr_html_()}
    return [nodes.display(data, result=True)]


def _is_answer(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))
