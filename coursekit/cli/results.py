"""What the check cells of a notebook that ran have to say."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coursekit.checking import Verdict
from coursekit.checking.report import MIME
from coursekit.lessons.cells import checked_by, grade_id, is_graded, nbgrader_part

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from coursekit.cli.running import Outcome


NOT_RUN = "not run"


@dataclass(frozen=True)
class Result:
    """One line of the table: points earned, points to be had, and the words of the report."""

    exercise: str
    passed: bool
    points: float
    most: float
    verdict: str
    diagnoses: tuple[str, ...] = ()
    text: str = ""


def results(nb: NotebookNode, outcome: Outcome) -> list[Result]:
    """A result for every check cell of the lesson, run or not, and for every other report in the notebook.

    A check cell of the lesson is known by nbgrader's metadata, so that one that never ran counts as failed.
    """
    required, extra = {}, {}
    for index, cell in enumerate(nb.cells):
        if cell.cell_type != "code":
            continue
        reports = _reports(cell)
        name = _required_exercise(cell)
        if name is None:
            extra |= {str(report["exercise"]): _from_report(report) for report in reports}
            continue
        most = _number(nbgrader_part(cell).get("points"))
        own = [report for report in reports if report["exercise"] == name]
        required[name] = (
            _from_report(own[-1], most) if own else _failed(name, most, _why(cell, index, outcome, reports))
        )
    return list(({name: result for name, result in extra.items() if name not in required} | required).values())


def _required_exercise(cell: NotebookNode) -> str | None:
    """The exercise that a graded cell of the lesson checks, or None for any other cell."""
    if not is_graded(cell):
        return None
    return checked_by(grade_id(cell)) or grade_id(cell)


def _reports(cell: NotebookNode) -> list[Mapping[str, Any]]:
    found = (output.get("data", {}).get(MIME) for output in cell.outputs)
    return [report for report in found if isinstance(report, Mapping) and "exercise" in report]


def _from_report(report: Mapping[str, Any], most: float | None = None) -> Result:
    most = _number(report.get("max_points")) if most is None else most
    diagnoses = report.get("diagnoses")
    return Result(
        exercise=printable(report["exercise"]),
        passed=report.get("passed") is True,
        points=min(_number(report.get("points")), most),
        most=most,
        verdict=printable(report.get("verdict", "")),
        diagnoses=tuple(map(printable, diagnoses)) if isinstance(diagnoses, (list, tuple)) else (),
        text=printable(report.get("text", "")),
    )


def _failed(name: str, most: float, why: tuple[str, str]) -> Result:
    verdict, text = why
    return Result(printable(name), False, 0.0, most, verdict, (), printable(text))


def _why(cell: NotebookNode, index: int, outcome: Outcome, others: list[Mapping[str, Any]]) -> tuple[str, str]:
    """Verdict and words for a check cell that shows no report of its own exercise."""
    if index in outcome.timed_out:
        return Verdict.TIMEOUT, "The check took too long. Look for a loop that does not end."
    if index > outcome.reached:
        return NOT_RUN, "The run ended before this check."
    if index == outcome.reached and outcome.stopped:
        return "died", "The kernel died while this check ran. Look for what ends Python, or takes all memory."
    errors = [output for output in cell.outputs if output.output_type == "error"]
    if errors:
        return Verdict.RAISED, f"The check could not run: {errors[-1].ename}: {errors[-1].evalue}"
    if others:
        return (
            "changed",
            f"This cell checks {others[-1]['exercise']} now. Restore its line, or take the lesson's own.",
        )
    return "no report", "The check cell ran and showed no report. Restore its line, or take the lesson's own."


def _number(value: Any) -> float:
    """A finite number of points that is not negative; anything else is worth nothing."""
    is_number = isinstance(value, (int, float)) and math.isfinite(value) and value >= 0
    return float(value) if is_number else 0.0


def printable(value: Any) -> str:
    """Text without the control characters that could rewrite a terminal, and with ? for half of a character."""
    text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", str(value))
    return re.sub(r"[\ud800-\udfff]", "?", text)
