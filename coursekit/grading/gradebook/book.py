"""The gradebook opened, and what goes wrong with a database as a sentence that says what to do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from nbgrader.api import Assignment, Gradebook, MissingEntry
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from coursekit.grading.submission.course import Course, CourseError, unknown_to_gradebook


@contextlib.contextmanager
def opened_book(course: Course) -> Iterator[Gradebook]:
    """The gradebook. Raises CourseError if it cannot be had."""
    try:
        book = Gradebook(course.db_url, course.directory.course_id)
    except SQLAlchemyError as error:
        raise CourseError(
            f"The gradebook cannot be opened: {cause(error)}. Is its server up, its db_url right?"
        ) from None
    try:
        yield book
    finally:
        with contextlib.suppress(SQLAlchemyError):  # its server is gone, and that has been said
            book.close()


def _unknown(course: Course, book: Gradebook, assignment: str) -> CourseError:
    """The error about a name: one that was handed out has to be entered, any other is misspelt."""
    try:
        course.released(assignment)
    except CourseError as nowhere:
        known = sorted(one.name for one in book.assignments)
        return (
            CourseError(f"the gradebook does not know {assignment!r}. It has {', '.join(known)}.") if known else nowhere
        )
    return unknown_to_gradebook(assignment)


@contextlib.contextmanager
def opened(course: Course, assignment: str) -> Iterator[tuple[Gradebook, Assignment]]:
    """The gradebook, and its entry of the assignment. Raises CourseError if one of them cannot be had."""
    with opened_book(course) as book:
        try:
            entry = book.find_assignment(assignment)
        except MissingEntry:
            raise _unknown(course, book, assignment) from None
        yield book, entry


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """CourseError in place of a database that is full, locked, read-only, damaged or gone: that concerns everybody."""
    try:
        yield
    except DBAPIError as error:
        if _is_about_the_content(error):
            raise
        raise CourseError(
            f"The gradebook cannot be written: {cause(error)}. What was graded is kept; close other programs that use "
            "the gradebook and run the same command again."
        ) from None


def _is_about_the_content(error: DBAPIError) -> bool:
    """True for what this one row is refused for, such as a character that the database cannot hold."""
    return type(error).__name__ in ("DataError", "IntegrityError", "InterfaceError", "ProgrammingError")


def cause(error: Exception) -> str:
    """What the database itself says, as the middle of a sentence."""
    said = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
    return said.splitlines()[0].rstrip(".")
