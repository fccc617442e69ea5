"""Whom a course knows: everybody in the gradebook, and everybody who has handed something in."""

from __future__ import annotations

from collections.abc import Iterable

from coursekit.grading.gradebook.book import opened_book
from coursekit.grading.gradebook.booked import enrolled
from coursekit.grading.submission.course import Course, CourseError
from coursekit.grading.submission.names import by_student, one_spelling


def known(course: Course, students: Iterable[str]) -> list[str]:
    """The students, each name in one spelling. Raises CourseError for one of whom nothing is known."""
    wanted = list(dict.fromkeys(one_spelling(student) for student in students))
    if not wanted:
        return []
    place = course.folder("submitted", "x", "x").parent.parent
    with opened_book(course) as book:
        there = enrolled(book.db).keys() | (by_student(place.iterdir()).keys() if place.is_dir() else set())
    if strangers := [student for student in wanted if student not in there]:
        raise CourseError(f"neither the gradebook nor submitted/ knows {', '.join(strangers)}. Nothing was changed.")
    return wanted
