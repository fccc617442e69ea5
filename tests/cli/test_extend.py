"""`coursekit extend`: more time in nbgrader's own gradebook."""

from __future__ import annotations

import datetime

import pytest
from nbgrader.api import Gradebook

from coursekit.grading.gradebook.lock import alone_in
from coursekit.grading.gradebook.places import RESULTS

pytestmark = pytest.mark.nbgrader

DUE = datetime.datetime(2027, 1, 15, 23, 59)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def course(tmp_path):
    """The gradebook knows ada and bob; cyd has a folder only."""
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    (tmp_path / "submitted" / "cyd" / "05_gru").mkdir(parents=True)
    with book(tmp_path) as gradebook:
        gradebook.add_assignment("05_gru", duedate=DUE)
        gradebook.add_assignment("06_undated")
        for name in ("ada", "bob"):
            gradebook.add_student(name)
        gradebook.add_submission("05_gru", "ada", timestamp=DUE + 2 * DAY)
    return tmp_path


def book(course):
    return Gradebook(f"sqlite:///{course / 'gradebook.db'}")


def given(course):
    with book(course) as gradebook:
        return {entry.student.id: entry.extension for entry in gradebook.assignment_submissions("05_gru")}


@pytest.fixture
def extend(call, course):
    return lambda *arguments: call("extend", *arguments, "--course", course)


def test_lateness_follows_and_the_last_one_counts(extend, course):
    done = extend("05_gru", "ada", "--days", "1.5")
    assert done.returncode == 0 and "1 day 12 h later than the others" in done.stdout
    with book(course) as gradebook:
        assert gradebook.find_submission("05_gru", "ada").total_seconds_late == 12 * 3600
    assert "2 days 1 min later" in extend("05_gru", "ada", "--until", "2027-01-18T00:00+00:00").stdout
    assert given(course) == {"ada": 2 * DAY + datetime.timedelta(minutes=1)}
    assert "as everybody" in extend("05_gru", "ada", "--none").stdout
    assert given(course) == {"ada": None}


def test_before_anything_is_handed_in_and_for_several(extend, course):
    assert "Nobody has more time" in extend("05_gru").stdout
    assert extend("05_gru", "bob", "cyd", "--days", "3").returncode == 0
    assert given(course) == {"ada": None, "bob": 3 * DAY, "cyd": 3 * DAY}
    assert [line.split(":")[0] for line in extend("05_gru").stdout.splitlines()] == ["bob", "cyd"]
    with book(course) as gradebook:
        assert gradebook.find_submission("05_gru", "bob").notebooks == [], "nothing was handed in"


def test_what_may_be_left_out_is_not_called_missing(extend, call):
    assert call("extend").stderr.strip().endswith("the following arguments are required: ASSIGNMENT")


def test_days_end_at_the_same_time_of_day_when_clocks_change(extend, course, monkeypatch):
    import time

    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        with book(course) as gradebook:
            gradebook.update_or_create_assignment("05_gru", duedate=datetime.datetime(2027, 3, 27, 11, 0))
        assert "due 2027-03-30 12:00" in extend("05_gru", "bob", "--days", "3").stdout
        assert given(course)["bob"] == 3 * DAY - datetime.timedelta(hours=1)
        assert "due 2027-03-28 01:00" in extend("05_gru", "bob", "--days", "0.541666666667").stdout
        assert "due 2027-03-28 03:00" in extend("05_gru", "bob", "--until", "2027-03-28T03:00").stdout
        assert "due 2027-03-29 00:00" in extend("05_gru", "bob", "--days", "1.5").stdout
        with book(course) as gradebook:
            gradebook.update_or_create_assignment("05_gru", duedate=datetime.datetime(2027, 3, 27, 22, 0))
        assert "12 h later" in extend("05_gru", "bob", "--days", "0.5").stdout
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("05_gru", "ada", "eve", "--days", "3"), "neither the gradebook nor submitted/ knows eve"),
        (("05_gru", "ada", "--until", "2027-01-10"), "is due 2027-01-15 23:59"),
        (("05_gru", "ada", "--until", "soon"), "'soon' is no date"),
        (("05_gru", "ada", "--until", "0001-01-01"), "'0001-01-01' is no date"),
        (("05_gru", "ada", "--until", "9999-12-31T23:59-10:00"), "is no date"),
        (("05_gru", "ada", "--days", "-1"), "is not a number of days above 0"),
        (("05_gru", "ada"), "say how much more time"),
        (("05_gru", "--days", "3"), "say who gets more time"),
        (("06_undated", "ada", "--days", "3"), "06_undated has no due date"),
        (("07", "ada", "--days", "3"), "the gradebook does not know '07'. It has 05_gru, 06_undated."),
    ],
)
def test_what_cannot_be_given_is_said_and_nothing_is_written(extend, course, arguments, said):
    before = (course / "gradebook.db").read_bytes()
    done = extend(*arguments)
    assert done.returncode == 2 and said in done.stderr, done
    assert len(done.stderr.strip().splitlines()) == 1 or "usage:" in done.stderr
    assert (course / "gradebook.db").read_bytes() == before


def test_not_while_somebody_grades(extend, course):
    with alone_in(course / RESULTS):
        assert "at work in this course" in extend("05_gru", "ada", "--days", "3").stderr
    assert given(course) == {"ada": None}
