"""`coursekit export` and `coursekit feedback` on a real gradebook: points after the penalty, none of what is open."""

from __future__ import annotations

import csv
import os
import zipfile

import pytest
from nbgrader.api import Gradebook

HEAD = 'Identifier,"Full name","Email address",Grade,"Maximum grade","Last modified (grade)"\r\n'
NAMES = {"4711": "Ada Lovelace", "4712": "Alan Turing", "4713": "Kurt Gödel", "4714": "Emmy_Noether"}


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Four students: one graded and late, one with an open question, one unread, one who handed in nothing."""
    (tmp_path / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "c"\nc.CourseDirectory.db_url = "sqlite:///gradebook.db"\n'
    )
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}", "c") as book:
        book.add_assignment("mini")
        book.add_notebook("mini", "mini")
        book.add_grade_cell("check_step", "mini", "mini", max_score=4, cell_type="code")
        book.add_grade_cell("explain", "mini", "mini", max_score=3, cell_type="markdown")
        book.add_solution_cell("explain", "mini", "mini")
        for student in NAMES:
            book.add_student(student)
            if student != "4714":
                book.add_submission("mini", student)
        for student, cell, points in (
            ("4711", "check_step", 3.5),
            ("4711", "explain", 0.0),
            ("4712", "check_step", 3.5),
        ):
            book.find_grade(cell, "mini", "mini", student).auto_score = points
        book.find_submission_notebook("mini", "mini", "4711").late_submission_penalty = 1.0
        book.db.commit()
    lines = (f'Participant {number},"{name}",,,7.00,-\r\n' for number, name in NAMES.items())
    (tmp_path / "sheet.csv").write_bytes((HEAD + "".join(lines)).encode("utf-8-sig"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def grades(path):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return [row["Grade"] for row in csv.DictReader(file)]


def test_points_are_those_of_the_gradebook_and_none_of_what_is_undecided(call, course):
    os.chmod("sheet.csv", 0o640)
    before = (course / "sheet.csv").read_bytes()
    done = call("export", "moodle", "mini", "--into", "sheet.csv", "--out", "filled.csv")
    assert done.returncode == 1, done.stderr
    assert grades(course / "filled.csv") == ["2.5", "", "", ""]
    assert "points of 1 student." in done.stdout
    assert "Not decided yet, left as it was (2): Alan Turing, Kurt Gödel" in done.stdout
    assert "Nothing graded, left as it was (1): Emmy_Noether" in done.stdout
    assert (course / "sheet.csv").read_bytes() == before
    call("export", "moodle", "mini", "--into", "sheet.csv")
    assert (course / "sheet.csv").read_bytes() == (course / "filled.csv").read_bytes() != before
    assert (course / "sheet.csv").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("moodle", "other", "--into", "sheet.csv"), "does not know 'other'. It has "),
        (("moodle", "mini", "--into", "none.csv"), "cannot use none.csv: no such file"),
        (("moodle", "mini", "--into", "nbgrader_config.py"), "nbgrader_config.py: there is no column 'Identifier'"),
        (("canvas", "mini", "--into", "sheet.csv"), "it is no gradebook of Canvas"),
        (("moodle", "mini", "--into", "sheet.csv", "--column", "x"), "--column is for Canvas"),
        (("moodle", "mini", "--into", "sheet.csv", "--out", "no/folder.csv"), "no such file"),
        (("blackboard", "mini", "--into", "sheet.csv"), "invalid choice"),
    ],
)
def test_what_cannot_be_done_writes_nothing(call, course, arguments, said):
    before = (course / "sheet.csv").read_bytes()
    done = call("export", *arguments)
    assert done.returncode == 2 and said in done.stderr
    assert (course / "sheet.csv").read_bytes() == before


def test_another_maximum_is_said_and_converted(call, course):
    text = (course / "sheet.csv").read_text(encoding="utf-8-sig")
    (course / "sheet.csv").write_text(text.replace("7.00", "14.00"), encoding="utf-8")
    done = call("export", "moodle", "mini", "--into", "sheet.csv")
    assert done.returncode == 2 and "14 there and 7 here" in done.stderr
    call("export", "moodle", "mini", "--into", "sheet.csv", "--scale")
    assert grades(course / "sheet.csv")[0] == "5"


def test_feedback_goes_into_the_folders_that_moodle_takes_back(call, course):
    done = call("feedback", "moodle", "mini", "--worksheet", "sheet.csv")
    assert done.returncode == 2 and "run `nbgrader generate_feedback mini`" in done.stderr
    for student in ("4711", "4714", "stranger"):
        (course / "feedback" / student / "mini").mkdir(parents=True)
        (course / "feedback" / student / "mini" / "mini.html").write_text(student)
    done = call("feedback", "moodle", "mini", "--worksheet", "sheet.csv")
    assert done.returncode == 1 and "Feedback of who is not in the worksheet (1): stranger" in done.stdout
    with zipfile.ZipFile("mini-feedback.zip") as archive:
        pages = {name: archive.read(name).decode() for name in archive.namelist()}
    assert pages == {
        "Ada Lovelace_4711_assignsubmission_file/mini.html": "4711",
        "Emmy Noether_4714_assignsubmission_file/mini.html": "4714",
    }
    assert (course / "mini-feedback.zip").stat().st_mode & 0o077 == 0, "it names students"
