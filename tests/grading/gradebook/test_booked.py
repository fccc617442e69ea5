"""What a run over a class keeps in memory: of each student little, and nothing twice."""

from __future__ import annotations

from datetime import datetime

import pytest
from nbgrader.api import Gradebook

from coursekit.grading.gradebook.booked import Cell, booked
from coursekit.grading.gradebook.decision import Decision
from coursekit.grading.gradebook.rows import Entry, Rows
from coursekit.grading.gradebook.table import Question, Row

TIME = datetime(2026, 3, 1, 12)


@pytest.fixture
def book(tmp_path):
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as book:
        book.add_assignment("mini", duedate="2026-02-01 00:00:00")
        book.add_notebook("mini", "mini")
        for name in ("check_a", "check_b"):
            book.add_grade_cell(name, "mini", "mini", max_score=2, cell_type="code")
        book.add_solution_cell("a", "mini", "mini")
        yield book


def store(book, *students, score=1.0):
    rows = Rows(book.db, book.find_assignment("mini"))
    decision = Decision({"check_a": score, "check_b": None}, {"a": "said"})
    late = [one.late_s > 0 for one in rows.store([Entry(student, TIME, {"mini": decision}) for student in students])]
    book.db.commit()
    return late


def test_rows_are_entered_once_and_written_again(book):
    assert store(book, "ada", "bob") == [True, True]
    assert store(book, "ada", score=2.0) == [True]
    found = booked(book.db, book.find_assignment("mini"))
    assert {name: entry.scores[Cell("mini", "check_a")].points for name, entry in found.items()} == {"ada": 2, "bob": 1}
    assert [entry.time for entry in found.values()] == [TIME, TIME]
    assert book.find_submission_notebook("mini", "mini", "ada").comments[0].auto_comment == "said"
    assert len(book.find_assignment("mini").submissions) == 2


def test_what_people_gave_is_all_that_is_asked_for(book):
    store(book, "ada", "bob", "cyd")
    book.find_grade("check_b", "mini", "mini", "bob").manual_score = 0.0
    book.find_grade("check_a", "mini", "mini", "cyd").extra_credit = 0.5
    book.db.commit()
    entry = book.find_assignment("mini")
    everything, some = booked(book.db, entry), booked(book.db, entry, by_hand=True)
    assert everything.keys() == some.keys() == {"ada", "bob", "cyd"}
    assert {name: list(there.scores) for name, there in some.items()} == {
        "ada": [],
        "bob": [Cell("mini", "check_b")],
        "cyd": [Cell("mini", "check_a")],
    }
    for name, there in some.items():
        given = {cell: score for cell, score in everything[name].scores.items() if score.is_by_hand}
        assert given == there.scores and everything[name].late_s == there.late_s > 0


def test_rows_of_a_class_share_what_is_the_same():
    first, second = (Row(name, "graded", (Question("a", 1.0, 2.0, "wrong"),)) for name in ("ada", "bob"))
    assert first.questions[0] is second.questions[0]
    assert Row("cyd", "graded", (Question("a", 2.0, 2.0, "passed"),)).questions[0] is not first.questions[0]
