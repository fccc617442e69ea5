"""The figures of lesson 07, drawn."""

import numpy as np
import pytest

from coursekit import plots
from tests.topics.pictures import drawn_axes

RUNGS = [("float64", 1e-15, 1e-12), ("TF32", None, 1e-2), ("bfloat16", 6e-3, 5e-2)]
SIZES = [16, 64, 256]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_a_rung_without_a_recorded_figure_says_so_and_has_no_point():
    (ax,), said = drawn_axes(plots.tolerance_ladder(RUNGS))
    assert "no recorded figure" in texts(ax)
    assert sum(line.get_marker() == "o" for line in ax.lines) == 2
    assert "TF32: not recorded" in said
    assert "float64: 1e-15, tolerance 1e-12" in said


@pytest.mark.parametrize(("guess", "diamonds"), [(3, 1), ("3", 1), (None, 0), ("many", 0), (-1, 0)])
def test_predicted_digits_are_drawn_where_they_are_a_number(guess, diamonds):
    (ax,), _ = drawn_axes(plots.tolerance_ladder(RUNGS, {"bfloat16": guess, "float64": None}))
    shown = [line for line in ax.lines if line.get_marker() == "D"]
    assert len(shown) == diamonds
    assert all(line.get_xdata()[0] == pytest.approx(1e-3) for line in shown)


def test_the_clocks_are_read_where_they_are_said_to_be():
    launches, work = [(0, 5), (5, 10)], [(5, 45), (45, 85)]
    (ax,), said = drawn_axes(plots.two_clocks(launches, work, {"too early": 10, "after waiting": 89}))
    assert [patch.get_width() for patch in ax.patches] == [5, 5, 40, 40]
    assert {line.get_xdata()[0] for line in ax.lines} == {10, 89}
    assert "too early reads 10 µs; after waiting reads 89 µs" in said


def test_the_crossing_of_overhead_and_arithmetic_is_where_both_cost_the_same():
    sizes, overhead, rate = [4, 16, 64, 256], 2e-6, 1e9
    seconds = [overhead + 2 * n**3 / rate for n in sizes]
    (ax,), said = drawn_axes(plots.launch_or_compute(sizes, seconds, overhead, rate, guess=50))
    assert 2 * 10**3 / rate == pytest.approx(overhead)
    assert "cross at n = 10" in said
    assert any(line.get_xdata()[0] == 50 for line in ax.lines)


def live(fast, slow):
    """nn.GRU in the middle, one way that crosses it and one that does not."""
    return {"nn.GRU": [10, 20, 40], "NumPy": fast, "six products per step": slow}


def test_without_recorded_figures_the_right_panel_says_how_to_record_them():
    axes, said = drawn_axes(plots.time_per_step(SIZES, live([5, 10, 20], [20, 40, 80])))
    assert "python benchmarks/gpu.py" in texts(axes[1])[0]
    assert not axes[1].lines
    assert "no GPU figures are recorded" in said


def test_recorded_figures_are_drawn_with_their_device():
    recorded = {"triton": {64: 0.7, 128: 0.9}, "nn.GRU": {64: 4.0, 128: 4.5, 256: 8.0}}
    axes, said = drawn_axes(plots.time_per_step(SIZES, live([5, 10, 20], [20, 40, 80]), recorded, "some GPU, bf16"))
    assert axes[1].get_title("left") == "recorded: some GPU, bf16"
    assert [len(line.get_xdata()) for line in axes[1].lines] == [2, 3]
    assert "recorded triton from 0.7 to 0.9" in said
    assert len(axes[0].figure.legends[0].get_texts()) == 4


def test_a_crossing_is_marked_only_where_it_is_clear():
    axes, _ = drawn_axes(plots.time_per_step(SIZES, live([5, 20, 80], [20, 40, 80])))
    assert [text.split("\n")[0] for text in texts(axes[0])] == ["NumPy"]
    assert axes[0].lines[-1].get_xdata()[0] == pytest.approx(64)
    axes, _ = drawn_axes(plots.time_per_step(SIZES, live([9.9, 20, 40.4], [20, 40, 80])))
    assert texts(axes[0]) == []


def test_every_way_of_computing_has_its_own_look():
    ways = ["six products per step", "cell in a loop", "fused loop", "hand-written backward", "nn.GRU", "NumPy"]
    axes, _ = drawn_axes(plots.time_per_step(SIZES, {way: [k + 1, k + 2, k + 3] for k, way in enumerate(ways)}))
    looks = {(line.get_color(), line.get_marker()) for line in axes[0].lines}
    assert len(looks) == len({colour for colour, _ in looks}) == len(ways)


def test_the_roof_bends_at_the_ridge():
    (ax,), said = drawn_axes(plots.roofline(1e11, 4e10, {"a step": (0.5, 1e10), "a batch": (60, 9e10)}))
    x, y = (np.asarray(values) for values in ax.lines[0].get_data())
    assert y.max() == pytest.approx(100)
    assert y[0] == pytest.approx(40 * x[0])
    assert "from 2.5 FLOP per byte on" in said
    assert "a step: 10 GFLOP/s, 50% of its roof; a batch: 90 GFLOP/s, 90% of its roof" in said


@pytest.mark.parametrize(("guess", "lines"), [(1.2, 3), (None, 2), ("fast", 2)])
def test_bars_point_to_the_faster_cell(guess, lines):
    (ax,), said = drawn_axes(plots.lstm_against_gru({"torch.nn": 0.25, "NumPy": 1.3}, guess))
    assert [np.sign(patch.get_width()) for patch in ax.patches] == [-1, 1]
    assert len(ax.lines) == lines
    assert "torch.nn: 0.25; NumPy: 1.30" in said
