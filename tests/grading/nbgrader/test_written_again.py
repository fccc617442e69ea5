"""Rows of a gradebook follow everything that they depend on, and it is said why they were written again."""

from __future__ import annotations

import datetime
import os
import shutil
import unicodedata

import pytest
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook

from coursekit.grading.batch import grade, known
from coursekit.grading.run import job, runners
from coursekit.grading.run.servers import UNSAFE, close_shared_server
from coursekit.grading.submission.course import Course

pytestmark = [pytest.mark.nbgrader, pytest.mark.usefixtures("isolated")]

DUE = datetime.datetime(2026, 1, 15, 12, 0)
EARLY, LATE = "2026-01-15 10:00:00 UTC", "2026-01-15 14:00:00 UTC"
RULE = """
from nbgrader.plugins import LateSubmissionPlugin

class Rule(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return {points} * total_seconds_late / 3600

c.AssignLatePenalties.plugin_class = Rule
"""
NAME = "the name in the gradebook has changed"
WRONG = "def gru_parameter_count(D, H):\n    return 3 * (D * H + H * H + H)"


@pytest.fixture
def course(make_course, monkeypatch):
    """ada is two hours late, bob is not; an hour costs a point."""
    monkeypatch.setattr(job, "grader_version", lambda: "of this test")
    made = make_course(extra=RULE.format(points="1.0"))
    with book(made) as gradebook:
        gradebook.update_or_create_assignment("mini", duedate=DUE)
    for student, when in (("ada", LATE), ("bob", EARLY)):
        made.hand_in(student, made.solution)
        set_time(made, student, when)
    return made


def book(course):
    return Gradebook(course.db_url)


def set_time(course, student, text):
    (course.root / "submitted" / student / "mini" / "timestamp.txt").write_text(text)


def graded(course, **how):
    place = Course(course.root)
    return {row.student: row for row in grade(place, "mini", place.students("mini"), runners.serially, **how)}


def numbers(rows):
    return {student: (row.points, row.max_points, row.late_s, row.penalty) for student, row in rows.items()}


def booked(course):
    """What the gradebook itself says, by student."""
    with book(course) as gradebook:
        found = {}
        for entry in gradebook.assignment_submissions("mini"):
            penalty = entry.late_submission_penalty
            found[entry.student.id] = (entry.score - penalty, entry.max_score, entry.total_seconds_late, penalty)
        return found


def whys(rows):
    return {student: row.why if row.how == "from store" else row.how for student, row in rows.items()}


def again(course, **reasons):
    """Grade again: these students' rows are written for these reasons, the others' are not; what the report made of it
    before; and all numbers are the gradebook's."""
    place = Course(course.root)
    reported = {row.student: row.why for row in known(place, "mini", place.students("mini")) if row.how == "outdated"}
    rows = graded(course)
    assert {student: why for student, why in whys(rows).items() if why != "unchanged"} == reasons
    assert reported == {student: why for student, why in reasons.items() if why != NAME}, "pages read names anyway"
    assert numbers(rows) == booked(course)
    assert set(whys(graded(course)).values()) == {"unchanged"}, "and once only"
    return rows


def test_whatever_a_row_depends_on_writes_it_again_and_says_why(course):
    assert numbers(graded(course)) == booked(course) == {"ada": (3.0, 5.0, 7200.0, 2.0), "bob": (5.0, 5.0, 0.0, 0.0)}
    again(course)

    set_time(course, "ada", EARLY)
    set_time(course, "bob", LATE)  # the same file, handed in again
    moved = "the time of submission has changed"
    assert again(course, ada=moved, bob=moved)["bob"].points == 3.0

    with book(course) as gradebook:
        gradebook.update_or_create_assignment("mini", duedate=DUE + datetime.timedelta(hours=1))
    rows = again(course, ada="the due date has moved", bob="the due date has moved")
    assert (rows["bob"].late_s, rows["bob"].penalty) == (3600.0, 1.0)

    with book(course) as gradebook:
        gradebook.find_submission("mini", "bob").extension = datetime.timedelta(hours=1)
        gradebook.db.commit()
    assert again(course, bob="an extension was given, changed or taken back")["bob"].points == 5.0
    with book(course) as gradebook:
        gradebook.find_submission("mini", "bob").extension = None
        gradebook.db.commit()
    again(course, bob="an extension was given, changed or taken back")

    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + RULE.format(points="0.5"))
    rule = "the rule for late submissions has changed"
    assert again(course, ada=rule, bob=rule)["bob"].penalty == 0.5

    with book(course) as gradebook:
        gradebook.find_grade("check_gru_step", "mini", "mini", "bob").manual_score = 0.25
        gradebook.find_grade("check_gru_parameter_count", "mini", "mini", "bob").manual_score = 0.0
        gradebook.db.commit()
    rows = again(course, bob="a person has changed points")
    assert (rows["bob"].points, rows["bob"].penalty) == (0.0, 0.25), "a penalty is never more than the points"

    with book(course) as gradebook:
        gradebook.update_or_create_student("bob", first_name="Bob", last_name="Byron")
    again(course, bob=NAME)

    with book(course) as gradebook:  # as formgrader's button does with another file beside the notebook
        gradebook.find_submission("mini", "ada").timestamp = DUE + datetime.timedelta(days=1)
        gradebook.db.commit()
    assert whys(graded(course))["ada"] == moved
    shutil.rmtree(course.root / "autograded" / "ada")
    assert whys(graded(course))["ada"] == "the notebook to look at was gone"
    assert (course.root / "autograded" / "ada" / "mini" / "mini.ipynb").is_file()


def test_a_time_that_cannot_be_read_is_for_a_person_and_a_strange_one_is_read(course):
    set_time(course, "ada", "2026-01-15 09:00 EST")
    set_time(course, "bob", "15 January")
    rows = graded(course)
    assert rows["ada"].late_s == 7200.0 and not rows["ada"].needs_a_person
    assert rows["bob"].needs_a_person and "lacks a part of the date" in rows["bob"].doubts[0]
    assert rows["bob"].total == 5.0, "that much is known"
    (course.root / "submitted" / "bob" / "mini" / "timestamp.txt").write_bytes(b"\xef\xbb\xbf" + LATE.encode())
    (course.root / "submitted" / "ada" / "mini" / "timestamp.txt").write_text("1768471200")
    rows = graded(course)
    assert [rows["ada"].late_s, rows["bob"].late_s] == [0.0, 7200.0]
    course.run("autograde", "mini", "--force")
    assert numbers(rows) == booked(course), "nbgrader reads the same times"


def test_other_content_is_asked_other_questions_and_the_same_the_same(course):
    """A cell that prints its arguments shows nothing of the draws that the next submission meets."""

    def seeds():
        place = Course(course.root)
        submission = next(place.submissions("mini", ["ada"]))
        nb = submission.notebooks["mini"]
        return job.Job.of(nb, "mini", "mini", "ada", place.secret).seeds

    first = seeds()
    assert seeds() == first
    seen = [first]
    nb = course.solution
    own = new_code_cell("print(gru_step)")
    for change in (lambda: nb.cells.insert(2, own), lambda: own.update(source="print(gru_step.__code__)")):
        change()
        course.hand_in("ada", nb)
        seen.append(seeds())
    course.hand_in("ada", course.answered(gru_parameter_count=WRONG))
    seen.append(seeds())
    values = [value for found in seen[1:] for value in found.values()]
    assert not set(values) & set(first.values())
    course.hand_in("ada", course.solution)
    assert seeds() == first


def test_what_ran_without_isolation_is_not_taken_for_what_ran_in_a_sandbox(course, monkeypatch):
    close_shared_server()
    monkeypatch.setenv(UNSAFE, "1")
    try:
        rows = graded(course)
    finally:
        close_shared_server()
    assert all(row.unprotected and row.how == "graded" for row in rows.values())
    monkeypatch.delenv(UNSAFE)
    place = Course(course.root)
    reported = list(known(place, "mini", ["ada", "bob"]))
    assert all(row.unprotected and row.how == "unchanged" for row in reported), "the report keeps the warning"
    rows = graded(course)
    assert all(row.how == "graded" and not row.unprotected for row in rows.values())


def test_regrade_runs_again_and_force_only_writes_again(course):
    graded(course)
    assert {row.how for row in graded(course, force=True).values()} == {"from store"}
    assert {row.how for row in graded(course, regrade=True).values()} == {"graded"}


def test_names_of_folders_in_two_spellings_and_in_none(course):
    name = "Gödel"
    apart = unicodedata.normalize("NFD", name)
    with book(course) as gradebook:
        gradebook.update_or_create_student(name, last_name="Gödel")
    course.hand_in(apart, course.answered(gru_parameter_count=WRONG))
    rows = graded(course)
    assert rows[name].points == 4.0 and name in booked(course) and apart not in booked(course)
    course.hand_in(name, course.solution)
    set_time(course, name, EARLY)
    rows = graded(course)
    assert rows[name].points == 5.0 and "two folders" in rows[name].remarks[0]
    in_time, late = (course.root / "submitted" / spelt / "mini" / "mini.ipynb" for spelt in (apart, name))
    (late.parent / "timestamp.txt").unlink()  # then the files tell, whatever ending a browser has given them
    os.utime(in_time, (1e9, 1e9))
    late.rename(late.with_name("mini.ipynb.txt"))
    assert graded(course)[name].points == 5.0
    late.with_name("mini.ipynb.txt").rename(late)
    set_time(course, name, EARLY)

    submitted = course.root / "submitted"
    for folder in ("long" * 40, b"G\xf6del"):
        target = submitted / (folder if isinstance(folder, str) else folder.decode("utf-8", "surrogateescape"))
        shutil.copytree(submitted / "bob", target)
    rows = graded(course)
    assert "not UTF-8" in rows["G\\xf6del"].problems[0] and "longer than" in rows["long" * 40].problems[0]
    assert all(rows[student].needs_a_person for student in ("G\\xf6del", "long" * 40))
    assert set(booked(course)) == {"ada", "bob", name}
    place = Course(course.root)
    assert {row.student for row in known(place, "mini", place.students("mini"))} == set(rows)
