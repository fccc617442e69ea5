"""What people see of a graded notebook."""

from __future__ import annotations

from nbformat import NotebookNode

from coursekit.checking.html import as_html
from coursekit.checking.message import in_short
from coursekit.grading import nodes
from coursekit.grading.run.notebook import Graded
from coursekit.grading.run.stock import checked_exercise
from coursekit.grading.safe_markdown import shown_markdown
from coursekit.grading.safe_markdown.cleaning import IGNORED
from coursekit.grading.safe_text import plain
from coursekit.grading.submission.canonical import UNREAD_CELL, is_own_cell
from coursekit.lessons.cells import is_answer

SUMMARY = "coursekit_summary"
"""Key in the metadata of a report's output: its verdict, and what was found, in a sentence or two."""


def present(nb: NotebookNode, graded: Graded) -> NotebookNode:
    """Put what the grader found into the notebook that people look at. Everything shown was made or checked here."""
    return words_made_safe(outputs_shown(nb, graded))


def outputs_shown(nb: NotebookNode, graded: Graded) -> NotebookNode:
    """The outputs: what the sandbox kept of a cell, and the report of a check."""
    for cell in nb.cells:
        if cell["cell_type"] != "code":
            continue
        exercise = checked_exercise(cell)
        outputs = graded.outputs.get(cell.get("id", ""), []) if exercise is None else _report(exercise, graded)
        cell["outputs"] = [NotebookNode(output) for output in outputs]
    return nb


def words_made_safe(nb: NotebookNode) -> NotebookNode:
    """Markdown that a student wrote, or that quotes one, as HTML that cannot do anything.

    It changes what nbgrader's checksums are taken of, so it comes after the scores. Twice is as good as once.
    """
    for cell in nb.cells:
        if cell["cell_type"] == "markdown" and quotes_a_student(cell):
            cell.source = shown_markdown(cell.source)
    return nb


def quotes_a_student(cell: NotebookNode) -> bool:
    """True for a cell that a student wrote, or that quotes one."""
    return is_own_cell(cell) or is_answer(cell) or cell.get("id") == UNREAD_CELL


def _report(exercise: str, graded: Graded) -> list[NotebookNode]:
    report = graded.reports.get(exercise)
    if report is None:
        reason = graded.faults.get(exercise, "the check did not run")
        text = f"Not graded automatically: {reason}. A person will look at it; no points are lost."
        return [nodes.display({"text/plain": text})]
    # A report quotes names and messages of a student; they are escaped, and no formula for MathJax either.
    page = f'<div class="{IGNORED}">{plain(as_html(report, graded=True))}</div>'
    output = nodes.display({"text/plain": repr(report.points), "text/html": page}, result=True)
    output.metadata[SUMMARY] = {"verdict": str(report.verdict), "found": [plain(each) for each in in_short(report)]}
    return [output]
