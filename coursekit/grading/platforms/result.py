"""The result of one notebook as data. `result.schema.json`, beside this file, says what it holds to who reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

import coursekit
from coursekit.checking import Verdict
from coursekit.grading.gradebook.decision import decided
from coursekit.grading.gradebook.table import UNDECIDED, WAITING, Question
from coursekit.grading.run.notebook import Graded
from coursekit.grading.run.stock import IN_KERNEL, is_stock_test
from coursekit.grading.safe_text import plain
from coursekit.lessons.cells import exercise_of, grade_id, is_answer, is_graded, points

SCHEMA = "coursekit/result/v1"
GRADED, PERSON = "graded", "needs a person"


@dataclass(frozen=True)
class Result:
    """What grading one notebook came to.

    lesson:    its name; "" if it is not known.
    notebook:  the name of the file.
    questions: what is worth points, in the order of the lesson. Points are None where nobody has decided yet.
    reports:   by exercise, the report that its author reads.
    problems:  why there is less of a result than there should be, as sentences; a person has to look.
    flags:     what a teacher should look at, such as a finished layer in an answer.
    remarks:   how the notebook was read, where it was not as it was handed out.
    seed:      what the draws follow from: the same seed draws the same again.
    isolation: "namespaces", "landlock", or "none" where the notebook could do anything; "" if nothing was run.
    log:       for who runs the grader, not for students.
    """

    lesson: str = ""
    notebook: str = ""
    questions: tuple[Question, ...] = ()
    reports: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    seed: str = ""
    isolation: str = ""
    log: tuple[str, ...] = ()
    seconds: float = 0.0
    cpu_s: float = 0.0

    @property
    def total(self) -> float | None:
        """The points; None as long as one question is undecided."""
        earned = [question.points for question in self.questions]
        return None if not earned or None in earned else round(sum(earned), 4)

    @property
    def max_points(self) -> float:
        return sum(question.max_points for question in self.questions)

    @property
    def needs_a_person(self) -> bool:
        """True if something is left to a person that is no written answer."""
        undecided = any(question.points is None for question in self.questions if question.checked)
        return bool(undecided or self.problems or not self.questions)

    def to_dict(self) -> dict[str, Any]:
        """The result as JSON data, which the published schema describes."""
        return {
            "schema": SCHEMA,
            "grader": f"coursekit {coursekit.__version__}",
            "status": PERSON if self.needs_a_person else GRADED,
            "lesson": self.lesson or None,
            "notebook": plain(self.notebook),
            "points": self.total,
            "max_points": self.max_points,
            "questions": [self._question(question) for question in self.questions],
            "problems": _plain(self.problems),
            "flags": _plain(self.flags),
            "remarks": _plain(self.remarks),
            "seed": self.seed,
            "isolation": self.isolation or None,
            "log": _plain(self.log),
            "seconds": self.seconds,
            "cpu_s": self.cpu_s,
        }

    def _question(self, question: Question) -> dict[str, Any]:
        return {
            "name": question.exercise,
            "points": question.points,
            "max_points": question.max_points,
            "verdict": question.verdict,
            "passed": None if question.points is None else question.verdict == Verdict.PASSED,
            "diagnoses": _plain(question.diagnoses),
            "fault": plain(question.fault),
            "checked": question.checked,
            "report": plain(self.reports.get(question.exercise, "")),
        }


def _plain(texts: tuple[str, ...]) -> list[str]:
    return [plain(text) for text in texts]


def as_json(result: Result) -> str:
    """A result as a JSON text."""
    return json.dumps(result.to_dict(), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def schema() -> dict[str, Any]:
    """The JSON schema of `Result.to_dict`."""
    return json.loads(Path(__file__).with_suffix(".schema.json").read_text(encoding="utf-8"))


def questions(nb: NotebookNode, graded: Graded) -> tuple[Question, ...]:
    """What is worth points in a canonical copy, and what was found of it."""
    scores = decided(nb, graded).scores
    found = []
    for cell in filter(is_graded, nb.cells):
        name = grade_id(cell)
        exercise = None if is_stock_test(cell) else exercise_of(cell)
        report, score, most = graded.reports.get(exercise or ""), scores.get(name), points(cell)
        if is_answer(cell):  # in words: 0 if nothing was written, else for a person
            said = WAITING if score is None else Verdict.NOT_WRITTEN
            found.append(Question(name, score, most, said, checked=False))
        elif score is None:
            fault = graded.faults.get(exercise or name, "it was not graded")
            found.append(Question(exercise or name, None, most, UNDECIDED, fault=fault))
        elif report is None:
            found.append(Question(name, score, most, IN_KERNEL))
        else:
            found.append(Question(report.exercise, score, most, str(report.verdict), report.diagnoses))
    return tuple(found)
