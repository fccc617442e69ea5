"""The figures of lesson 13, drawn."""

from __future__ import annotations

import numpy as np

from coursekit import plots
from tests.topics.pictures import drawn


def test_an_attention_map_has_a_row_for_each_symbol_written():
    weights = np.array([[0.1, 0.2, 0.7], [0.8, 0.1, 0.1]])
    fig, said = drawn(plots.attention_map(weights, ["1", "<end>"], ["a", " ", "b"]))
    assert "Attention of 2 written symbols (rows) over 3 read ones (columns)" in said
    assert "1 at 'b', end at 'a'" in said
    ax = fig.axes[0]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["a", "␣", "b"]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["1", "end"]
    np.testing.assert_array_equal(ax.images[0].get_array(), weights)


def test_whole_words_are_written_aslant():
    fig, _ = drawn(plots.attention_map(np.full((2, 2), 0.5), ["vingt", "<end>"], ["twenty", "-"]))
    assert {tick.get_rotation() for tick in fig.axes[0].get_xticklabels()} == {60}


def test_the_largest_gap_is_named_by_its_place():
    fig, said = drawn(plots.forced_and_free([100, 90, 80, 90], [100, 85, 40, 75]))
    assert "90 % if the decoder reads the right symbols, 75 % if it reads its own" in said
    assert "40 points, at place 3" in said
    assert [list(line.get_ydata()) for line in fig.axes[0].lines] == [[100, 90, 80, 90], [100, 85, 40, 75]]


def test_the_methods_are_named_with_what_more_data_gave_them():
    shares = {"network": [0, 50, 100], "rule": [40, 90, 100]}
    fig, said = drawn(plots.right_by_days((5, 20, 80), shares))
    assert "5 to 80 days" in said and "network from 0 to 100 %; rule from 40 to 100 %" in said
    assert fig.axes[0].get_xscale() == "log"
    assert [tick.get_text() for tick in fig.axes[0].get_xticklabels()] == ["5", "20", "80"]
