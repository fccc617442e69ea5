"""The figures of lesson 21, drawn."""

from __future__ import annotations

import numpy as np

from coursekit import plots
from tests.topics.pictures import drawn

NAMES = ("the amount", "beside the mean", "last payment", "by hand", "GRU")


def test_copied_prices():
    truth = 20 + np.cumsum(np.random.default_rng(0).normal(size=200))
    said = {"the last price, repeated": np.r_[20, truth[:-1]], "GRU, whole": truth + 1, "GRU, past": truth - 2}
    fig, text = drawn(plots.copied_prices(truth, said))
    assert [ax.get_title("left") for ax in fig.axes] == ["the first 40 days", "all 200 days"]
    assert "GRU, whole 1; GRU, past 2" in text
    assert len({line.get_linestyle() for line in fig.axes[0].lines[2:]}) == 2  # two networks, told apart
    (legend,) = fig.legends
    length = legend.handlelength * legend._fontsize
    for _, dashes in (handle._dash_pattern for handle in legend.legend_handles):
        assert dashes is None or 2 * dashes[0] + dashes[1] <= length  # two dashes, or it looks like a whole line


def test_season_ahead():
    months = 20 + 5 * np.sin(np.arange(48) / 6 * np.pi)
    said = {"seasonal naive": months[24:36] + 1, "mean": months[24:36], "GRU": months[24:36] - 2}
    fig, text = drawn(plots.season_ahead(months[:36], months[36:], said, "thousands", "months"))
    assert "12 months" in text and "seasonal naive 1; " in text and "GRU 2." in text
    assert fig.axes[0].get_xlabel() == "months from the last known reading"


def test_precision_against_cases():
    rng = np.random.default_rng(1)
    fraud = rng.random(3000) < 0.02
    scores = {name: rng.normal(size=3000) + k * fraud for k, name in enumerate(NAMES)}
    fig, text = drawn(plots.precision_against_cases(scores, fraud, [10, 100, 1000]))
    assert len(fig.axes) == 2 and len(fig.axes[1].lines) == len(NAMES)
    assert "Precision from 10 to 1000" in text
    many = fig.axes[1].lines[-1].get_ydata()
    assert (np.diff(many) >= 0).all() and many[-1] > 90  # who looks at more, finds more


def test_warning_against_alarms():
    false = np.linspace(0, 8, 30)
    curves = {name: (false, (k + 1) * np.sqrt(false)) for k, name in enumerate(NAMES)}
    marks = {name: (1.0, k + 1.0) for k, name in enumerate(NAMES)}
    fig, text = drawn(plots.warning_against_alarms(curves, marks))
    assert fig.axes[0].get_xlim() == (0, 6) and "GRU 5.0 at 1.0" in text
    named = {line.get_label(): line.get_marker() for line in fig.legends[0].get_lines()}
    assert set(named) == set(NAMES), "a mark is known by its line in the legend"
    drawn_marks = {line.get_marker() for line in fig.axes[0].lines if list(line.get_xdata()) == [1.0]}
    assert set(named.values()) == drawn_marks and len(drawn_marks) == len(NAMES)
