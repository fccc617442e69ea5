"""A class of hostile, faulty and unlucky students, each with what their grades must be.

The mini lesson asks for gru_step (4 points) and gru_parameter_count (1 point). Unless it says otherwise, a submission
of this class answers the second question rightly, so that a lost submission shows as a lost point.
"""

from __future__ import annotations

from pathlib import Path

from . import changed_notebooks, elsewhere, endings, faulty, files, finished, forged, not_there, replies, unlucky
from .case import CHECK, PERSON, RIGHT, Case

_PARTS = (forged, finished, replies, endings, changed_notebooks, files, faulty, unlucky, not_there, elsewhere)
CASES: list[Case] = [case for part in _PARTS for case in part.CASES]
FIRST = [CASES.index(part.CASES[0]) for part in _PARTS]
"""One case of each part, by number."""

SLEEPERS = (
    "it sleeps for ever",
    "it sleeps a minute",
    "it stops itself",
    "it waits for a lock",
    "a cell that sleeps a minute",
)
LOOPS = ("it never ends", "keys that collide")
"""Names of cases that use up all the time that a program may wait, or compute."""


def student_of(number: int) -> str:
    return f"s{number:03d}"


def hand_in_all(course) -> dict[str, Case]:
    """The whole class hands in; returns the case of each student."""
    students = {student_of(number): one for number, one in enumerate(CASES)}
    for student, one in students.items():
        one.hand_in(course, student)
    return students


def honest(course, number: int = 20) -> list[str]:
    """Students with right answers, whose names lie among those of the others."""
    names = [f"{student_of(round(n * len(CASES) / number))}-right" for n in range(number)]
    for name in names:
        course.hand_in(name, course.solution)
    return names


def outcome(course, student: str) -> tuple[float | str, float | str]:
    """What the gradebook says, in the terms of `Case.expected`."""
    cells = course.scores(student)
    checks = (cells[CHECK], cells["check_gru_parameter_count"])
    return tuple(PERSON if score is None and person else score for score, person in checks)


def leaked(root: Path) -> list[str]:
    """What must not exist after the class was graded."""
    return [str(path) for path in (Path("/tmp/owned-by-a-student"), root / "owned") if path.exists()]


__all__ = [
    "CASES",
    "FIRST",
    "LOOPS",
    "PERSON",
    "RIGHT",
    "SLEEPERS",
    "Case",
    "hand_in_all",
    "honest",
    "leaked",
    "outcome",
    "student_of",
]
