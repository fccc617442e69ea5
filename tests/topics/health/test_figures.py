"""Figures of lesson 11: gaps stay gaps, and shares are those of the zones."""

from __future__ import annotations

import numpy as np

from coursekit.plots import clarke_grid, glucose_days, glucose_forecasts
from tests.topics.pictures import drawn

TIMES = np.datetime64("2024-01-01T00:00:00") + np.arange(400) * np.timedelta64(300, "s")
VALUES = 140 + 60 * np.sin(np.arange(400) / 20)
KEPT = np.r_[0:100, 130:400]


def test_no_line_is_drawn_over_a_gap():
    fig = glucose_days(TIMES[KEPT], VALUES[KEPT], days=1)
    assert "1 gaps" in drawn(fig)[1]
    pieces = [line for line in fig.axes[0].lines if len(line.get_xdata()) > 2]
    assert [len(line.get_xdata()) for line in pieces] == [100, 159]
    said = {"persistence": VALUES[KEPT] + 4, "GRU": VALUES[KEPT] - 2}
    fig = glucose_forecasts(TIMES[KEPT], VALUES[KEPT], said)
    assert "GRU 2." in drawn(fig)[1]
    assert [len(line.get_xdata()) for line in fig.axes[0].lines if len(line.get_xdata()) > 2] == [100, 270] * 3


def test_clarke_grid():
    zones = {"ridge": np.array(["A"] * 300 + ["D"] * 100), "GRU": np.array(["A"] * 400)}
    fig = clarke_grid(VALUES, {"ridge": VALUES + 5, "GRU": VALUES}, zones)
    assert "ridge: A 75.0%, B 0.0%, C 0.0%, D 25.0%" in drawn(fig)[1] and "GRU: A 100.0%" in fig.description
    assert len(fig.axes) == 2
