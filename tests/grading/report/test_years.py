"""Questions over several years: numbers that are known, in a table and on a page."""

from __future__ import annotations

import csv
import io

import pytest

from coursekit.grading.report.data import Mark
from coursekit.grading.report.years import FEWEST, as_csv, correlation, over_years, page
from tests.grading.report.conftest import SWAPPED, passed, wrong


def test_hard_and_easy_and_the_mistakes_of_each_year(group, make_class, make_student):
    before = make_class(*(make_student(str(number)) for number in range(4)))
    step, parameters, explain = over_years([("2025", before), ("2026", group)])
    assert [year.label for year in step.years] == ["2025", "2026"]
    assert step.years[0].difficulty == 1.0 and step.years[0].mistakes == ()
    assert step.years[1].students == 4, "eve is undecided"
    assert step.years[1].difficulty == pytest.approx((4 + 1 + 1 + 0) / 16)
    assert step.years[1].mistakes == ((SWAPPED, 0.5),)
    assert all(year.discrimination is None for year in step.years), "four are too few"
    assert (parameters.question, explain.question) == ("gru_parameter_count", "explain")


@pytest.mark.parametrize(("follows", "apart", "look"), [(1, 1.0, False), (-1, -1.0, True)])
def test_whom_a_question_tells_apart(make_class, make_student, follows, apart, look):
    """count: half of the class has it. The rest of the points go with it, or against it."""
    students = [
        make_student(
            str(number),
            step=passed(4.0) if right == (follows > 0) else wrong(0.0),
            count=passed(1.0) if right else wrong(0.0),
            words=Mark(3.0 if right == (follows > 0) else 0.0, by_hand=True),
        )
        for number, right in enumerate([True, False] * 10)
    ]
    lines = over_years([("2026", make_class(*students))])
    year = next(line for line in lines if line.question == "gru_parameter_count").years[0]
    assert year.discrimination == pytest.approx(apart) and year.weak is look and year.difficulty == 0.5
    assert (" look" in page(lines)) is look


def test_nothing_is_said_of_few_or_of_equal(make_class, make_student):
    few = make_class(*(make_student(str(n), step=passed(4.0 * (n % 2))) for n in range(FEWEST - 1)))
    equal = make_class(*(make_student(str(n)) for n in range(30)))
    for group in (few, equal):
        assert {year.discrimination for line in over_years([("y", group)]) for year in line.years} == {None}
    assert correlation([(0.0, 1.0), (1.0, 3.0), (2.0, 2.0)]) == pytest.approx(0.5)


def test_the_table_and_the_page_name_nobody(group):
    lines = over_years([("2026", group), ("<2027>", group)])
    rows = list(csv.DictReader(io.StringIO(as_csv(lines))))
    assert len(rows) == 6 and rows[0]["difficulty"] == "0.375" and rows[0]["discrimination"] == ""
    assert rows[0]["mistakes"] == f"{SWAPPED} (0.50)"
    text = page(lines)
    assert "&lt;2027&gt;" in text and "<2027>" not in text and "gru_step" in text
    for student in group.students:
        assert f">{student.name}" not in text and student.name not in as_csv(lines)
