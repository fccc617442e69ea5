"""Losses and gradients: against central differences, for each cell, each kind of answer and each mask."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.reference import gru, lstm, rnn
from coursekit.reference.numerics import numerical_gradient, relative_error
from coursekit.sources.tasks import Batch, copy, first_symbol
from coursekit.training import (
    count_parameters,
    evaluate,
    loss_and_gradients,
    new_model,
    predict,
    sequences_right,
    weights,
    with_weights,
    zero_state,
)

N, T, D, H, K = 4, 5, 3, 6, 2
RNG = np.random.default_rng(0)
X = RNG.standard_normal((N, T, D))
MASK = RNG.random((N, T)) < 0.4
BATCHES = {
    "a class per sequence": Batch(X, RNG.integers(0, K, N)),
    "a class per step": Batch(X, RNG.integers(0, K, (N, T))),
    "a class per step, masked": Batch(X, RNG.integers(0, K, (N, T)), MASK),
    "numbers per step": Batch(X, RNG.standard_normal((N, T, K))),
    "numbers per step, masked": Batch(X, RNG.standard_normal((N, T, K)), MASK),
}


@pytest.mark.parametrize("cell", [rnn, lstm, gru])
@pytest.mark.parametrize("kind", BATCHES)
def test_gradients_are_those_of_the_loss(cell, kind):
    model = new_model(cell, D, H, K, seed=1, dtype=np.float64)
    state = tuple(RNG.standard_normal((N, H)) for _ in zero_state(model, N))
    result = loss_and_gradients(model, BATCHES[kind], state)
    arrays = weights(model)
    assert result.loss == evaluate(model, BATCHES[kind], state).loss
    assert len(result.gradients) == len(arrays) == 6
    for k, gradient in enumerate(result.gradients):

        def loss(array, k=k):
            changed = with_weights(model, [*arrays[:k], array, *arrays[k + 1 :]])
            return evaluate(changed, BATCHES[kind], state).loss

        assert relative_error(gradient, numerical_gradient(loss, arrays[k])) < 1e-7


def test_one_number_per_sequence_and_per_step():
    model = new_model(gru, D, H, 1, seed=1, dtype=np.float64)
    outputs = predict(model, X)[0][..., 0]
    y = RNG.standard_normal((N, T))
    assert evaluate(model, Batch(X, y[:, -1])).loss == pytest.approx(np.mean((outputs - y)[:, -1] ** 2))
    assert evaluate(model, Batch(X, y)).loss == pytest.approx(np.mean((outputs - y) ** 2))
    assert evaluate(model, Batch(X, y, MASK)).loss == pytest.approx(np.mean((outputs - y)[MASK] ** 2))


def test_answers_outside_the_mask_do_not_count():
    model = new_model(gru, D, H, K, seed=1)
    y = RNG.integers(0, K, (N, T))
    other = np.where(MASK, y, 77)
    one, two = (loss_and_gradients(model, Batch(X, answers, MASK)) for answers in (y, other))
    assert one.loss == two.loss and one.metric == two.metric


@pytest.mark.parametrize("cell", [rnn, lstm, gru])
def test_the_state_carried_over_joins_two_chunks(cell):
    model = new_model(cell, D, H, K, seed=1, dtype=np.float64)
    whole, _, _ = predict(model, X)
    first, state, _ = predict(model, X[:, :2])
    second, _, _ = predict(model, X[:, 2:], state)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole, rtol=1e-12)


def test_metrics_of_classes():
    model = new_model(gru, 10, H, 8, seed=1)
    batch = copy(np.random.default_rng(0), 50, 12)
    answers = predict(model, batch.x)[0].argmax(axis=2)
    right = np.where(batch.mask, answers, batch.y)
    right[:10, -1] = (right[:10, -1] + 1) % 8
    assert evaluate(model, batch._replace(y=right)).metric == pytest.approx(1 - 10 / batch.mask.sum())
    assert sequences_right(model, batch._replace(y=right)) == pytest.approx(0.8)


def test_float32_stays_float32():
    model = new_model(lstm, 4, H, 4, seed=0)
    result = loss_and_gradients(model, first_symbol(np.random.default_rng(0), 8, 6))
    assert {array.dtype for array in [*weights(model), *result.gradients, *result.state]} == {np.dtype("f4")}
    assert count_parameters(model) == 4 * H * (4 + H + 2) + 4 * (H + 1)


@pytest.mark.parametrize(
    "batch, message",
    [
        (Batch(X, np.zeros(N, bool)), "y: expected integers .classes. or floats"),
        (Batch(X, np.zeros((N, T + 1), int)), "y: expected one answer per sequence, .4,., or per step"),
        (Batch(X, np.zeros((N, T, K), int)), "y: expected one answer per sequence"),
        (Batch(X, np.full(N, K)), "y: expected classes from 0 to 1, because the model has 2 outputs"),
        (Batch(X, np.zeros(N)), "y: expected 2 numbers per answer, one for each output of the model, got 1"),
        (Batch(X, np.zeros((N, T), int), np.zeros((N, T), bool)), "mask: no step counts"),
        (Batch(X, np.zeros((N, T), int), np.ones((N, T + 1), bool)), "mask: expected shape .4, 5."),
    ],
)
def test_a_batch_that_makes_no_sense_is_an_error_that_says_why(batch, message):
    with pytest.raises(ValueError, match=message):
        evaluate(new_model(gru, D, H, K, seed=1), batch)
