"""The figures of lesson 03, drawn."""

import numpy as np
import pytest

from coursekit import plots
from tests.topics.pictures import drawn_axes

LAGS = np.arange(31)


def falling(factor, seeds=3):
    return np.array([factor**LAGS * scale for scale in np.linspace(0.8, 1, seeds)])


def styles(ax):
    return [(line.get_color(), line.get_linestyle()) for line in ax.lines]


def test_gradients_are_drawn_on_a_logarithmic_scale_and_their_ends_are_said():
    curves = {"RNN": falling(0.5), "LSTM": falling(0.6), "GRU": falling(0.6)}
    axes, said = drawn_axes(plots.surviving_gradient({"default": curves}))
    assert axes[0].get_yscale() == "log"
    assert len(set(styles(axes[0]))) == 3
    assert "RNN: 8e-10" in said


def test_curves_of_one_cell_differ_in_their_line_style():
    curves = {f"GRU, b_z = {b}": falling(0.9) for b in (-3, 0, 3, 5)}
    axes, _ = drawn_axes(plots.surviving_gradient({"GRU": curves}))
    assert len(set(styles(axes[0]))) == 4
    assert len({colour for colour, _ in styles(axes[0])}) == 1
    assert [text.get_text() for text in axes[0].get_legend().get_texts()][0] == "b_z = -3"


def test_a_gradient_that_is_exactly_zero_can_be_drawn_axes():
    drawn_axes(plots.surviving_gradient({"vanished": {"RNN": np.where(LAGS > 3, 0.0, 1.0)}}))


def test_an_end_below_the_scale_is_said_as_it_is():
    _, said = drawn_axes(plots.surviving_gradient({"GRU": {"GRU, b_z = -3": np.where(LAGS > 3, 1e-26, 1.0)}}))
    assert "GRU, b_z = -3: 1e-26" in said


@pytest.mark.parametrize(("guess", "lines"), [(0.8, 2), (None, 1), ("much", 1), (-1, 1), ("0.8", 2)])
def test_a_prediction_is_drawn_if_it_is_a_number(guess, lines):
    axes, _ = drawn_axes(plots.surviving_gradient({"default": {"RNN": falling(0.5)}}, {"RNN": guess}))
    assert len(axes[0].lines) == lines


def test_radii_are_named_at_the_ends_and_the_growing_ones_are_said():
    at_rest = {radius: radius**LAGS for radius in (0.5, 1.0, 1.5)}
    driven = {0.5: 0.5**LAGS, 1.0: 0.90**LAGS, 1.5: 0.91**LAGS}
    axes, said = drawn_axes(plots.radius_against_saturation(at_rest, driven, guess=1.0))
    assert {text.get_text().strip() for text in axes[1].texts} == {"0.5", "1", "1.5"}
    places = sorted(np.log10(text.xy[1]) for text in axes[1].texts)
    assert min(np.diff(places)) > 0.01 * np.ptp(np.log10(axes[1].get_ylim()))
    assert "at rest: every slope is 1: the gradient grows for radius 1.5" in said
    assert "with input: tanh saturates: the gradient grows for radius none" in said
    assert "your prediction: grows from 1 on" in axes[1].get_title("left")


def test_recall_is_drawn_with_bands_chance_and_predictions():
    runs = [[0.25, 0.6, 1.0], [0.25, 0.4, 0.9], [0.2, 0.5, 1.0]]
    panels = {"GRU": {"GRU, default": [[0.25] * 3] * 3, "GRU, b_z = 2": runs}}
    axes, said = drawn_axes(plots.recall_while_training([0, 50, 100], panels, 0.25, {"GRU, b_z = 2": 0.7}))
    assert len(axes[0].collections) == 2
    assert any(line.get_marker() == "D" and line.get_ydata()[0] == 0.7 for line in axes[0].lines)
    assert "GRU, default: 0.25; GRU, b_z = 2: 1.00" in said


def test_a_network_looks_alike_in_every_panel():
    runs = np.tile([0.2, 0.5, 0.9], (2, 1))
    one_each = {"RNN, orthogonal": runs, "LSTM, default": runs}
    two_starts = {"RNN, orthogonal": runs, "LSTM, default": runs, "LSTM, b_f = 3": runs}
    axes, _ = drawn_axes(plots.recall_while_training([0, 50, 100], {"anywhere": one_each, "early": two_starts}, 0.25))
    styles = [{curve.get_label(): curve.get_linestyle() for curve in ax.lines} for ax in axes]
    assert all(styles[0][label] == styles[1][label] for label in one_each)
    assert styles[1]["LSTM, default"] != styles[1]["LSTM, b_f = 3"]


def test_clipping_moves_the_curve_and_keeps_its_shape():
    before = 100 * 0.5**LAGS
    _, said = drawn_axes(plots.clipping_keeps_ratios(before, before / 50, (200.0, 4.0)))
    assert "Lag 0 weighs 1.1e+09 times as much as lag 30 before clipping and 1.1e+09 times" in said
