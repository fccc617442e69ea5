"""Who has left the class. Nothing of theirs is deleted: they are on a list, and nobody grades, shows or counts them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from coursekit.grading.submission import records
from coursekit.grading.submission.names import one_spelling


@dataclass(frozen=True)
class Withdrawn:
    """since: in ISO 8601."""

    student: str
    since: str
    why: str = ""


def withdrawn(root: Path) -> dict[str, Withdrawn]:
    """Everybody who has left the course in a folder, by name."""
    found: dict[str, Withdrawn] = {}
    for line in records.lines(_record(root)):
        student = one_spelling(str(line.get("student", "")))
        if line.get("left") is True:
            found[student] = Withdrawn(student, str(line.get("time", "")), str(line.get("why", "")))
        else:
            found.pop(student, None)
    return dict(sorted(found.items()))


def withdraw(root: Path, students: Iterable[str], why: str = "") -> None:
    """Students leave. Raises OSError."""
    _note(root, students, left=True, why=why)


def take_back(root: Path, students: Iterable[str]) -> None:
    """Students are in the class again, with all that they had. Raises OSError."""
    _note(root, students, left=False, why="")


def _note(root: Path, students: Iterable[str], *, left: bool, why: str) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    for student in students:
        line = {"student": one_spelling(student), "left": left, "time": now, "why": why}
        records.add(_record(root), line)


def _record(root: Path) -> Path:
    return root / records.RECORDS / "withdrawn.jsonl"
