"""What lessons 03, 04 and 05 show live: which network learns to remember, and which to choose. Every seed must agree.

The settings are the lessons'. Chance is 0.25 for both recall tasks; the constant answer to the adding problem is wrong
by 1/6.
"""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.reference import gru, lstm, rnn
from coursekit.sources.tasks import adding, first_symbol, flagged_symbol
from coursekit.training import evaluate, new_model, train

pytestmark = pytest.mark.slow

LR = {rnn: 0.003, lstm: 0.01, gru: 0.01}
SIZES = {adding: (2, 1), first_symbol: (4, 4), flagged_symbol: (5, 4)}  # task: (D, K)


def scores(task, T, cell, **start) -> list[float]:
    """The metric on 1000 fresh sequences after 400 steps with batches of 32, for three seeds."""
    held_out = task(np.random.default_rng(999), 1000, T)
    D, K = SIZES[task]
    models = [new_model(cell, D, 32, K, seed, **start) for seed in range(3)]
    runs = [train(m, lambda rng: task(rng, 32, T), 400, LR[cell], seed=k) for k, m in enumerate(models)]
    return [evaluate(run.model, held_out).metric for run in runs]


@pytest.mark.parametrize("cell, start, learns", [(gru, {}, True), (rnn, {}, False)])
def test_adding_over_50_steps(cell, start, learns):
    errors = scores(adding, 50, cell, **start)
    assert max(errors) < 0.01 if learns else min(errors) > 0.1, errors


@pytest.mark.parametrize(
    "cell, start, learns",
    [
        (gru, {}, False),
        (gru, {"gate_bias": {"z": 2.0}}, True),
        (gru, {"gate_bias": {"z": -2.0}}, False),
        (lstm, {}, False),
        (rnn, {"orthogonal": 1.0}, True),
    ],
)
def test_recall_of_the_first_symbol_is_decided_by_the_start(cell, start, learns):
    accuracies = scores(first_symbol, 30, cell, **start)
    assert min(accuracies) > 0.95 if learns else max(accuracies) < 0.35, accuracies


@pytest.mark.parametrize(
    "cell, start, learns",
    [(gru, {}, True), (lstm, {}, True), (rnn, {"orthogonal": 1.0}, False), (rnn, {}, False)],
)
def test_recall_of_the_flagged_symbol_takes_gates(cell, start, learns):
    accuracies = scores(flagged_symbol, 30, cell, **start)
    assert min(accuracies) > 0.95 if learns else max(accuracies) < 0.4, accuracies
