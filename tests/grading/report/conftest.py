"""A small class, made of the data that grading leaves."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from coursekit.grading.report.data import UNDECIDED, Class, Mark, Question, Student

STEP, COUNT, WORDS = Question("gru_step", 4.0), Question("gru_parameter_count", 1.0), Question("explain", 3.0, False)
SWAPPED = "an update gate that is swapped: (1 - z) * h + z * n"
NAMES = ("ada", "bob", "cyd", "dan", "eve")


def passed(points):
    return Mark(points, verdict="passed")


def wrong(points, *diagnoses, verdict="wrong"):
    return Mark(points, verdict=verdict, diagnoses=diagnoses)


@pytest.fixture
def make_student():
    def make(name="ada", step=None, count=None, words=None, **more):
        given = {"gru_step": step or passed(4.0), "gru_parameter_count": count or passed(1.0)}
        return Student(name, marks=given | {"explain": words or Mark(3.0, by_hand=True)}, **{"cpu_s": 1.0} | more)

    return make


@pytest.fixture
def make_class():
    def make(*students, absent=()):
        made = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
        return Class("course", "05_gru", made, (STEP, COUNT, WORDS), students, absent)

    return make


@pytest.fixture
def group(make_class, make_student):
    """Five students: right, swapped twice, not written, unreadable."""
    unread = {"step": Mark(None, verdict=UNDECIDED), "count": Mark(None, verdict=UNDECIDED), "words": Mark(None)}
    return make_class(
        make_student("ada"),
        make_student("bob", wrong(1.0, SWAPPED), wrong(0.0)),
        make_student("cyd", wrong(1.0, SWAPPED), wrong(0.0, verdict="not written"), Mark(None), cpu_s=40.0),
        make_student("dan", wrong(0.0, verdict="timeout"), wrong(0.0, verdict="raised"), late_s=7200.0, penalty=1.0),
        make_student("eve", **unread, problems=("05_gru.ipynb is not JSON",), cpu_s=None),
        absent=("fay",),
    )
