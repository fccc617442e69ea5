"""`nbgrader export` of a real course: nbgrader's table, in which nothing undecided is a number."""

from __future__ import annotations

import csv

import pytest
from nbgrader.api import Gradebook

pytestmark = pytest.mark.nbgrader

STOCK = "\nc.ExportApp.plugin_class = 'nbgrader.plugins.CsvExportPlugin'\n"


def exported(course):
    course.run("export")
    with (course.root / "grades.csv").open(newline="", encoding="utf-8") as file:
        table = csv.DictReader(file)
        return table.fieldnames, {row["student_id"]: row for row in table}


def test_the_undecided_and_formulas(make_course):
    course = make_course()
    for student in ("bob", "dan"):
        course.hand_in(student, b"{ not json")
    course.grade("-j", "1")
    with Gradebook(course.db_url) as book:
        book.update_or_create_student("eve", first_name="=1+1", email="@eve")
        for name, points in (("check_gru_step", 3.5), ("check_gru_parameter_count", 0.5)):
            book.find_grade(name, "mini", "mini", "dan").manual_score = points
        book.db.commit()
    columns, rows = exported(course)
    assert (rows["bob"]["raw_score"], rows["bob"]["score"], rows["bob"]["max_score"]) == ("", "", "5.0")
    assert (rows["dan"]["raw_score"], rows["dan"]["score"]) == ("4.0", "4.0")
    assert rows["eve"]["score"] == "0.0" and (rows["eve"]["first_name"], rows["eve"]["email"]) == ("'=1+1", "'@eve")

    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + STOCK)
    stock_columns, stock = exported(course)
    assert columns == stock_columns and stock["dan"] == rows["dan"] and stock["bob"]["score"] == "0.0"
