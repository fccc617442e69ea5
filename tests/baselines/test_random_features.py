"""Curved features: linear columns are kept, the seed decides the rest, and a bend can be fitted."""

from __future__ import annotations

import numpy as np

from coursekit.baselines.random_features import RandomFeatures
from coursekit.baselines.ridge import ridge_fit


def test_the_columns_themselves_come_first_and_scales_are_those_of_the_first_part():
    X = np.random.default_rng(0).normal(3, 2, (200, 2))
    features = RandomFeatures(X, seed=0, count=10)
    assert features(X).shape == (200, 12)
    np.testing.assert_allclose(features(X)[:, :2].std(axis=0), 1)
    np.testing.assert_allclose(features(X[:1] + 2)[0, :2] - features(X[:1])[0, :2], 2 / X.std(axis=0))
    assert np.abs(features(X)[:, 2:]).max() <= 1


def test_the_seed_decides():
    X = np.random.default_rng(0).standard_normal((5, 3))
    one, again, other = (RandomFeatures(X, seed)(X) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert not np.allclose(one, other)


def test_a_bend_that_no_line_follows_can_be_fitted():
    X = np.random.default_rng(0).uniform(-2, 2, (500, 1))
    y = np.abs(X[:, 0])
    features = RandomFeatures(X, seed=0, count=100)
    straight, curved = (ridge_fit(z, y, 1e-3)(z) for z in (X, features(X)))
    assert np.abs(curved - y).mean() < 0.1 * np.abs(straight - y).mean()
