"""Two graders at once, a database that is gone, a disk that is full: one sentence, and nothing half-written."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sqlite3
import subprocess

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import Engine, event

from coursekit.grading.batch import grade
from coursekit.grading.gradebook import lock
from coursekit.grading.gradebook.places import RESULTS
from coursekit.grading.run import runners
from coursekit.grading.submission.course import Course, CourseError

pytestmark = pytest.mark.nbgrader


@pytest.fixture
def course(make_course):
    made = make_course()
    made.hand_in("ada", b"{ not json")  # it need not run to be written
    made.hand_in("bob", b"{ not json")
    return made


def graded(course):
    place = Course(course.root)
    return list(grade(place, "mini", place.students("mini"), runners.serially))


def book(course):
    return Gradebook(course.db_url, "course")


def left_over(course):
    return [str(path) for path in course.root.rglob(".*") if ".new-" in path.name]


def said(done):
    assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    return done.stderr


def test_the_second_of_two_is_told_who_is_at_work(course):
    with lock.alone_in(course.root / RESULTS):
        told = said(course.grade("-j", "1"))
        assert "another `coursekit grade` is at work" in told and f"process {os.getpid()}" in told
        with pytest.raises(CourseError, match="at work"):
            graded(course)
    assert not (course.root / "autograded").exists()
    assert [row.student for row in graded(course)] == ["ada", "bob"], "the lock ends with its holder"


def test_autograde_and_grade_are_not_at_work_together(course):
    with lock.alone_in(course.root / RESULTS):
        done = course.run("autograde", "mini", check=False)
        assert done.returncode == 1 and "another `coursekit grade` is at work in this course" in done.stderr
        assert "Traceback" not in done.stderr and not (course.root / "autograded").exists()
        with book(course) as gradebook:
            assert gradebook.assignment_submissions("mini") == []
    with lock.alone_in(course.root / RESULTS, autograde=True):
        assert "another `nbgrader autograde` is at work" in said(course.grade("-j", "1"))
        with pytest.raises(CourseError, match="`nbgrader autograde` is at work in this course"):
            graded(course)
        course.run("autograde", "mini")  # beside its own kind
    with book(course) as gradebook:
        assert {entry.student.id for entry in gradebook.assignment_submissions("mini")} == {"ada", "bob"}
    assert len(graded(course)) == 2


def test_a_grader_that_was_killed_holds_no_lock(course):
    (course.root / RESULTS).mkdir(exist_ok=True)
    (course.root / RESULTS / lock.LOCK).write_text("process 1 on a host, since 00:00:00")
    assert len(graded(course)) == 2
    with (course.root / RESULTS / lock.LOCK).open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_database_that_is_locked_damaged_or_read_only_is_said(course):
    other = sqlite3.connect(course.root / "gradebook.db")
    other.execute("BEGIN EXCLUSIVE")
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace("timeout=60", "timeout=0.1"))
    assert "database is locked" in said(course.grade("-j", "1"))
    other.close()
    (course.root / "gradebook.db").write_bytes(b"not a database" * 1000)
    assert "cannot be opened: file is not a database" in said(course.grade("-j", "1"))
    config.write_text(config.read_text() + "\nc.CourseDirectory.db_url = 'sqlite:////nowhere/at/all.db'\n")
    assert "unable to open database file" in said(course.grade("-j", "1"))
    assert not (course.root / "autograded").exists()


@pytest.fixture
def beside(course):
    """Another program that enters bob just before his row is entered here; gives what it came before."""
    came_before = []

    def enter(connection, cursor, statement, *_):
        if statement.startswith("INSERT INTO student") and not came_before:
            came_before.append(statement)
            with contextlib.closing(sqlite3.connect(course.root / "gradebook.db")) as other, other:
                other.execute("INSERT INTO student (id, last_name) VALUES ('bob', 'Byron')")

    event.listen(Engine, "before_cursor_execute", enter)
    yield came_before
    event.remove(Engine, "before_cursor_execute", enter)


def test_a_student_whom_another_program_enters_meanwhile_is_graded_as_the_others(course, beside):
    rows = graded(course)
    assert beside and [(row.student, row.failed) for row in rows] == [("ada", ""), ("bob", "")]
    with book(course) as gradebook:
        assert {entry.student.id for entry in gradebook.assignment_submissions("mini")} == {"ada", "bob"}
        assert gradebook.find_student("bob").last_name == "Byron"
    assert all((course.root / "autograded" / name / "mini" / "mini.ipynb").is_file() for name in ("ada", "bob"))


@pytest.fixture
def full_disk(tmp_path):
    """Puts a disk of its own, which is full, in the place of a folder; gives a way to make room."""
    places = []

    def fill(folder):
        folder.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
        mounted = subprocess.run(command, capture_output=True, timeout=60)
        if mounted.returncode:
            pytest.skip("no disk of one's own can be mounted here")
        places.append(folder)
        with pytest.raises(OSError, match="No space"):
            (folder / "filler").write_bytes(b"x" * (1 << 20))
        return (folder / "filler").unlink

    yield fill
    for place in places:
        subprocess.run(["umount", str(place)], check=True, timeout=60)


@pytest.mark.parametrize("folder", [f"{RESULTS}/written", "autograded"])
def test_a_full_disk_is_said_and_leaves_no_half(course, full_disk, folder):
    make_room = full_disk(course.root / folder)
    told = said(course.grade("-j", "1"))
    assert "no space left on device" in told and "Make room" in told
    assert left_over(course) == []
    make_room()
    assert len(graded(course)) == 2 and left_over(course) == []
    for student in ("ada", "bob"):
        json.loads((course.root / "autograded" / student / "mini" / "mini.ipynb").read_text())


def test_a_database_that_is_full_is_said(course):
    with contextlib.closing(sqlite3.connect(course.root / "gradebook.db")) as full:
        pages = full.execute("PRAGMA page_count").fetchone()[0]
    limit = f"""
from sqlalchemy import Engine, event

@event.listens_for(Engine, "connect")
def limited(connection, _):
    connection.execute("PRAGMA max_page_count = {pages}")
"""
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + limit)
    for number in range(100):
        course.hand_in(f"s{number}", b"{ not json")
    told = said(course.grade("-j", "1"))
    assert "database or disk is full" in told and "What was graded is kept" in told
    assert left_over(course) == []
