"""Batches hold the same rows of every array, and a generator decides which."""

from __future__ import annotations

import numpy as np

from coursekit.training.batches import random_rows


def test_a_batch_has_the_same_rows_of_each_array():
    x, label = np.arange(12).reshape(6, 2), np.arange(6)
    draw = random_rows(x, label, size=20)
    rows, chosen = draw(np.random.default_rng(3))
    assert rows.shape == (20, 2) and len(set(chosen)) > 3
    np.testing.assert_array_equal(rows, x[chosen])
    np.testing.assert_array_equal(draw(np.random.default_rng(3))[1], chosen)
