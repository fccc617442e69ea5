"""Texts that a spreadsheet would run."""

import csv

import pytest

from coursekit.grading.gradebook.table import Question, Row
from coursekit.grading.report.export import write_csv
from coursekit.grading.spreadsheet import harmless

FORMULAS = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", " =1+1", "\uff1d1+1", '=HYPERLINK("http://x.test")']


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_a_text(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("field", ["ada", "", "a=b", "3+4", -1.5, 0, None])
def test_all_else_stays(field):
    assert harmless(field) == field


def test_no_column_of_the_table_holds_one_and_nothing_undecided_is_a_number(tmp_path):
    open_one = Question("=step", None, 4.0, "not decided", fault="=fault")
    rows = [
        Row("=cmd", "graded", (Question("step", 3.0, 4.0, "wrong", ("=name",)),), flags=("=flag",), penalty=1.0),
        Row("-bob", "graded", (open_one, Question("count", 1.0, 1.0, "passed")), remarks=("=remark",), doubts=("@x",)),
        Row("+dan", "graded", problems=("=problem",)),
    ]
    write_csv(tmp_path / "points.csv", rows)
    with (tmp_path / "points.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [text for line in lines for text in line.values() if text and text[0] in "=+-@"] == []
    assert [line["total"] for line in lines] == ["2.0", "", "", ""]
    assert [line["points"] for line in lines] == ["3.0", "", "1.0", ""]
    assert [line["verdict"] for line in lines] == ["wrong", "not decided", "passed", "not read"]
