"""Figures of lesson 09: they draw what they are given, and their text says it."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.plots import days_ahead, error_by_hours_ahead, weeks_on_top_of_each_other
from tests.topics.pictures import drawn

TRUTH = np.random.default_rng(0).uniform(20, 30, (60, 24))
FORECASTS = {"naive: the week before": TRUTH + 2, "ridge on the values": TRUTH - 1, "GRU on the residual": TRUTH + 0.5}


def test_weeks():
    values = np.repeat([10.0, 11.0, 13.0], 14)
    fig = weeks_on_top_of_each_other(values, 2, "MW")
    assert "3 weeks" in drawn(fig)[1] and "differ by 1.5 MW" in fig.description
    assert sum(len(line.get_xdata()) == 14 for line in fig.axes[0].lines) == 3


def test_days_begin_a_whole_number_of_days_after_the_first_reading():
    starts = np.arange(100, 160)
    fig = days_ahead(starts, TRUTH, FORECASTS, "MW")
    assert "over 2 days" in drawn(fig)[1] and "ridge on the values 1;" in fig.description
    happened = fig.axes[0].lines[0].get_ydata()
    np.testing.assert_array_equal(happened, TRUTH[[20, 44]].ravel())
    with pytest.raises(ValueError, match="starts"):
        days_ahead(starts[:10], TRUTH[:10], {}, "MW")


def test_error_by_hours_ahead():
    fig = error_by_hours_ahead(TRUTH, FORECASTS, "MW")
    assert "GRU on the residual from 0.5 to 0.5" in drawn(fig)[1]
    assert {text.get_text() for text in fig.axes[0].get_legend().get_texts()} == set(FORECASTS)


def test_no_two_methods_of_the_lesson_look_alike():
    naive = "naive: the day before", "naive: the week before", "naive, moved to the last hours"
    names = *naive, *(f"{kind} on the {form}" for kind in ("ridge", "GRU") for form in ("values", "residual"))
    fig = error_by_hours_ahead(TRUTH, {name: TRUTH + 1 for name in names}, "MW")
    looks = {(line.get_color(), str(line._unscaled_dash_pattern)) for line in fig.axes[0].lines}
    assert len(looks) == len(names)
