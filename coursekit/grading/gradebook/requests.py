"""Requests for another look at a result: who asked, why, what was answered, and what has changed since."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from coursekit.grading.gradebook.book import opened
from coursekit.grading.gradebook.booked import booked
from coursekit.grading.submission import records
from coursekit.grading.submission.course import Course, CourseError
from coursekit.lessons.cells import checked_by

TOTAL = "total"


@dataclass(frozen=True)
class Request:
    """number: by which it is called. time: when it was asked, in ISO 8601.

    before: the points by question when it was asked, and the total; None where nobody had decided.
    graded: when the notebook was run again; "" if it was not.
    answer: what was answered; None as long as it is open. after: the points then.
    """

    number: int
    assignment: str
    student: str
    why: str
    time: str
    before: Mapping[str, float | None]
    graded: str = ""
    answer: str | None = None
    after: Mapping[str, float | None] = field(default_factory=dict)


def requests(course: Course) -> list[Request]:
    """All of them, the first one first."""
    found: dict[int, Request] = {}
    for line in records.lines(_record(course)):
        with contextlib.suppress(KeyError, TypeError, ValueError, OverflowError, AttributeError):
            request = _after(found, line)
            found[request.number] = request
    return list(found.values())


def _after(found: Mapping[int, Request], line: Mapping[str, Any]) -> Request:
    """A request after one more line. Raises many kinds for a line of another version, or one about a lost request."""
    number, what, time = int(line["request"]), line["what"], str(line["time"])
    if what == "asked":
        said = (str(line[name]) for name in ("assignment", "student", "why"))
        return Request(number, *said, time, _points(line))
    if what == "graded":
        return replace(found[number], graded=time)
    return replace(found[number], answer=str(line["answer"]), after=_points(line))


def _points(line: Mapping[str, Any]) -> dict[str, float | None]:
    return {name: None if points is None else float(points) for name, points in line["points"].items()}


def ask(course: Course, assignment: str, student: str, why: str) -> Request:
    """Note a request, with the points of now. Raises CourseError if there is no result, OSError."""
    points = points_now(course, assignment, student)
    if not points:
        raise CourseError(
            f"the gradebook has no points of {student} for {assignment}: there is nothing to look at again."
        )
    try:
        with records.alone(_record(course)):
            number = 1 + max((request.number for request in requests(course)), default=0)
            _note(course, number, "asked", assignment=assignment, student=student, why=why, points=points)
    except records.Busy:
        raise CourseError(
            "another request is written just now. Nothing was changed: run the same command again."
        ) from None
    return one(course, number)


def graded_again(course: Course, number: int) -> None:
    """Note that the notebook was run again."""
    _note(course, number, "graded")


def close(course: Course, number: int, answer: str) -> Request:
    """Note what was answered, with the points of now. Raises CourseError, OSError."""
    request = one(course, number)
    if request.answer is not None:
        raise CourseError(f"request {number} was answered already: {request.answer}")
    points = points_now(course, request.assignment, request.student)
    _note(course, number, "answered", answer=answer, points=points)
    return one(course, number)


def one(course: Course, number: int) -> Request:
    found = [request for request in requests(course) if request.number == number]
    if not found:
        raise CourseError(f"there is no request {number}: `coursekit regrade` lists them.")
    return found[0]


def points_now(course: Course, assignment: str, student: str) -> dict[str, float | None]:
    """By question and in all what the gradebook says; {} if it has nothing of this student."""
    with opened(course, assignment) as (book, entry):
        there = booked(book.db, entry).get(student)
    if there is None or not there.scores:
        return {}
    points = {checked_by(cell.name) or cell.name: score.points for cell, score in sorted(there.scores.items())}
    return points | {TOTAL: there.total}


def changes(before: Mapping[str, float | None], after: Mapping[str, float | None]) -> list[str]:
    """What differs, as lines such as "gru_step: 3 -> 4"."""
    names = dict.fromkeys([*before, *after])
    return [
        f"{name}: {_said(before.get(name))} -> {_said(after.get(name))}"
        for name in names
        if before.get(name) != after.get(name)
    ]


def _said(points: float | None) -> str:
    return "undecided" if points is None else f"{points:g}"


def _note(course: Course, number: int, what: str, **more: Any) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    records.add(_record(course), {"request": number, "what": what, "time": now} | more)


def _record(course: Course) -> Path:
    return course.root / records.RECORDS / "regrade-requests.jsonl"
