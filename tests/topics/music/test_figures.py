"""The figures of lesson 15, drawn."""

from __future__ import annotations

import numpy as np

from coursekit import plots
from tests.topics.pictures import drawn

ROLL = np.random.default_rng(0).random((12, 88)) < 0.05


def test_rolls_are_drawn_note_by_note():
    fig, said = drawn(plots.piano_rolls({"one": ROLL, "two": ROLL[:5]}, start=4))
    assert "one, 12 quarter notes; two, 5 quarter notes" in said and "first 4 chords were given" in said
    assert len(fig.axes[0].patches) == ROLL.sum()


def test_expectations_say_how_sure_they_were():
    fig, said = drawn(plots.expected_chords(ROLL, np.where(ROLL, 0.75, 0.01)))
    assert "probability of 0.75 on average" in said and "0.010" in said
    assert len(fig.axes[0].lines[0].get_xdata()) == ROLL.sum()
    bottom, top = fig.axes[0].get_ylim()
    assert bottom < top  # higher pitches are further up
