"""Ridge regression: the minimum is a minimum, several outputs are as many fits, and the strength is chosen aside."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.baselines.ridge import ridge_fit, ridge_tuned


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    X = rng.normal(3, 1, (30, 4))
    return X, 5 + X @ rng.normal(size=(4, 2)) + rng.normal(size=(30, 2))


def test_no_step_from_the_fit_makes_the_penalised_error_smaller(data):
    X, y = data[0], data[1][:, 0]
    W, b = ridge_fit(X, y, 2.5)

    def penalised(W, b):
        return np.sum((X @ W + b - y) ** 2) + 2.5 * np.sum(W**2)

    for step in 1e-3 * np.random.default_rng(1).normal(size=(50, 5)):
        assert penalised(W + step[:4], b + step[4]) > penalised(W, b)


def test_several_outputs_are_as_many_fits(data):
    X, y = data
    both = ridge_fit(X, y, 2.5)
    for k in range(2):
        one = ridge_fit(X, y[:, k], 2.5)
        np.testing.assert_allclose(both(X)[:, k], one(X))


def test_the_strength_is_the_best_on_the_validation_part(data):
    X, y = data
    noise = np.random.default_rng(2).normal(size=y.shape)
    assert np.abs(ridge_tuned((X, y), (X, y)).W).sum() == np.abs(ridge_fit(X, y, 1.0).W).sum()
    weak = ridge_tuned((X, noise), (X, np.full_like(y, noise.mean(axis=0))))
    np.testing.assert_array_equal(weak.W, ridge_fit(X, noise, 1000.0).W)
