"""The figures of lesson 18, drawn."""

import numpy as np

from coursekit import plots
from tests.topics.pictures import drawn


def test_one_panel_for_each_motion():
    x = np.random.default_rng(0).standard_normal((2, 50, 6)) * np.array([1, 3])[:, None, None]
    fig, said = drawn(plots.motions(x, ["calm", "wild"], ("a", "b", "c"), 10))
    assert [ax.get_title("left") for ax in fig.axes] == ["calm", "wild"] and len(fig.axes[0].lines) == 3
    assert "2 recordings of 3 channels; standard deviations: calm 1.0, wild " in said


def test_intervals_of_shares():
    fig, said = drawn(plots.shares_with_intervals({"plain": (0.9, 0.77, 0.96), "GRU": (1.0, 0.91, 1.0)}, 40))
    assert [text.get_text() for text in fig.axes[0].get_yticklabels()] == ["plain", "GRU"]
    assert "plain 90.0%, 77.0% to 96.0%" in said


def test_forecasts_begin_where_the_path_is():
    truth = np.cumsum(np.ones((3, 8, 2)), axis=1)
    forecasts = {"GRU": truth[:, 5:] + 0.5, "plain": truth[:, 5:]}
    fig, said = drawn(plots.paths_with_forecasts(truth, 5, forecasts, [0, 2]))
    way = next(line for line in fig.axes[0].lines if line.get_label() == "GRU")
    np.testing.assert_allclose(way.get_xdata(), [5, 6.5, 7.5, 8.5])
    assert "GRU 0.71, 0.71 m; plain 0, 0 m" in said


def test_errors_against_time():
    errors = {"plain": np.array([1.0, 4]), "GRU": np.array([1.0, 2]), "forced": np.array([1.0, 1])}
    fig, said = drawn(plots.error_by_horizon(errors, "mm", 20, "forced"))
    np.testing.assert_allclose(fig.axes[0].lines[0].get_xdata(), [0.05, 0.1])
    assert "GRU from 1 to 2 mm; forced from 1 to 1 mm" in said
