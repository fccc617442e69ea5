"""What a class report stands on, as plain data: who got how many points where, and what the grader found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

BY_HAND = ""
"""The verdict of a question that no check decides, such as a written answer."""

UNDECIDED = "not decided"
"""The verdict where the grader could not decide, or could not read the notebook."""


@dataclass(frozen=True)
class Question:
    """Something that is worth points. checked: True if a check decides, False if people do."""

    name: str
    max_points: float
    checked: bool = True


@dataclass(frozen=True)
class Mark:
    """One question of one student.

    points:    as the gradebook has them, a person's before the grader's; None until somebody decides.
    by_hand:   True if a person gave them.
    verdict:   the grader's: a `checking.Verdict`, UNDECIDED or BY_HAND.
    diagnoses: names of the known mistakes that the answer equals.
    fault:     why the grader could not decide.
    first:     what the right answer has where the first wrong line stands.
    numbers:   a name for the wrong numbers, the same for equal ones.
    """

    points: float | None
    by_hand: bool = False
    verdict: str = BY_HAND
    diagnoses: tuple[str, ...] = ()
    fault: str = ""
    first: str = ""
    numbers: str = ""


@dataclass(frozen=True)
class Student:
    """One student's line.

    state:    as `Row.how`; "not graded" if neither the grader nor the gradebook knows this submission.
    marks:    by question.
    problems: why a notebook could not be read.
    flags:    what the grader found worth a look, such as a finished layer in place of one written from scratch.
    remarks:  how the notebook was read, where it was not as it was handed out.
    late_s:   seconds after the deadline.
    penalty:  points taken for that.
    cpu_s:    CPU seconds that the notebook used; None if unknown.
    why, doubts, unprotected: as in `Row`.
    files:    where to look further, by what it is: what was handed in, the notebook as it ran, the feedback.
    """

    name: str
    full_name: str = ""
    state: str = "unchanged"
    marks: Mapping[str, Mark] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    late_s: float = 0.0
    penalty: float = 0.0
    cpu_s: float | None = None
    why: str = ""
    doubts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    unprotected: bool = False
    files: Mapping[str, Path] = field(default_factory=dict)

    @property
    def decided(self) -> bool:
        """True if every question is."""
        return all(mark.points is not None for mark in self.marks.values())

    @property
    def scored(self) -> bool:
        """True if at least one question is decided."""
        return any(mark.points is not None for mark in self.marks.values())

    @property
    def points(self) -> float:
        """The sum after the penalty, never below 0; what is not decided yet counts as 0, as in the gradebook."""
        return max(0.0, round(sum(mark.points or 0.0 for mark in self.marks.values()) - self.penalty, 4))


@dataclass(frozen=True)
class Class:
    """An assignment with everybody who handed it in.

    questions: in the order of the notebooks.
    absent:    students of the gradebook who have handed in nothing.
    """

    course: str
    assignment: str
    made: datetime
    questions: tuple[Question, ...]
    students: tuple[Student, ...]
    absent: tuple[str, ...] = ()

    @property
    def checked(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.checked)

    @property
    def max_points(self) -> float:
        return sum(question.max_points for question in self.questions)

    @property
    def scored(self) -> tuple[Student, ...]:
        return tuple(student for student in self.students if student.scored)

    def verdicts(self, exercise: str) -> list[Mark]:
        """The marks of everybody whose answer to this exercise was checked."""
        marks = (student.marks.get(exercise) for student in self.students)
        return [mark for mark in marks if mark is not None and mark.verdict not in (BY_HAND, UNDECIDED)]
