"""A class of thousands does not lie in memory at once, however much of it is known already."""

from __future__ import annotations

import sqlite3

import pytest
from sqlalchemy import Engine, event

from coursekit.grading import batch
from coursekit.grading.batch import grade
from coursekit.grading.gradebook.writer import Writer
from coursekit.grading.run import runners
from coursekit.grading.submission.course import Course

pytestmark = pytest.mark.nbgrader

MOST = 50  # students that share a commit


@pytest.fixture
def course(make_course, monkeypatch):
    """120 students whose notebooks nothing can read: there is nothing to run, and a row and a page for each."""
    monkeypatch.setattr(batch, "_FLUSH_S", 1000.0)
    made = make_course()
    for number in range(120):
        made.hand_in(f"s{number:03d}", b"{ not json")
    return made


@pytest.fixture
def held(monkeypatch):
    """How many students each flush has written."""
    flush, sizes = Writer.flush, []

    def counted(self):
        sizes.append(len(self._unwritten))
        return flush(self)

    monkeypatch.setattr(Writer, "flush", counted)
    return sizes


def told_ahead(jobs):
    """A runner that wants all jobs before it gives the first result."""
    for job in list(jobs):
        yield job, runners.faulty(job, "nobody has run it")


def test_rows_come_while_a_class_is_read(course, held):
    place = Course(course.root)
    rows = grade(place, "mini", place.students("mini"), told_ahead)
    assert next(rows).student == "s000" and held == [MOST]
    assert [row.student for row in rows] == [f"s{number:03d}" for number in range(1, 120)]
    assert held == [MOST, MOST, 20]


def test_nor_is_it_held_by_a_runner_that_looks_for_its_next_job(course, held):
    course.hand_in("a", course.solution)
    course.hand_in("z", course.solution)
    place = Course(course.root)
    rows = list(grade(place, "mini", place.students("mini"), told_ahead))
    assert sorted(row.student for row in rows) == ["a", *(f"s{number:03d}" for number in range(120)), "z"]
    assert max(held) == MOST and sum(held) == 122
    assert len(course.scores("a")) == len(course.scores("z")) == 2
    assert len(list((course.root / "autograded").glob("*/mini/mini.ipynb"))) == 122


@pytest.fixture
def few_names():
    """Databases that take few names in one query, as SQLite does by default before version 3.32: there it is 999."""

    def limited(connection, _):
        connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 100)

    event.listen(Engine, "connect", limited)
    yield
    event.remove(Engine, "connect", limited)


@pytest.mark.usefixtures("few_names")
def test_a_class_that_needs_no_writing_is_asked_for_a_few_at_a_time(make_course, monkeypatch):
    """Nothing is written for folders whose names are no student's, and a runner looks through them for its next job."""
    monkeypatch.setattr(batch, "_FLUSH_S", 1000.0)
    course = make_course()
    course.hand_in("a", course.solution)
    for number in range(120):
        course.hand_in(f"{'x' * 130}{number:03d}", b"{ not json")
    place = Course(course.root)
    rows = list(grade(place, "mini", place.students("mini"), told_ahead))
    assert len(rows) == 121 and len(course.scores("a")) == 2
