"""The measure of a figure's layout finds each kind of fault, and every figure of the course is measured by it.

They are measured where they are drawn: with made-up numbers by `tests/topics/pictures.drawn`, with the numbers of the
lessons by `tests/course/test_lessons.py`.
"""

from __future__ import annotations

import numpy as np
import pytest

from coursekit import plots
from coursekit.figures import style
from coursekit.results.comparison import Comparison
from tests.course.learners import ROOT
from tests.figures.layout import troubles, watch
from tests.topics.pictures import drawn

OF_EXPLORERS = ("gradient_reach", "held_gates")
_COURSE = style.FIGURES if dir(plots) else {}  # which imports them; a test may have registered one of its own
FIGURES = sorted(name for name, draw in _COURSE.items() if draw.__module__.startswith("coursekit."))


def panel(**changes):
    fig, ax = style.figure(**changes)
    ax.plot([0, 1, 2], [0, 1, 0], label="a curve")
    return fig, ax


def fault(fig) -> str:
    (found,) = troubles(fig)
    return found


def test_a_plain_figure_has_no_fault():
    fig, ax = panel()
    ax.set(xlabel="time (s)", ylabel="state", title="All is well")
    ax.legend(loc="upper right")
    assert troubles(fig) == []


def test_texts_on_each_other_are_found():
    fig, ax = panel()
    ax.text(0.2, 0.9, "here is one")
    ax.text(0.25, 0.92, "and another")
    assert fault(fig) == "'here is one' stands on 'and another'"


def test_slanted_texts_beside_each_other_are_none():
    fig, ax = panel()
    ax.set_xticks([0.0, 0.1, 0.2], ["a long name", "another long name", "a third long name"], rotation=60)
    assert not any("stands on" in found for found in troubles(fig))


def test_a_text_beyond_the_figure_is_found():
    fig, ax = panel()
    ax.text(1.9, 0.5, "half of this is lost to the right").set_in_layout(False)
    assert fault(fig) == "'half of this is lost to the right' is cut off"


def test_a_curve_through_a_text_is_found_unless_the_text_has_a_ground():
    fig, ax = panel()
    text = ax.text(0.5, 0.5, "in the way", va="center")
    assert fault(fig) == "a curve (a curve) runs through 'in the way'"
    text.set_bbox({"facecolor": "white"})
    assert troubles(fig) == []


@pytest.mark.parametrize(("width", "size", "small"), [(7.2, 8, False), (7.2, 7.5, True), (9.6, 8, True)])
def test_small_letters_are_found_as_the_page_shows_them(width, size, small):
    fig, ax = panel(width=width)
    ax.text(0.2, 0.9, "letters", fontsize=size)
    assert any("'letters' is" in found for found in troubles(fig)) == small


def test_a_point_that_the_edge_cuts_is_found():
    fig, ax = style.figure()
    ax.plot([0, 1], [1, 1], "o", label="points")
    ax.set(xlim=(0, 2), ylim=(0, 2))
    assert fault(fig) == "1 points of points are cut by the edge of the panel"


def test_a_figure_function_lets_the_edge_cut_no_point(monkeypatch):
    monkeypatch.setattr(style, "FIGURES", {})

    @style.course_figure
    def at_the_edge(limit):
        fig, ax = style.figure()
        ax.plot([0, 1], [1, 1], "o", label="points")
        ax.plot([], [], "o")  # only for the legend
        ax.set(xlim=(0, 2), ylim=(0, limit))
        return style.describe(fig, "Two points.")

    assert troubles(at_the_edge(2)) == []
    assert troubles(at_the_edge(0.5)) == [
        "2 points of points are cut by the edge of the panel"
    ]  # hidden, not at the edge


def test_a_watched_figure_says_its_faults_when_it_is_shown(monkeypatch):
    monkeypatch.setattr(style.CourseFigure, "_repr_mimebundle_", style.CourseFigure._repr_mimebundle_)
    watch()
    fig, ax = panel()
    ax.text(0.5, 0.5, "in the way", va="center")
    with pytest.raises(AssertionError, match="runs through 'in the way'"):
        fig._repr_mimebundle_()


@pytest.mark.parametrize("best", [1.0, 2.9, 5.0])
def test_the_line_of_the_best_baseline_has_its_name_wherever_it_stands(best):
    table = Comparison("error", lower_is_better=True)
    table.add("a simple rival", best, baseline=True)
    table.add("GRU", [1.0, 2.0, 5.0])
    fig, _ = drawn(plots.comparison(table))
    assert [text.get_text() for text in fig.axes[0].texts] == ["best baseline"]


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_is_measured(name):
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").glob("*/**/test_*.py"))
    lessons = "\n".join(path.read_text() for path in (ROOT / "solutions").glob("*/*.md"))
    assert f" {name}(" in tests or f"plots.{name}(" in tests
    assert f"plots.{name}(" in lessons or name in OF_EXPLORERS


def test_a_line_is_broken_between_words_and_never_in_a_formula():
    assert style.wrapped("an old state that is dropped: h = (1 - z) * n", 30) == (
        "an old state that is dropped:\nh = (1 - z) * n"
    )
    assert style.wrapped("learning rate 0.1 to 0.001", 8) == "learning\nrate 0.1\nto 0.001"


DIAMONDS = {
    "comparison": lambda guess: plots.comparison(three_methods(), {"GRU": guess}),
    "difference_error": lambda guess: plots.difference_error(
        np.geomspace(1e-9, 1, 5), {"central": np.array([1, 1e-4, 1e-6, 1e-4, 1])}, {"central": guess}
    ),
    "truncation_error": lambda guess: plots.truncation_error([1, 5, 20], {"RNN": [[0.5, 0.2, 0.0]]}, {"RNN": guess}),
    "gate_traces": lambda guess: plots.gate_traces(
        [-1, 0, 1, 2], {"f": [0.5, 0.2, 0.8, 0.8]}, np.zeros((3, 4)), 1, {"f at the flag": guess}
    ),
    "gates_over_time": lambda guess: plots.gates_over_time(
        {"z": np.array([0.6, 0.1, 0.9])}, np.array([0.2, 0.8, 0.1]), 1, {"after it": guess}
    ),
}


def three_methods() -> Comparison:
    table = Comparison("error", lower_is_better=True)
    table.add("a simple rival", 3.0, baseline=True)
    table.add("GRU", [0.1, 0.2, 5.0])
    return table


@pytest.mark.parametrize("name", DIAMONDS)
def test_a_prediction_is_an_open_diamond_with_its_name_and_no_number_is_none(name):
    for guess, diamonds in ((0.5, 1), (None, 0), ("much", 0)):
        fig, _ = drawn(DIAMONDS[name](guess))
        found = [line for ax in fig.axes for line in ax.lines if line.get_marker() == "D" and line.get_mfc() == "none"]
        assert len(found) == diamonds
        assert [line.get_label() for line in found] == ["your prediction"] * diamonds
