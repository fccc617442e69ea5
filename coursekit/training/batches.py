"""Batches that are drawn from arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def random_rows(*arrays: np.ndarray, size: int) -> Callable[[np.random.Generator], tuple[np.ndarray, ...]]:
    """Draws batches of `size` rows, with replacement, the same rows of each array (N, ...). For `train_torch`."""

    def draw(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        chosen = rng.integers(len(arrays[0]), size=size)
        return tuple(array[chosen] for array in arrays)

    return draw
