"""The loop: pure, repeatable, interruptible; what it records; clipping; and the ways to start a network."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from coursekit.reference import gru, lstm, rnn
from coursekit.sources.tasks import adding, first_symbol
from coursekit.sources.text import Vocabulary, chunks, generated_text
from coursekit.training import (
    clip_by_global_norm,
    gate_rows,
    global_norm,
    loss_and_gradients,
    new_model,
    train,
    weights,
    with_gate_bias,
    with_orthogonal_recurrence,
)

CELLS = [rnn, lstm, gru]


def task(rng):
    return first_symbol(rng, 8, 4)


def fresh(cell=gru, **options):
    return new_model(cell, D=4, H=6, K=4, seed=0, **options)


@pytest.mark.parametrize("optimiser", ["adam", "sgd"])
def test_training_learns_and_leaves_the_model_as_it_was(optimiser):
    model = fresh()
    before = [array.copy() for array in weights(model)]
    history = train(model, task, steps=150, lr={"adam": 0.02, "sgd": 1.0}[optimiser], optimiser=optimiser)
    assert all(np.array_equal(a, b) for a, b in zip(before, weights(model), strict=True))
    assert len(history) == len(history.loss) == len(history.metric) == len(history.gradient_norm) == 150
    assert np.mean(history.loss[-20:]) < 0.7 * np.mean(history.loss[:20])
    assert np.mean(history.metric[-20:]) > np.mean(history.metric[:20])
    assert not history.interrupted


def test_the_seed_decides_the_batches():
    same, again, other = (train(fresh(), task, steps=5, seed=seed).loss for seed in (1, 1, 2))
    assert same == again and same != other


def test_an_iterable_of_batches_may_end_early():
    batches = [task(np.random.default_rng(seed)) for seed in range(3)]
    assert len(train(fresh(), batches, steps=10)) == 3


def test_validation_is_judged_before_during_and_after():
    held_out = task(np.random.default_rng(99))
    history = train(fresh(), task, steps=25, validation=held_out, every=10)
    assert [step for step, _, _ in history.validation] == [0, 10, 20, 25]
    assert history.validation[0][1] == loss_and_gradients(fresh(), held_out).loss
    assert history.validation[-1][1] == loss_and_gradients(history.model, held_out).loss


def test_stopping_the_cell_keeps_the_curve_and_the_model():
    def stopped():
        yield from (task(np.random.default_rng(seed)) for seed in range(4))
        raise KeyboardInterrupt

    history = train(fresh(), stopped(), steps=10)
    assert history.interrupted and len(history) == 4
    whole = train(fresh(), itertools.islice(stopped(), 4), steps=10)
    assert all(np.array_equal(a, b) for a, b in zip(weights(history.model), weights(whole.model), strict=True))


def test_a_diverging_run_says_what_to_do():
    model = new_model(rnn, D=2, H=6, K=1, seed=0)
    with pytest.raises(FloatingPointError, match="lower lr, or set clip"), np.errstate(all="ignore"):
        train(model, lambda rng: adding(rng, 8, 4), steps=50, lr=1e20, clip=None, optimiser="sgd")


@pytest.mark.parametrize("cell", CELLS)
def test_carrying_the_state_over_is_reading_the_text_in_one_go(cell):
    text = generated_text(200)
    vocabulary = Vocabulary(text)
    ids, K = vocabulary.encode(text), len(vocabulary)
    model = new_model(cell, K, 6, K, seed=0, dtype=np.float64)
    still = {"steps": 4, "lr": 0.0, "carry_state": True}
    in_chunks = train(model, chunks(ids, N=3, T=5, size=K), **still)
    whole = loss_and_gradients(model, next(chunks(ids, N=3, T=20, size=K)))
    assert np.mean(in_chunks.loss) == pytest.approx(whole.loss, rel=1e-12)
    forgotten = train(model, chunks(ids, N=3, T=5, size=K), **(still | {"carry_state": False}))
    assert np.mean(forgotten.loss) != pytest.approx(whole.loss, rel=1e-6)


def test_progress_is_shown_on_request_and_not_in_a_log(capsys):
    train(fresh(), task, steps=3)
    assert capsys.readouterr().out == ""
    history = train(fresh(), task, steps=3, progress=True)
    captured = capsys.readouterr()
    assert "3/3" in captured.out and f"{history.loss[-1]:.4f}" in captured.out and captured.err == ""


def test_clipping_scales_all_gradients_by_one_factor():
    gradients = [np.full((2, 3), 3.0), np.full(4, -2.0)]
    norm = global_norm(gradients)
    assert norm == pytest.approx(np.sqrt(6 * 9 + 4 * 4))
    clipped, reported = clip_by_global_norm(gradients, 1.0)
    assert reported == norm and global_norm(clipped) == pytest.approx(1)
    for before, after in zip(gradients, clipped, strict=True):
        np.testing.assert_allclose(after, before / norm)
    for limit in (None, norm + 1):
        assert clip_by_global_norm(gradients, limit)[0] is gradients


@pytest.mark.parametrize("cell, gate, block", [(gru, "r", 0), (gru, "z", 1), (lstm, "f", 1), (lstm, "o", 3)])
def test_gate_bias_is_the_total_of_one_gate(cell, gate, block):
    plain, biased = fresh(cell).params, fresh(cell, gate_bias={gate: 2.5}).params
    rows = slice(6 * block, 6 * block + 6)
    assert gate_rows(plain, gate) == rows
    assert ((biased.b_ih + biased.b_hh)[rows] == 2.5).all()
    for name in plain._fields:
        a, b = (np.delete(getattr(p, name), np.r_[rows], axis=0) for p in (plain, biased))
        assert np.array_equal(a, b)
    assert np.array_equal(plain.W_hh, biased.W_hh)


@pytest.mark.parametrize("cell", CELLS)
def test_orthogonal_start(cell):
    model = fresh(cell, orthogonal=1.2)
    for block in model.params.W_hh.reshape(-1, 6, 6):
        np.testing.assert_allclose(block @ block.T, 1.44 * np.eye(6), atol=1e-5)
    assert model.params.W_hh.dtype == np.float32
    assert np.array_equal(model.W_out, fresh(cell).W_out)


def test_what_no_cell_has_is_an_error():
    params = fresh(gru).params
    with pytest.raises(ValueError, match="gate: expected one of r, z, n, got 'f'"):
        with_gate_bias(params, "f", 1.0)
    with pytest.raises(ValueError, match="params: expected rnn.Params, lstm.Params or gru.Params, got tuple"):
        with_orthogonal_recurrence(tuple(params), np.random.default_rng(0))
