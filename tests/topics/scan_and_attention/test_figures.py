"""The figures of lesson 19, drawn."""

import numpy as np
import pytest

from coursekit import plots
from coursekit.topics.scan_and_attention.experiments import FULL, QUICK, cost
from tests.topics.pictures import drawn

WAYS = ("minGRU, loop", "minGRU, scan", "nn.GRU", "GRU of this course", "attention, plain", "attention, fused")


def times(settings):
    T = np.array(settings.timed_T)
    seconds = {way: [[1e-5 * t ** (1 + k / 6)] * 3 for t in T] for k, way in enumerate(WAYS)}
    return {"T": list(settings.timed_T), "seconds": seconds}


def test_time_against_length():
    fig, said = drawn(plots.time_against_length(times(QUICK)))
    assert len(fig.axes) == 1 and len(fig.axes[0].lines) == 6
    fig, said = drawn(plots.time_against_length(times(QUICK), times(FULL)))
    assert [ax.get_title("left") for ax in fig.axes] == ["this notebook", "recorded full run"]
    assert "minGRU, loop from 0.32 to 10.2 ms" in said


@pytest.mark.parametrize("guess", [None, 7, "many"])
def test_newton_rounds(guess):
    errors = [[[1, 1e-2, 1e-5, 1e-11, 1e-15]], [[1, 0.1, 1e-4, 1e-9]], [[1, 1e3, float("inf")], [1, 1e2, 1e-14]]]
    fig, said = drawn(plots.newton_rounds({"scales": [1, 2, 4], "errors": errors}, guess))
    assert len(fig.axes[0].lines) == 1 + (guess == 7)
    assert "weights times 1: 4 to 4 rounds;" in said and "weights times 4: 2 to 2 rounds, 1 of 2 not arrived" in said


def accuracy(names, places, seeds):
    return {name: [[1 - k / 10] * places for _ in range(seeds)] for k, name in enumerate(names)}


def parity(settings):
    lengths = list(settings.parity_lengths)
    shares = accuracy(settings.parity_models, len(lengths), settings.seeds)
    return {"trained": settings.parity_T, "lengths": lengths, "accuracy": shares}


def test_parity_against_length():
    for full in (None, parity(FULL)):
        fig, said = drawn(plots.parity_against_length(parity(QUICK), full))
        assert "chance" in [text.get_text() for text in fig.axes[0].texts]
    assert "trained up to T = 24" in said and "GRU from 0.90 to 0.90" in said


def recall(settings):
    borders = [2**k for k in range(1, settings.recall_longest.bit_length())]
    rivals = {"a dictionary": [1.0] * (len(borders) - 1), "the commonest value seen": [0.25] * (len(borders) - 1)}
    shares = accuracy(settings.recall_models, len(borders) - 1, settings.recall_seeds)
    return {"trained": settings.recall_T, "distances": borders, "accuracy": shares, "rivals": rivals}


def test_recall_against_distance():
    for full in (None, recall(FULL)):
        fig, said = drawn(plots.recall_against_distance(recall(QUICK), full))
        assert {"a dictionary", "the commonest value seen"} <= {line.get_label() for line in fig.axes[-1].lines}
    assert "GRU + attention from 0.70 to 0.70" in said


def test_bytes_against_length():
    fig, said = drawn(plots.bytes_against_length(cost.memory(QUICK)))
    assert [line.get_label() for line in fig.axes[0].lines] == ["GRU, minGRU", "LSTM", "attention"]
    assert "GRU from 256 to 256" in said and "attention from 512 to 2,097,152" in said
