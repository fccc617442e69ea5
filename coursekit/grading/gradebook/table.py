"""One student's line, as terminal and tables show it: what the grader found, with the numbers of the gradebook."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Any

from coursekit.grading.gradebook.booked import Booked, Score
from coursekit.lessons.cells import check_of, checked_by


@dataclass(frozen=True)
class Question:
    """Something that is worth points, of one student.

    points:  as the gradebook has them, a person's before the grader's. None until somebody decides.
    verdict: the grader's, or one of those below.
    fault:   why the grader could not decide.
    checked: True if a check decides, False if only a person can.
    first:   what the right answer has where the first wrong line stands, such as "the candidate n"; "" if unknown.
    numbers: a name for the wrong numbers, the same for equal ones of two students; "" for none.
    """

    exercise: str
    points: float | None
    max_points: float
    verdict: str
    diagnoses: tuple[str, ...] = ()
    fault: str = ""
    checked: bool = True
    first: str = ""
    numbers: str = ""


@functools.lru_cache(maxsize=10_000)
def _shared(question: Question) -> Question:
    """The same object for equal ones: a class has few different ones, and thousands of rows are held at once."""
    return question


UNDECIDED, WAITING, BY_HAND = "not decided", "waits for a person", "by a person"
"""Verdicts beside those of `checking.Verdict`: a check without a result, a written answer before and after."""


@dataclass(frozen=True)
class Row:
    """One student's line in the table.

    how:        "graded", "from store" (graded before, the same content), "unchanged" (and written before), "failed"
                (see there), "not read" (see `problems`) or "not written" (what the course itself brings has failed).
                Rows of `known` also say "outdated" (`why` says of what) and "not graded".
    why:        what has changed since the rows were written last, in words; empty if nothing was.
    problems:   why notebooks could not be read; a person has to look.
    doubts:     what else a person has to look at, such as a time that cannot be read.
    remarks:    what a person may want to know, and nothing depends on.
    flags:      what the grader found worth a look, such as a finished layer.
    unprotected: True if the notebook ran without isolation, and could have done anything.
    late_s:     seconds after the deadline, and the points taken for it: `penalty`.
    failed:     where the grader itself failed on this submission, as a sentence for the teacher; a person has to look.
    """

    student: str
    how: str
    questions: tuple[Question, ...] = ()
    problems: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    cpu_s: float = 0.0
    failed: str = ""
    why: str = ""
    doubts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    unprotected: bool = False
    late_s: float = 0.0
    penalty: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "questions", tuple(map(_shared, self.questions)))

    @property
    def points(self) -> float:
        """What is decided, after the penalty, and as in the gradebook never below 0."""
        return max(0.0, round(sum(q.points or 0.0 for q in self.questions) - self.penalty, 4))

    @property
    def max_points(self) -> float:
        return sum(q.max_points for q in self.questions)

    @property
    def total(self) -> float | None:
        """The points; None as long as one of the questions is undecided."""
        open_ones = not self.questions or any(question.points is None for question in self.questions)
        return None if open_ones else self.points

    @property
    def needs_a_person(self) -> bool:
        """True if there is something to look at that is no written answer."""
        undecided = any(question.points is None for question in self.questions if question.checked)
        return bool(undecided or self.failed or self.doubts or self.problems and not self.questions)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Row:
        questions = (Question(**{**q, "diagnoses": tuple(q["diagnoses"])}) for q in data["questions"])
        lists = {name: tuple(data[name]) for name in ("problems", "flags", "doubts", "remarks")}
        return cls(**{**data, **lists, "questions": tuple(questions)})


def in_gradebook(row: Row, there: Booked | None) -> Row:
    """A row with the numbers of the gradebook: its points, those of written answers, the penalty for lateness."""
    if there is None:
        return row
    scores = dict(there.scores)
    questions = []
    for question in row.questions:
        names = (check_of(question.exercise), question.exercise)  # of a check, or of a test of nbgrader's own
        cell = next((cell for cell in scores if cell.name in names), None)
        score = Score(question.points, question.max_points) if cell is None else scores.pop(cell)
        questions.append(replace(question, points=score.points, max_points=score.max_points))
    for cell, score in sorted(scores.items()):
        exercise = checked_by(cell.name)
        said = UNDECIDED if exercise else WAITING if score.points is None else BY_HAND
        question = Question(exercise or cell.name, score.points, score.max_points, said, checked=bool(exercise))
        questions.append(question)
    return replace(row, questions=tuple(questions), late_s=there.late_s, penalty=there.penalty)
