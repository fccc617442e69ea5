"""The figure of lesson 04, drawn."""

import numpy as np

from coursekit import plots
from tests.topics.pictures import drawn_axes


def test_gates_are_drawn_around_the_flag_and_the_cell_is_sorted():
    offsets = np.arange(-2, 3)
    gates = {"i": np.array([0.2, 0.2, 0.9, 0.3, 0.3]), "f": np.array([0.5, 0.5, 0.1, 0.8, 0.6]), "o": np.full(5, 0.4)}
    cell = np.random.default_rng(0).uniform(-1, 1, (6, 8))
    (left, right, *_), said = drawn_axes(plots.gate_traces(offsets, gates, cell, flag=3))
    assert [line.get_label() for line in left.lines[:3]] == ["input gate i", "forget gate f", "output gate o"]
    shown = right.images[0].get_array()
    assert (np.diff(shown[:, -1]) > 0).all() and sorted(shown[:, 0]) == sorted(cell[:, 0])
    assert "input gate i: 0.20 before, 0.90 at and 0.30 after the flag" in said
    assert "forget gate f: 0.50 before, 0.10 at and 0.70 after the flag" in said
