"""The figures of lesson 08, drawn."""

import math
from dataclasses import replace

import bs4
import numpy as np
import pytest

from coursekit import plots
from coursekit.topics.claims.experiments import Measurement, Result
from tests.topics.pictures import drawn

CURVES = {
    "kind": "curves",
    "x": "step of training",
    "y": "loss",
    "log": ("y",),
    "panels": {
        "adding": {"GRU": ((0, 10, 20), [[1, 0.5, 0.01], [1, 0.4, 0.02]]), "GRU, dropout": ((0, 10, 20), [[1, 1, 1]])},
        "text": {"LSTM": ((0, 10, 20), [[3, 2.5, 2.2]]), "GRU": ((0, 10, 20), [[3, 2.4, 2.1]])},
    },
}
BARS = {"kind": "bars", "y": "bytes", "panels": {"state": {"RNN": 256, "LSTM": 512, "GRU": 256}}}
RESULT = Result(
    name="parity",
    title="on par with the LSTM",
    claim="A GRU performs on par with an LSTM.",
    quantity="loss of the LSTM divided by loss of the GRU",
    claimed=(0.9, 1.1),
    conditions="equal parameters",
    measurements=(
        Measurement("adding", (4.0, 9.0, 6.0), ratio=True),
        Measurement("text", (1.02, 1.03, 1.02), ratio=True),
        Measurement("counted", (1.5,), ratio=True, exact=True),
    ),
    picture=CURVES,
)


def legend(fig):
    return [text.get_text() for text in fig.legends[0].get_texts()]


def test_experiment_above_and_measurements_below():
    fig, said = drawn(plots.claim_measured(RESULT))
    adding, text, below = fig.axes
    assert (adding.get_title("left"), text.get_title("left")) == ("adding", "text")
    assert adding.get_yscale() == "log" and adding.get_ylabel() == "loss"
    assert below.get_xscale() == "log" and below.get_xlabel() == RESULT.quantity
    assert [tick.get_text() for tick in below.get_yticklabels()] == ["adding", "text", "counted"]
    assert said.startswith("A GRU performs on par with an LSTM. Measured: loss of the LSTM")
    assert said.endswith(RESULT.sentence)


def test_intervals_are_drawn_where_they_lie():
    below = drawn(plots.claim_measured(RESULT))[0].axes[-1]
    lines = [line for line in below.lines if len(line.get_xdata()) == 2]
    for line, measurement in zip(lines, RESULT.measurements[:2], strict=True):
        np.testing.assert_allclose(line.get_xdata(), measurement.interval[1:])
    seeds = [line for line in below.lines if line.get_marker() == "|"]
    np.testing.assert_allclose(seeds[0].get_xdata(), [4, 9, 6])
    assert below.get_xlim()[0] < 0.9 and below.get_xlim()[1] > 12


def test_the_shaded_range_ends_at_the_border_of_the_picture():
    one_sided = replace(RESULT, claimed=(1.0, math.inf))
    below = drawn(plots.claim_measured(one_sided))[0].axes[-1]
    (shade,) = below.patches
    ends = shade.get_x(), shade.get_x() + shade.get_width()
    np.testing.assert_allclose(ends, (1.0, below.get_xlim()[1]))


def test_two_curves_of_one_cell_differ_without_colour():
    adding = drawn(plots.claim_measured(RESULT))[0].axes[0]
    plain, variant = adding.lines
    assert plain.get_color() == variant.get_color()
    assert plain.get_linestyle() != variant.get_linestyle()


@pytest.mark.parametrize(("guess", "shown"), [(5, True), ("5", True), (None, False), ("much", False), (-1, False)])
def test_a_prediction_is_drawn_if_it_can_be(guess, shown):
    fig, _ = drawn(plots.claim_measured(RESULT, guess))
    assert ("your prediction" in legend(fig)) == shown
    diamonds = [line for line in fig.axes[-1].lines if line.get_marker() == "D"]
    assert [float(line.get_xdata()[0]) for line in diamonds] == ([5.0] if shown else [])


def test_the_full_run_is_beside_what_it_measured_and_only_there():
    full = replace(RESULT, measurements=(Measurement("text", (1.1, 1.2), ratio=True),))
    fig, _ = drawn(plots.claim_measured(RESULT, None, full))
    assert legend(fig) == ["here the claim is right", "this notebook", "recorded full run"]
    (square,) = (line for line in fig.axes[-1].lines if line.get_marker() == "s")
    assert 1 < square.get_ydata()[0] < 1.5


def test_bars_have_their_values_and_no_picture_is_no_panel():
    state, _ = drawn(plots.claim_measured(replace(RESULT, picture=BARS)))[0].axes
    assert [bar.get_height() for bar in state.patches] == [256, 512, 256]
    assert [text.get_text() for text in state.texts] == ["256", "512", "256"]
    assert len(drawn(plots.claim_measured(replace(RESULT, picture={})))[0].axes) == 1


def test_percentages_are_drawn_on_a_linear_axis():
    counted = replace(
        RESULT, claimed=(30.0, 40.0), picture={}, measurements=(Measurement("layer", (25.0,), exact=True),)
    )
    below = drawn(plots.claim_measured(counted))[0].axes[-1]
    assert below.get_xscale() == "linear"
    assert below.get_xlim()[0] < 25 and below.get_xlim()[1] > 40


def test_the_table_has_a_row_for_every_claim_and_every_measurement():
    other = replace(RESULT, title="lower latency", measurements=RESULT.measurements[2:])
    table = plots.claims_table({"parity": RESULT, "latency": other}, {"parity": 1.25}, {"parity": RESULT})
    page = bs4.BeautifulSoup(table._repr_html_(), "html.parser")
    texts = [entry.text for entry in page.tbody.find_all(["th", "td"])]
    assert {"on par with the LSTM", "lower latency", "1.25", "adding", "text"} <= set(texts)
    assert texts.count(RESULT.measurements[0].text) == 2  # this notebook and the full run
    assert texts.count("depends") == 2 and texts.count("does not hold") == 1
    assert len(page.tbody.find_all("tr")) == 4 and page.caption.text.startswith("2 claims")
    assert all(text in str(table) for text in texts)


def test_pairs_are_lines_and_intervals_stand_beside_them():
    losses = {"RNN": np.array([2.0, 3.0, 4.0]), "GRU": np.array([1.5, 2.6, 3.4])}
    intervals = {"in pairs": (0.5, 0.25, 0.75), "without pairs": (0.5, -2, 3)}
    fig, said = drawn(plots.paired_runs(losses, intervals, "loss on unseen text"))
    left, right = fig.axes
    pairs = [tuple(line.get_ydata()) for line in left.lines if list(line.get_xdata()) == [0, 1]]
    assert pairs == [(2.0, 1.5), (3.0, 2.6), (4.0, 3.4)]
    assert [tick.get_text() for tick in right.get_yticklabels()] == list(intervals)
    assert "3 pairs of runs, and intervals of RNN minus GRU: in pairs: 0.25 to 0.75; without pairs: -2 to 3." in said
