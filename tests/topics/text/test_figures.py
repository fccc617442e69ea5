"""The figures of lesson 14, drawn."""

from __future__ import annotations

import numpy as np

from coursekit import plots
from tests.topics.pictures import drawn


def test_names_are_read_letter_by_letter():
    p = np.array([[0.6, 0.4], [0.5, 0.5], [0.1, 0.9]])
    fig, said = drawn(plots.reading_names({"abc": p, "cba": p[::-1]}, ["A", "B"]))
    assert "abc: B with 0.90; cba: A with 0.60" in said
    assert [tick.get_text() for tick in fig.axes[0].get_xticklabels()] == ["a", "b", "c"]


def test_surprises_name_their_means_and_show_white_space():
    fig, said = drawn(plots.surprises("a b\n", {"one": np.arange(4.0), "two": np.ones(4)}))
    assert "one 1.50 bits" in said and "two 1.00 bits" in said
    assert [tick.get_text() for tick in fig.axes[0].get_xticklabels()] == ["a", "·", "b", "⏎"]


def test_a_nucleus_ends_where_its_share_is_reached():
    fig, said = drawn(plots.nucleus_of(np.array([0.1, 0.6, 0.3]), ["x", " ", "\n"], shares=(0.5, 0.8)))
    assert "0.5 keeps 1 of 3; of 0.8 keeps 2 of 3" in said
    assert [tick.get_text() for tick in fig.axes[0].get_xticklabels()] == ["space", "line", "x"]
    assert [line.get_xdata()[0] for line in fig.axes[0].lines] == [0.5, 1.5]
