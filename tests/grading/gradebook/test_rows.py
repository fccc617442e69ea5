"""Rows of a large class: found by an index, whoever is asked for, and side by side with those entered just before."""

from __future__ import annotations

from datetime import datetime

import pytest
from nbgrader.api import Grade, Gradebook, SubmittedNotebook
from sqlalchemy import event, select

from coursekit.grading.gradebook.booked import booked
from coursekit.grading.gradebook.decision import Decision
from coursekit.grading.gradebook.rows import Entry, Rows

TIME = datetime(2026, 3, 1, 12)
LARGE = ("grade", "comment", "submitted_notebook", "submitted_assignment", "student")
CLASS = [f"s{number:03d}" for number in range(120)]


@pytest.fixture
def book(tmp_path):
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as book:
        book.add_assignment("mini", duedate="2026-02-01 00:00:00")
        for notebook in ("one", "two"):
            book.add_notebook(notebook, "mini")
            for name in ("check_a", "check_b"):
                book.add_grade_cell(name, notebook, "mini", max_score=2, cell_type="code")
            book.add_solution_cell("a", notebook, "mini")
        yield book


def store(book, students, score=1.0):
    decision = Decision({"check_a": score, "check_b": score}, {"a": "said"})
    stored = Rows(book.db, book.find_assignment("mini")).store(
        [Entry(student, TIME, {"one": decision, "two": decision}) for student in students]
    )
    book.db.commit()
    return stored


def scanned(book, work):
    """The tables with a row for each student of which the work reads every row."""
    statements = []

    def keep(connection, cursor, statement, parameters, context, many):
        statements.append((statement, parameters[0] if many else parameters))

    event.listen(book.engine, "before_cursor_execute", keep)
    work()
    event.remove(book.engine, "before_cursor_execute", keep)
    assert statements
    with book.engine.connect() as connection:
        plans = [
            row[3]
            for statement, parameters in statements
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    return [plan for plan in plans if plan.split()[0] == "SCAN" and plan.split()[1] in LARGE]


def test_a_few_students_cost_no_whole_class(book):
    store(book, CLASS)
    entry = book.find_assignment("mini")
    rows = Rows(book.db, entry)
    again = [Entry(student, TIME, {"one": Decision(), "two": Decision()}) for student in ("s003", "new")]
    assert scanned(book, lambda: rows.scores(rows.store(again))) == []
    assert scanned(book, lambda: booked(book.db, entry, ["s003", "s004"])) == []
    whole = select(Grade.id).where(Grade.notebook_id == "x")
    assert scanned(book, lambda: book.db.scalars(whole).all()), "this is what it looks like"


def test_rows_that_are_entered_later_stand_behind(book):
    first, second = store(book, CLASS[:60]), store(book, CLASS[60:])
    for keys in ([one.key for one in first], [key for one in first for key in one.notebooks.values()]):
        assert all(len(key) == 32 and int(key, 16) for key in keys) and len(set(keys)) == len(keys)
    assert max(one.key for one in first)[:12] <= min(one.key for one in second)[:12]
    assert len(set(book.db.scalars(select(Grade.id)))) == 4 * len(CLASS)
    assert len(set(book.db.scalars(select(SubmittedNotebook.id)))) == 2 * len(CLASS)


def test_old_and_new_students_in_one_statement(book):
    store(book, ["ada", "bob"])
    book.find_grade("check_a", "one", "mini", "bob").manual_score = 0.5
    book.db.commit()
    stored = store(book, ["ada", "bob", "cyd"], score=2.0)
    assert [one.new for one in stored] == [False, False, True] and stored[2].late_s == 28.5 * 86400
    rows = Rows(book.db, book.find_assignment("mini"))
    assert [[rows.scores([one])[key] for key in one.notebooks.values()] for one in stored] == [[4, 4], [2.5, 4], [4, 4]]
    grade = book.find_grade("check_a", "one", "mini", "bob")
    assert (grade.auto_score, grade.manual_score, grade.needs_manual_grade) == (2.0, 0.5, True)
    assert not book.find_grade("check_a", "one", "mini", "ada").needs_manual_grade
