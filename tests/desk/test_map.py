"""The map of the course with one's own progress, as text and as a page."""

from __future__ import annotations

import pytest

from coursekit import check, predicted, progress
from coursekit.checking import registry
from coursekit.checking.message import shown_points
from tests.html_page import Page

EXERCISE = registry.get("gru_step")


def wrong(x, h, params):
    return EXERCISE.mistakes[0].implement(x, h, params)


def not_written(x, h, params):
    raise NotImplementedError()


def try_it(answer):
    return check(answer, "gru_step")


def test_the_map_shows_every_exercise_and_where_to_begin():
    course = progress()
    assert [stop.exercise for stop in course.stops] == [exercise.name for exercise in registry.every()]
    assert course.headline.startswith(f"0 of {len(course.stops)} exercises right, 0 of ")
    assert course.advice == "Begin with sigmoid in lesson 00 · Numerical tools."
    assert "00   Numerical tools" in course.text
    rows = [line for line in course.text.splitlines() if " of " in line and line.startswith("  ")]
    assert len({line.rindex(" of ") for line in rows}) == 1, "06b is longer than the other numbers"


def test_the_map_moves_with_what_was_done():
    try_it(wrong)
    assert {stop.exercise: stop.state for stop in progress().stops}["gru_step"] == "tried"
    assert "swapped" in progress()._repr_html_() and "Go on with gru_step in lesson 05" in progress().text
    try_it(EXERCISE.reference)
    predicted("name", 1, 2)
    assert progress().headline.startswith("1 of ") and "1 prediction written" in progress().headline
    assert {stop.exercise: stop.tries for stop in progress().stops}["gru_step"] == 2
    assert "Go on with gru_forward" in progress().text


def test_a_fresh_copy_of_a_lesson_takes_nothing_back():
    try_it(EXERCISE.reference)
    try_it(not_written)
    (stop,) = (stop for stop in progress().stops if stop.exercise == "gru_step")
    assert (stop.state, stop.tries, stop.note) == ("right", 1, "")
    try_it(wrong)
    (stop,) = (stop for stop in progress().stops if stop.exercise == "gru_step")
    assert (stop.state, stop.note) == ("right", "right before, not in the last try")


def test_the_page_of_the_map_is_plain_and_says_what_it_shows():
    try_it(wrong)
    page = Page(progress()._repr_html_())
    table = {"table", "thead", "tbody", "tr", "th", "td"}
    assert page.tags <= {"div", "p", "strong", "ol", "li", "span", "a", "code", "details", "summary"} | table
    labels = [value for _, name, value in page.attributes if name == "aria-label"]
    assert labels[0].startswith("Your progress: 0 of") and any(
        "gru_step tried, gru_forward not begun" in v for v in labels
    )
    assert not any(name.startswith("on") for _, name, _ in page.attributes)


@pytest.mark.parametrize(("where", "up"), [(".", ""), ("05_gru", "../")])
def test_links_lead_from_the_notebook_that_runs_to_the_lessons(tmp_path, monkeypatch, where, up):
    (tmp_path / "05_gru").mkdir()
    (tmp_path / "start.ipynb").write_text("{}")
    monkeypatch.chdir(tmp_path / where)
    assert f'href="{up}05_gru/05_gru.ipynb"' in progress()._repr_html_()


def test_outside_of_a_copy_there_are_no_links(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "href" not in progress()._repr_html_()


def test_points_are_as_exact_as_anybody_reads_them():
    assert [shown_points(points) for points in (29.8334, 4.9999, 5.0, 0.1 + 0.2, 0)] == [
        "29.83",
        "4.99",
        "5",
        "0.3",
        "0",
    ]
