"""`coursekit regrade` and `coursekit withdraw` on a real gradebook."""

from __future__ import annotations

import csv
import json
import os
import shutil

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.exportapp import ExportApp

from coursekit.cli import grade
from coursekit.grading.lms.points import points_of
from coursekit.grading.submission.course import Course
from coursekit.grading.submission.records import RECORDS

pytestmark = pytest.mark.nbgrader


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """ada and bob have points, and a folder each; cyd is in the gradebook only. A gradebook takes a while to make."""
    tmp_path = tmp_path_factory.mktemp("course")
    (tmp_path / "nbgrader_config.py").write_text(
        "from coursekit.grading.nbgrader import configure\nc = get_config()\n"
        'c.CourseDirectory.course_id = "c"\nc.CourseDirectory.db_url = "sqlite:///gradebook.db"\nconfigure(c)\n'
    )
    with book(tmp_path) as gradebook:
        gradebook.add_assignment("mini")
        gradebook.add_notebook("mini", "mini")
        gradebook.add_grade_cell("check_gru_step", "mini", "mini", max_score=4, cell_type="code")
        gradebook.add_student("cyd")
        for student in ("ada", "bob"):
            gradebook.add_student(student)
            gradebook.add_submission("mini", student)
            (tmp_path / "submitted" / student / "mini").mkdir(parents=True)
    give(tmp_path, "ada", 3.0)
    give(tmp_path, "bob", 1.0)
    return tmp_path


@pytest.fixture
def course(made, tmp_path, monkeypatch):
    shutil.copytree(made, tmp_path / "course")
    monkeypatch.chdir(tmp_path / "course")
    return tmp_path / "course"


def book(course):
    return Gradebook(f"sqlite:///{course / 'gradebook.db'}", "c")


def give(course, student, points, by_hand=False):
    with book(course) as gradebook:
        found = gradebook.find_grade("check_gru_step", "mini", "mini", student)
        setattr(found, "manual_score" if by_hand else "auto_score", points)
        gradebook.db.commit()


def test_a_request_is_graded_again_and_what_changed_is_said(call, course, monkeypatch):
    typed = []

    def graded(arguments):
        typed.append(arguments)
        give(course, "ada", 4.0)
        return 0

    monkeypatch.setattr(grade, "run", graded)
    done = call("regrade", "mini", "ada", "--why", "my gate is right")
    assert done.returncode == 0, done.stderr
    assert (typed[0].assignment, typed[0].student, typed[0].regrade) == ("mini", ["ada"], True)
    assert "1. 20" in done.stdout and "ada, mini: my gate is right" in done.stdout
    assert "gru_step: 3 -> 4" in done.stdout and "total: 3 -> 4" in done.stdout
    give(course, "ada", 2.0)
    assert "gru_step: 3 -> 2" in call("regrade").stdout, "as long as it is open, what has changed until now"
    assert "answered: you were right" in call("regrade", "--answer", "1", "you were right").stdout
    give(course, "ada", 0.0)
    said = call("regrade", "mini").stdout
    assert "gru_step: 3 -> 2" in said and "graded again on 20" in said and "0 of 1 wait for an answer." in said


def test_nobody_has_asked(call, course):
    assert call("regrade").stdout == "Nobody has asked for another look.\n"


def test_a_person_decides_and_the_log_only_grows(call, course):
    assert "Nothing was run." in call("regrade", "mini", "bob", "--why", "for the idea", "--by-hand").stdout
    record = course / RECORDS / "regrade-requests.jsonl"
    first = record.read_bytes()
    assert "nothing has changed: 1" in call("regrade").stdout
    give(course, "bob", 1.5, by_hand=True)
    assert "gru_step: 1 -> 1.5" in call("regrade", "--answer", "1", "half a point").stdout
    assert record.read_bytes().startswith(first) and record.stat().st_mode & 0o077 == 0
    record.write_bytes(record.read_bytes() + b'{"request": 2, "wh')  # cut off
    call("regrade", "mini", "bob", "--why", "once more", "--by-hand")
    assert [json.loads(line)["what"] for line in record.read_text().splitlines() if line.endswith("}")][-1] == "asked"
    assert "1 of 2 wait for an answer." in call("regrade").stdout


LINES = (
    '{"request": 7, "what": "graded", "time": "x"}',  # of a request whose line is lost
    '{"request": "none", "what": "asked"}',
    '{"request": 1e999, "what": "asked", "time": ""}',
    '{"request": 8, "what": "asked", "time": "x", "assignment": "mini", "student": "ada", "why": "x", "points": 3}',
    '{"what": "a kind of tomorrow"}',
    "[" * 100_000,
    "null",
)


def test_lines_that_are_broken_or_of_another_version_cost_those_lines_only(call, course):
    why = "a line end\u2028and \x85 half of a pair \udcff"
    call("regrade", "mini", "bob", "--why", why, "--by-hand")
    record = course / RECORDS / "regrade-requests.jsonl"
    record.write_text("\n".join([*LINES, record.read_text(), *LINES]))
    done = call("regrade")
    assert done.returncode == 0 and "0 of 0" not in done.stdout and "1 of 1 wait for an answer." in done.stdout
    assert "half of a pair ?" in done.stdout
    assert "answered: no" in call("regrade", "--answer", "1", "no").stdout


def test_a_request_about_what_is_no_longer_given_hides_no_other(call, course):
    call("regrade", "mini", "bob", "--why", "x", "--by-hand")
    record = course / RECORDS / "regrade-requests.jsonl"
    record.write_text(
        record.read_text() + record.read_text().replace("mini", "gone").replace('"request": 1', '"request": 2')
    )
    done = call("regrade")
    assert done.returncode == 0 and "nothing has changed: 1" in done.stdout and "2 of 2 wait" in done.stdout
    assert "what has changed is not known: the gradebook does not know 'gone'" in done.stdout


def test_a_student_whose_name_looks_like_an_option(call, course, monkeypatch):
    typed = []
    monkeypatch.setattr(grade, "run", lambda arguments: typed.append(arguments) or 0)
    with book(course) as gradebook:
        gradebook.add_student("--force")
        gradebook.add_submission("mini", "--force")
    give(course, "--force", 2.0)
    done = call("regrade", "--why", "--regrade", "--", "mini", "--force")
    assert done.returncode == 2 and "expected one argument" in done.stderr, "as every program takes it"
    assert call("regrade", "--why=--regrade", "--", "mini", "--force").returncode == 0
    assert (typed[0].student, typed[0].force) == (["--force"], False)
    assert "--force: left" in call("withdraw", "--", "--force").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("mini", "ada"), "say what the student says"),
        (("mini", "--why", "x"), "say whose result"),
        (("mini", "eve", "--why", "x"), "neither the gradebook nor submitted/ knows eve"),
        (("mini", "cyd", "--why", "x"), "has no points of cyd for mini"),
        (("other", "ada", "--why", "x"), "does not know 'other'"),
        (("--answer", "7", "x"), "there is no request 7"),
        (("--answer", "one", "x"), "'one' is no number"),
        (("--answer", "9" * 5000, "x"), "is no number of a request"),
    ],
)
def test_what_cannot_be_asked_is_said_and_nothing_is_noted(call, course, arguments, said):
    done = call("regrade", *arguments)
    assert done.returncode == 2 and said in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert not (course / RECORDS / "regrade-requests.jsonl").exists()


@pytest.mark.parametrize(
    "command", [("grade", "mini"), ("report", "mini"), ("similar", "mini"), ("regrade", "mini", "ada")]
)
def test_who_has_left_has_to_be_known(call, course, command):
    """Such as where the record is another teacher's, and for their account only."""
    (course / RECORDS / "withdrawn.jsonl").mkdir(parents=True)
    (course / "release" / "mini").mkdir(parents=True)
    (course / "release" / "mini" / "mini.ipynb").write_text(
        '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    )
    done = call(*command, *(("--why", "x") if command[0] == "regrade" else ()))
    assert done.returncode == 2 and "who has left the class cannot be read" in done.stderr


def test_who_has_left_is_nowhere_and_comes_back_with_everything(call, course):
    before = (course / "gradebook.db").read_bytes()
    assert "ada: left 20" in call("withdraw", "ada", "--why", "week 3").stdout
    assert "week 3" in call("withdraw").stdout
    assert Course(course).students("mini") == ["bob"] and points_of(Course(course), "mini").totals == {"bob": 1.0}
    assert (course / "gradebook.db").read_bytes() == before and (course / "submitted" / "ada" / "mini").is_dir()
    assert exported(course) == {"bob", "cyd"}
    (course / "release" / "mini").mkdir(parents=True)
    notebook = '{"nbformat": 4, "nbformat_minor": 5, "cells": [], "metadata": {}}'
    (course / "release" / "mini" / "mini.ipynb").write_text(notebook)
    for typed in (("grade", "mini", "--student", "ada", "--no-sandbox"), ("regrade", "mini", "ada", "--why", "x")):
        assert "To bring them back: coursekit withdraw ada --undo" in call(*typed).stderr
    assert "In the class again: ada." in call("withdraw", "ada", "--undo").stdout
    assert "Nobody has left." in call("withdraw").stdout
    assert Course(course).students("mini") == ["ada", "bob"] and exported(course) == {"ada", "bob", "cyd"}


def exported(course):
    app = ExportApp()
    os.chdir(course)
    app.initialize([])
    app.start()
    ExportApp.clear_instance()
    with (course / "grades.csv").open() as file:
        return {row["student_id"] for row in csv.DictReader(file)}


def test_a_file_of_a_platform_keeps_what_it_says_of_who_has_left(call, course):
    with book(course) as gradebook:
        gradebook.update_or_create_student("ada", email="ada@example.org")
    sheet = course / "sheet.csv"
    head = 'Identifier,"Full name","Email address",Grade,"Last modified (grade)"\n'
    sheet.write_text(f"{head}Participant 1,Ada,ada@example.org,2,-\n")
    call("withdraw", "ada")
    done = call("export", "moodle", "mini", "--into", "sheet.csv")
    assert "Not in the class any more, left as it was (1): Ada" in done.stdout
    assert "ada@example.org,2,-" in sheet.read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("eve",), "knows eve"), (("ada", "--undo"), "ada has not left"), (("--undo",), "say who")],
)
def test_who_cannot_leave_is_said(call, course, arguments, said):
    done = call("withdraw", *arguments)
    assert done.returncode == 2 and said in done.stderr and not (course / RECORDS).exists()
