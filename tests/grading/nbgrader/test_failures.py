"""The grader itself fails on one submission: the others are graded, and who runs it finds out where and why."""

from __future__ import annotations

import argparse
import json

import pytest
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook

from coursekit.cli import grade as command
from coursekit.cli import main
from coursekit.grading import batch
from coursekit.grading.batch import grade
from coursekit.grading.failures import FAILED
from coursekit.grading.gradebook import writer as gradebook
from coursekit.grading.run import job, runners
from coursekit.grading.run import notebook as trusted
from coursekit.grading.submission import intake
from coursekit.grading.submission.course import Course

pytestmark = [pytest.mark.nbgrader, pytest.mark.usefixtures("isolated")]

UNDECIDED = {"check_gru_step": (None, True), "check_gru_parameter_count": (None, True)}
RIGHT = {"check_gru_step": (4.0, False), "check_gru_parameter_count": (1.0, False)}
MARK = "# this one"


@pytest.fixture
def course(make_course, monkeypatch):
    """Three students with right answers; the grader will fail on the second one, who has a MARK in a cell."""
    monkeypatch.setattr(job, "grader_version", lambda: "of this test")
    made = make_course()
    for student in ("ada", "bob", "cyd"):
        nb = made.solution
        nb.cells.insert(1, new_code_cell(MARK if student == "bob" else "# another one"))
        made.hand_in(student, nb)
    return made


def broken(function, found=lambda *args: MARK in repr(args)):
    def fails(*args, **kwargs):
        if found(*args):
            raise KeyError("a fault of ours")
        return function(*args, **kwargs)

    return fails


PLACES = {
    "reading it": (intake, "read_notebook", lambda path: "bob" in str(path)),
    "grading it": (trusted, "exercise_of", lambda cell: cell.source == MARK),
    "what the job does": (runners, "shared_server", None),
    "presenting it": (gradebook, "present", lambda nb, graded: MARK in repr(nb)),
    "its row": (batch, "_row", lambda pending: pending.submission.student == "bob"),
    "its files": (gradebook, "_as_file", lambda nb: MARK in repr(nb)),
}


@pytest.mark.parametrize("where", [name for name in PLACES if name != "what the job does"])
def test_the_others_are_graded_and_it_is_said_where_the_grader_failed(course, monkeypatch, where):
    module, name, found = PLACES[where]
    monkeypatch.setattr(module, name, broken(getattr(module, name), found))
    place = Course(course.root)
    rows = {row.student: row for row in grade(place, "mini", ["ada", "bob", "cyd"], runners.serially)}
    assert [name for name, row in rows.items() if row.failed] == ["bob"] and rows["bob"].needs_a_person
    told = course.root / ".coursekit-results" / "failures" / "mini" / "bob.txt"
    assert "a fault of ours" in told.read_text() and str(told.relative_to(course.root)) in rows["bob"].failed
    assert course.scores("ada") == course.scores("cyd") == RIGHT
    assert course.scores("bob") == (RIGHT if where == "its files" else UNDECIDED)
    for page in (course.root / "autograded").rglob("*.ipynb"):
        assert "a fault of ours" not in page.read_text() and "Traceback" not in page.read_text()
    monkeypatch.undo()
    monkeypatch.setattr(job, "grader_version", lambda: "of this test")
    again = {row.student: row for row in grade(place, "mini", ["ada", "bob", "cyd"], runners.serially)}
    assert not any(row.needs_a_person for row in again.values()) and course.scores("bob") == RIGHT
    assert not told.exists()


def test_a_row_that_the_gradebook_refuses_takes_no_other_row_along(course, monkeypatch):
    """What others were given and is not committed yet is written again."""
    store, refused = gradebook.Rows.store, []

    def refuses(self, entries):
        done = store(self, entries)
        if any(entry.student == "bob" and entry.decisions["mini"].scores for entry in entries):
            refused.append(len(entries))
            raise ValueError("half of it is written")
        return done

    monkeypatch.setattr(gradebook.Rows, "store", refuses)
    monkeypatch.setattr(batch, "_FLUSH_S", 1000.0)  # all in one transaction
    rows = list(grade(Course(course.root), "mini", ["ada", "bob", "cyd"], runners.serially))
    assert [row.student for row in rows if row.failed] == ["bob"]
    assert refused == [3, 1], "all at once, and each for itself"
    assert course.scores("ada") == course.scores("cyd") == RIGHT and course.scores("bob") == UNDECIDED


LATE_RULE = """
from pathlib import Path
from nbgrader.plugins import LateSubmissionPlugin

class Rule(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return float(Path(__file__).with_name(f"rule of {student_id}").read_text())

c.AssignLatePenalties.plugin_class = Rule
"""


def test_where_nothing_of_a_student_can_be_written_rows_and_page_stay_as_they_were(course, monkeypatch):
    """The course's own rule for late work fails on one of three, whatever their points are."""
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + LATE_RULE)
    with Gradebook(course.db_url) as book:
        book.update_or_create_assignment("mini", duedate="2026-01-01 12:00:00 UTC")
    for student in ("ada", "bob", "cyd"):
        (course.root / f"rule of {student}").write_text("1.5")
        (course.root / "submitted" / student / "mini" / "timestamp.txt").write_text("2026-01-02 12:00:00 UTC")
    monkeypatch.setattr(batch, "_FLUSH_S", 1000.0)

    def again(**how):
        rows = grade(Course(course.root), "mini", ["ada", "bob", "cyd"], runners.serially, **how)
        return {row.student: (bool(row.failed), row.points) for row in rows}

    def page(student):
        return (course.root / "autograded" / student / "mini" / "mini.ipynb").read_text()

    assert again() == dict.fromkeys(("ada", "bob", "cyd"), (False, 3.5))
    before = page("bob")
    (course.root / "rule of bob").rename(course.root / "elsewhere")
    (course.root / "rule of cyd").write_text("0.5")
    assert again(force=True) == {"ada": (False, 3.5), "bob": (True, 3.5), "cyd": (False, 4.5)}
    assert page("bob") == before and course.scores("bob") == RIGHT
    (course.root / "rule of bob").write_text("nan")
    assert again(force=True) == {"ada": (False, 3.5), "bob": (True, 3.5), "cyd": (False, 4.5)}
    (course.root / "elsewhere").rename(course.root / "rule of bob")
    assert again()["bob"] == (False, 3.5) and page("bob") == before


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("raise ValueError('mine')", "failed (nbgrader_config.py, line {line}: ValueError: mine): mend it"),
        ("return 'two'", "gave 'two', which is no number: mend it"),
        ("return float('nan')", "gave 'nan', which is no number: mend it"),
        ("return True", "gave 'True', which is no number: mend it"),
        ("return -0.5", "gave -0.5, and what it gives is taken off, so it is 0 or more: mend it"),
    ],
)
def test_a_rule_for_late_work_that_fails_is_the_teachers_to_mend(course, capsys, rule, said):
    config = course.root / "nbgrader_config.py"
    own = LATE_RULE.replace('return float(Path(__file__).with_name(f"rule of {student_id}").read_text())', rule)
    config.write_text(config.read_text() + own)
    line = next(number for number, text in enumerate(config.read_text().splitlines(), 1) if text.strip() == rule)
    with Gradebook(course.db_url) as book:
        book.update_or_create_assignment("mini", duedate="2026-01-01 12:00:00 UTC")
    (course.root / "submitted" / "bob" / "mini" / "timestamp.txt").write_text("2026-01-02 12:00:00 UTC")
    assert main(["grade", "mini", "--course", str(course.root), "-j", "1"]) == 3
    told = capsys.readouterr().out
    assert f"bob: the course's own rule for late work {said.format(line=line)}" in told
    assert "Please report" not in told and course.scores("ada") == RIGHT


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("LateSubmissionPlugin.penalty_method = 'half'", "'penalty_method' trait of a LateSubmissionPlugin"),
        ("AssignLatePenalties.plugin_class = 'nowhere.Rule'", "nowhere"),
        ("CourseDirectory.db_url = 3", "'db_url' trait of"),
    ],
)
def test_a_setting_that_nbgrader_cannot_take_is_told_before_anybody_is_graded(course, capsys, setting, said):
    config = course.root / "nbgrader_config.py"
    config.write_text(f"{config.read_text()}\nc.{setting}\n")
    assert main(["grade", "mini", "--course", str(course.root), "-j", "1"]) == 2
    told = capsys.readouterr().err
    assert f"{config} sets a value that nbgrader cannot take: " in told and said in told


def test_a_student_for_whom_nothing_can_be_made_takes_nobody_along(course, monkeypatch):
    """The gradebook refuses a row, and the page for a person cannot be made either."""
    store = gradebook.Rows.store
    monkeypatch.setattr(
        gradebook.Rows, "store", broken(store, lambda _, entries: "bob" in {e.student for e in entries})
    )
    monkeypatch.setattr(gradebook, "unread", broken(gradebook.unread, lambda *_: True))
    monkeypatch.setattr(batch, "_FLUSH_S", 1000.0)
    rows = list(grade(Course(course.root), "mini", ["ada", "bob", "cyd"], runners.serially))
    assert {row.student: bool(row.failed) for row in rows} == {"ada": False, "bob": True, "cyd": False}
    assert course.scores("ada") == course.scores("cyd") == RIGHT
    assert not (course.root / "autograded" / "bob").exists()


def test_a_result_that_cannot_travel_is_a_fault_of_its_job(course, monkeypatch):
    one = job.Job("mini", "mini", "bob", json.dumps({"cells": []}), {"gru_step": 1})
    monkeypatch.setattr(runners, "run_job", _cannot_travel)
    ((back, graded),) = runners.in_processes([one], 1)
    assert back == one and graded.faults == {"gru_step": FAILED} and "cannot travel" in graded.broken


def _cannot_travel(one):
    raise TypeError("this cannot travel")


@pytest.mark.parametrize(("failing", "status"), [(False, 0), (True, 3)])
def test_the_exit_status_and_the_words_tell_a_failure_from_a_look(course, monkeypatch, capsys, failing, status):
    if failing:
        monkeypatch.setattr(gradebook, "present", broken(gradebook.present))
    arguments = ["mini", "--course", str(course.root), "-j", "1"]
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    assert command.run(parser.parse_args(arguments)) == status
    said = capsys.readouterr().out
    assert ("bob: the grader itself failed on this notebook: the traceback is in" in said) == failing


def test_nbgrader_autograde_goes_on_too(course):
    """The same in nbgrader's own process, where the plug-in is loaded by its configuration."""
    config = course.root / "nbgrader_config.py"
    patch = """
import coursekit.grading.run.notebook as trusted
evaluate = trusted.evaluate
def failing(exercise, answer, *args, **kwargs):
    result = answer.worker.run_cell("assert 'marked' not in globals()")
    if result.ename == "AssertionError": raise KeyError("a fault of ours")
    return evaluate(exercise, answer, *args, **kwargs)
trusted.evaluate = failing
"""
    config.write_text(config.read_text() + patch)
    nb = course.solution
    nb.cells.insert(1, new_code_cell("marked = 1"))
    course.hand_in("bob", nb)
    done = course.run("autograde", "mini")
    assert "bob: the grader itself failed on this notebook: the traceback is in" in done.stderr
    assert "a fault of ours" in (course.root / ".coursekit-results" / "failures" / "mini" / "bob.txt").read_text()
    assert course.scores("ada") == course.scores("cyd") == RIGHT and course.scores("bob") == UNDECIDED
