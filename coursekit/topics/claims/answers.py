"""Lesson 08, the right answers: a width within a budget of parameters, a paired comparison."""

from __future__ import annotations

import numpy as np


def model_parameters(blocks: int, D: int, H: int, K: int) -> int:
    """Of a recurrent layer with both biases, `blocks` blocks of H rows in each array, and its read-out (K, H), (K,)."""
    return blocks * (D * H + H * H + 2 * H) + K * H + K


def equal_parameter_hidden_size(budget: int, D: int, K: int, blocks: int) -> tuple[int, int]:
    """The largest H for which a model has at most `budget` parameters, and how many it then has.

    One unit always fits.
    """
    H = 1
    while model_parameters(blocks, D, H + 1, K) <= budget:
        H += 1
    return H, model_parameters(blocks, D, H, K)


def paired_comparison(a: np.ndarray, b: np.ndarray, t_table: np.ndarray) -> tuple[float, float, float]:
    """The mean of a - b over S seeds, and the low and the high end of its 95 % interval by Student's t (Gosset 1908).

    a, b (S,): entry s of both comes from the same seed. t_table[k]: the factor for k degrees of freedom.
    """
    d = a - b
    S = len(d)
    error = np.std(d, ddof=1) / np.sqrt(S)
    half = t_table[S - 1] * error
    return d.mean(), d.mean() - half, d.mean() + half
