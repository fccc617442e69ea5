"""What `coursekit grade` prints; what it does is tested where nbgrader is."""

from __future__ import annotations

from coursekit.cli.grade import _table
from coursekit.grading.gradebook.table import WAITING, Question, Row
from coursekit.grading.run.servers import isolation_is_asked_for


def test_no_student_gives_the_terminal_commands(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    evil = "\x1b]0;mine\x07\x1b[2J\x9b31m\u202e[link=https://evil.test]"
    _table([Row(f"eve{evil}", "graded", problems=(f"says\r\n{evil}",))])
    said = capsys.readouterr().out
    assert all(mark.isprintable() or mark == "\n" for mark in said)
    assert "[link=" in said, "no markup of the table either"


def test_only_what_changed_is_listed_and_the_rest_is_counted(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "160")
    passed = (Question("step", 4.0, 4.0, "passed"),)
    waiting = (*passed, Question("explain", None, 3.0, WAITING, checked=False))
    _table(
        [
            Row("ada", "unchanged", passed),
            Row("bob", "from store", passed, why="the due date has moved", late_s=7200.0, penalty=1.0),
            Row("cyd", "unchanged", waiting, unprotected=True),
            Row("dan", "unchanged", passed, doubts=("timestamp.txt is empty",)),
        ]
    )
    said = capsys.readouterr().out
    assert "ada" not in said and "cyd" not in said
    assert next(line.split()[:8] for line in said.splitlines() if line.startswith("bob")) == [
        "bob",
        "3",
        "4",
        "2",
        "h,",
        "-1",
        "written",
        "again:",
    ]
    assert "timestamp.txt is empty" in " ".join(said.split())
    assert "4 submissions. A person has to look at 1. 3 unchanged." in said
    assert "wait for a person in the formgrader: 1." in said and "Late: 1." in said
    assert "Warning: 1 ran without isolation" in said


def test_a_sum_of_which_a_part_is_undecided_is_no_number(capsys):
    row = Row("ada", "graded", (Question("step", 4.0, 4.0, "passed"), Question("count", None, 1.0, "not decided")))
    assert row.total is None and row.needs_a_person
    _table([row])
    assert "4 + ?" in capsys.readouterr().out


def test_what_could_not_be_read_is_said_once_and_nothing_is_cut_within_a_word(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    undecided = tuple(Question(name, None, 1.0, "not decided") for name in ("step", "count"))
    _table(
        [
            Row("ada", "not read", undecided, problems=("a.ipynb is not a notebook. It is empty.",)),
            Row("bob", "graded", undecided[:1], remarks=("elsewhere " * 40,)),
        ]
    )
    said = " ".join(capsys.readouterr().out.split())
    assert "not read a.ipynb is not a notebook. It is empty bob" in said
    assert "elsewhere elsewhere … 2 submissions" in said


def test_where_nobody_has_handed_in_the_place_for_it_is_named(call, tmp_path):
    """A course on a laptop has no exchange: `nbgrader collect` would end in an error of nbgrader's."""
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    (tmp_path / "release" / "a").mkdir(parents=True)
    notebook = '{"nbformat": 4, "nbformat_minor": 5, "cells": [], "metadata": {}}'
    (tmp_path / "release" / "a" / "a.ipynb").write_text(notebook)
    said = f"nobody has handed in a: notebooks belong into {tmp_path / 'submitted' / 'STUDENT' / 'a'}. "
    for _ in ("without submitted/", "with it, empty"):
        done = call("grade", "a", "--no-sandbox", "--course", tmp_path)
        assert done.returncode == 2 and said in done.stderr
        assert said in call("report", "a", "--course", tmp_path).stderr
        (tmp_path / "submitted").mkdir(exist_ok=True)
    assert isolation_is_asked_for()  # again, for whatever this process grades next


def test_a_year_that_is_no_course_is_named(call, tmp_path):
    done = call("years", tmp_path, tmp_path / "nowhere", "--assignment", "a")
    said = f"{tmp_path} is no folder of a course: there is no nbgrader_config.py in it."
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"coursekit years: {said}\n")
