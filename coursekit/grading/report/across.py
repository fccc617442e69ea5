"""Several assignments side by side: what a page says before it goes through them one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coursekit.checking import Verdict
from coursekit.grading.report.data import Class, Student
from coursekit.grading.report.summary import Summary


@dataclass(frozen=True)
class Line:
    """One assignment. at: what the names of its places on the page begin with. to_look_at: so many submissions."""

    group: Class
    at: str
    summary: Summary
    to_look_at: int

    @property
    def median(self) -> float | None:
        return self.summary.median if self.summary.scores else None

    @property
    def passed(self) -> float | None:
        """The share of all answers; None if there are none."""
        answers = sum(exercise.answers for exercise in self.summary.checked)
        passed = sum(exercise.verdicts.get(Verdict.PASSED, 0) for exercise in self.summary.checked)
        return passed / answers if answers else None


@dataclass(frozen=True)
class Person:
    """One student in all assignments."""

    name: str
    full_name: str
    by_assignment: Mapping[str, Student]

    @property
    def points(self) -> float:
        return round(sum(student.points for student in self.by_assignment.values()), 4)

    @property
    def decided(self) -> bool:
        return all(student.decided and student.scored for student in self.by_assignment.values())


@dataclass(frozen=True)
class Across:
    lines: Sequence[Line]
    people: Sequence[Person]

    @property
    def max_points(self) -> float:
        return sum(line.group.max_points for line in self.lines)


def across(lines: Sequence[Line]) -> Across:
    """Everybody who has handed in anything or is in the gradebook, by name."""
    found: dict[str, dict[str, Student]] = {name: {} for line in lines for name in line.group.absent}
    for line in lines:
        for student in line.group.students:
            found.setdefault(student.name, {})[line.group.assignment] = student
    people = [
        Person(name, next((s.full_name for s in there.values() if s.full_name), ""), there)
        for name, there in sorted(found.items())
    ]
    return Across(lines, people)
