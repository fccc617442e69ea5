"""nbgrader's own tests beside our checks: cells that run in the student's kernel and say for themselves what they are
worth.

A student who means to can make such a cell say anything, so their points carry that label wherever they are shown.
"""

from __future__ import annotations

import ast
import contextlib

from nbformat import NotebookNode

from coursekit.checking import registry
from coursekit.grading.run.sandbox import CellResult
from coursekit.lessons.cells import exercise_of, is_answer, is_graded, points

IN_KERNEL = "given in the student's kernel"
"""The verdict on such a test."""


def is_stock_test(cell: NotebookNode) -> bool:
    """True for a test that is no check of ours."""
    if cell.cell_type != "code" or not is_graded(cell) or is_answer(cell):
        return False
    exercise = exercise_of(cell)
    if exercise is None:
        return True
    try:
        registry.get(exercise)
    except registry.UnknownExercise:
        return not _calls_check(cell.source)
    return False


def checked_exercise(cell: NotebookNode) -> str | None:
    """The exercise that a check of ours checks; None for any other cell."""
    exercise = exercise_of(cell)
    return None if exercise is None or is_stock_test(cell) else exercise


def earned(cell: NotebookNode, result: CellResult) -> float:
    """Points of a test that has run, by nbgrader's rule: all, none after an error, or the number it ends with."""
    if not result.ok:
        return 0.0
    most = points(cell)
    last = result.shown[-1] if result.shown else None
    if last is not None and last.kind == "result":
        with contextlib.suppress(ValueError):
            partial = float(str(last.data.get("text/plain", "")))
            return min(max(partial, 0.0), most) if partial == partial else 0.0
    return most


def _calls_check(source: str) -> bool:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return False
    calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return any(isinstance(function, ast.Name) and function.id == "check" for function in calls)
