"""Rounding row by row, and the bound of a step."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.embedded import int8
from tests.embedded.models import CELLS, drawn, float_step, sequence


def test_rows_are_rounded_to_the_nearest_of_their_own_levels():
    W = np.random.default_rng(0).normal(size=(6, 9)) * np.array([100, 1, 0.01, 1e-30, 0, 3])[:, None]
    rows = int8.rows(W.astype(np.float32))
    assert rows.q.dtype == np.int8 and (np.abs(rows.q).max(axis=1) == [127, 127, 127, 127, 0, 127]).all()
    assert rows.scale[4] == 1 and (rows.scale > 0).all()
    assert (np.abs(rows.back - W) <= rows.scale[:, None] * 0.5001).all()


@pytest.mark.parametrize("v", [[0.0, 0.0], [1e-45, 0.0], [1e38, -3e38], [-2.0, 1.0]])
def test_any_finite_vector_can_be_rounded(v):
    q, scale = int8.vector(np.array(v, np.float32))
    assert scale > 0 and np.isfinite(scale) and np.abs(q.astype(int)).max() <= 127
    np.testing.assert_allclose(q * np.float64(scale), v, atol=np.abs(v).max() / 250 + 1e-40)


@pytest.mark.parametrize("scale", [0.3, 1.0, 5.0])
@pytest.mark.parametrize("cell", CELLS)
def test_a_step_stays_within_its_bound(cell, scale):
    """From states that are reached, from corners of the cube of all states, and for inputs of every size."""
    rng = np.random.default_rng(2)
    for seed in range(4):
        model = drawn(cell, seed=seed, scale=scale)
        small, bound = int8.Quantised.of(model), int8.error_bound(model)
        for size in (0.01, 1.0, 30.0):
            for row in sequence(model, T=8, seed=seed, size=size):
                state = rng.choice([-1.0, 1.0, 0.02], (model.states, model.H)).astype(np.float32)
                state[1:] *= 3  # the cell state of an LSTM has no limit
                exact = float_step(model, row, state)
                made = np.stack(int8.step(small, row, *state)[: model.states])
                allowed = bound.at(np.abs(row).max(), np.abs(state[-1]).max() if model.states == 2 else 0.0)
                assert np.abs(made - exact).max() <= allowed
                out = int8.read_out(small, state[0]) - (model.W_out.astype(float) @ state[0] + model.b_out)
                assert np.abs(out).max() <= bound.read_out


def test_the_bound_says_something():
    """It is not so wide that every step would keep it: weights of another model do not."""
    model, other = drawn("GRU", H=32, seed=0), drawn("GRU", H=32, seed=1)
    row, state = sequence(model, T=4)[0], np.full((1, 32), 0.5, np.float32)
    off = np.abs(int8.step(int8.Quantised.of(other), row, *state)[0] - float_step(model, row, state)[0]).max()
    assert off > int8.error_bound(model).at(np.abs(row).max())


@pytest.mark.parametrize("cell", CELLS)
def test_the_bound_of_the_largest_weights_is_a_number(cell):
    model = drawn(cell, scale=1e38)
    assert all(np.isfinite(number) for number in int8.error_bound(model))
