"""docs/teaching/one-laptop.md, typed as it stands: from nothing to a graded class of 30."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from coursekit.grading.demo import names
from tests.docs.pages import TEACHING, execute

pytestmark = [pytest.mark.nbgrader, pytest.mark.slow]

LESSON = "00_numerical_tools"


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory, isolated: None) -> tuple[Path, str]:
    """The folder after the whole page, and what was printed."""
    folder = tmp_path_factory.mktemp("laptop")
    said = execute(TEACHING / "one-laptop.md", folder)
    return folder / "trial", said


def test_thirty_are_graded_and_one_more(typed):
    course, said = typed
    assert "30 submissions. All decided." in said and "31 submissions. All decided." in said
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        scores = {s.student.id: s.score for s in book.assignment_submissions(LESSON)}
        full = book.find_assignment(LESSON).max_score
    assert set(scores) == {*names(30), "noa"}
    assert scores["noa"] == 0
    assert sum(score == full for score in scores.values()) >= 5
    assert len(set(scores.values())) >= 5, "a class has many scores"


def test_only_the_new_one_is_graded_the_second_time(typed):
    _, said = typed
    assert said.count("30 unchanged.") == 1
    assert len([line for line in said.splitlines() if line.startswith("noa ")]) == 1
    assert "an absolute error" in said, "a known mistake is named"


def test_the_report_and_the_feedback_are_there(typed):
    course, _ = typed
    assert "an absolute error" in (course / "reports" / f"{LESSON}.html").read_text()
    pages = list((course / "feedback").glob(f"*/{LESSON}/{LESSON}.html"))
    assert len(pages) == 30
    assert sum("not right yet" in page.read_text() for page in pages) >= 5


def test_the_export_knows_who_was_late(typed):
    course, _ = typed
    with (course / "grades.csv").open() as file:
        lines = list(csv.DictReader(file))
    assert {line["duedate"] for line in lines} == {"2027-01-15 23:59:00"}
    late = [line for line in lines if line["timestamp"] > line["duedate"]]
    assert 0 < len(late) < len(lines) / 3
