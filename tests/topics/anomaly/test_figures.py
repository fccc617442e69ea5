"""The figures of lesson 10, drawn."""

import numpy as np

from coursekit import plots
from tests.topics.pictures import drawn

X = np.arange(50) / 10
EVENTS = np.isin(np.arange(50), [10, 11, 12, 40])


def test_every_event_is_shaded():
    fig, said = drawn(plots.recordings({"a": (X, np.sin(X), EVENTS, "days"), "b": (X, X, EVENTS * 0, "seconds")}))
    assert [len(ax.patches) for ax in fig.axes] == [2, 0]
    assert fig.axes[0].get_xlabel() == "days" and "a, 2 events; b, 0 events" in said


def test_alarms_are_dots_above_the_threshold():
    score = np.zeros(50)
    score[[11, 30]] = 5
    fig, said = drawn(plots.scores_under_signal(X, np.sin(X), EVENTS, {"GRU, x": score}, {"GRU, x": 4.0}, "s"))
    dots = [line for line in fig.axes[1].lines if line.get_marker() == "o"]
    np.testing.assert_allclose(dots[0].get_xdata(), [1.1, 3.0])
    assert "GRU, x is above its threshold 1 times inside an event and 1 outside" in said


def legend(fig):
    """Its texts and its lines."""
    found = fig.axes[0].get_legend()
    return found.get_texts(), found.get_lines()


def test_curves_and_points_in_use():
    curves = {"plain": ([0, 2, 40], [0.2, 0.5, 1]), "GRU, x": ([0, 0.5, 3], [0.5, 0.75, 1])}
    fig, said = drawn(plots.recall_against_alarms(curves, {"GRU, x": (0.7, 0.8)}))
    (dot,) = (line for line in fig.axes[0].lines if line.get_marker() == "o")
    assert (dot.get_xdata()[0], dot.get_ydata()[0]) == (0.7, 80)
    shown = {text.get_text(): line.get_marker() for text, line in zip(*legend(fig), strict=True)}
    assert shown == {"plain": "None", "GRU, x": "o"}, "the legend says whose the point is"
    assert said.endswith("With at most one a day: plain 20%, GRU, x 75%.")
