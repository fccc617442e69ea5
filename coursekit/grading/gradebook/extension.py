"""More time for one student: an extension in nbgrader's own gradebook, from which lateness and penalties follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nbgrader.api import Assignment, Gradebook, Student, SubmittedAssignment
from sqlalchemy import select

from coursekit.grading.gradebook.book import opened, writing
from coursekit.grading.gradebook.booked import booked
from coursekit.grading.gradebook.lock import alone_in, alone_on
from coursekit.grading.gradebook.places import RESULTS
from coursekit.grading.gradebook.rows import Rows
from coursekit.grading.submission.course import Course, CourseError
from coursekit.grading.submission.names import one_spelling, unusable


@dataclass(frozen=True)
class Extension:
    """due: until when, with this computer's time zone. by: so much later than the others; zero for none."""

    student: str
    due: datetime
    by: timedelta


def extensions(course: Course, assignment: str) -> list[Extension]:
    """Who has more time than the others, by name. Raises CourseError where there is no due date."""
    with opened(course, assignment) as (book, entry):
        due = _due(entry)
        given = {name: there.extension for name, there in booked(book.db, entry).items() if there.extension}
        return [Extension(name, (due + by).astimezone(), by) for name, by in sorted(given.items())]


def extend(
    course: Course,
    assignment: str,
    students: Sequence[str],
    *,
    until: datetime | None = None,
    days: float = 0.0,
) -> list[Extension]:
    """Give students of an assignment another due date, in place of an extension that they may have had.

    until: with a time zone. None: `days` after the assignment's own due date, at the same time of day where these are
           whole; no days take an extension back.

    Raises CourseError, before anything is written, where there is no due date or it is the later one, where a student
    is unknown, or while somebody grades.
    """
    with (
        alone_in(course.root / RESULTS),
        opened(course, assignment) as (book, entry),
        alone_on(book.engine, course.directory.course_id),
    ):
        due = _due(entry)
        if until is None:
            until = _days_later(due, days) if days else due
        by = until - due
        if by < timedelta():
            raise CourseError(f"{assignment} is due {_said(due)}, which is later than {_said(until)}.")
        with writing():
            rows = Rows(book.db, entry)
            ids = _known(course, assignment, students, rows, book)
            for student in ids:
                _row(book, entry, student).extension = by or None
            book.db.commit()
    return [Extension(student, until.astimezone(), by) for student in ids]


def _due(entry: Assignment) -> datetime:
    if entry.duedate is None:
        raise CourseError(
            f"{entry.name} has no due date, so nobody is late. Set one in the formgrader, under Manage Assignments."
        )
    return entry.duedate.replace(tzinfo=UTC)


def _days_later(due: datetime, days: float) -> datetime:
    """Whole days end at the same time of day, also where the clocks change in between; half of one is twelve hours."""
    whole, part = divmod(days, 1)
    same_time = (due.astimezone().replace(tzinfo=None) + timedelta(days=whole)).astimezone(UTC)
    return same_time + timedelta(days=part)


def _said(when: datetime) -> str:
    return f"{when.astimezone():%Y-%m-%d %H:%M %Z}"


def _known(course: Course, assignment: str, students: Sequence[str], rows: Rows, book: Gradebook) -> list[str]:
    """The students as the gradebook spells them; who is neither there nor has handed in is a slip of the keyboard."""
    ids = [rows.id_of(one_spelling(student)) for student in students]
    there = set(book.db.scalars(select(Student.id)))
    strangers = [student for student in ids if student not in there]
    if strangers:
        handed_in = course.folder("submitted", "x", assignment).parent.parent.is_dir() and course.students(assignment)
        strangers = [student for student in strangers if student not in (handed_in or ()) or unusable(student)]
    if strangers:
        raise CourseError(
            f"neither the gradebook nor submitted/ knows {', '.join(strangers)}. Nothing was changed. To enter a "
            "student: `nbgrader db student add ID`."
        )
    return ids


def _row(book: Gradebook, entry: Assignment, student: str) -> SubmittedAssignment:
    """The student's row of the assignment. One that is made here holds no notebooks: nothing was handed in."""
    table = SubmittedAssignment
    found = book.db.scalar(select(table).where(table.assignment_id == entry.id, table.student_id == student))
    if found is None:
        if book.db.get(Student, student) is None:
            book.db.add(Student(id=student))
        found = SubmittedAssignment(assignment=entry, student_id=student)
        book.db.add(found)
        book.db.flush()
    return found
