"""Lesson 11, the right answers: windows without gaps, and scaling that does not look at the test.

The third, `ridge_fit`, is the baseline of other lessons too and is defined in `coursekit.baselines.ridge`.
"""

from __future__ import annotations

import numpy as np

from coursekit.baselines.ridge import ridge_fit

__all__ = ["gap_free_windows", "ridge_fit", "standardise"]


def gap_free_windows(
    minutes: np.ndarray, values: np.ndarray, length: int, ahead: int, step: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of `length` readings and the reading `ahead` readings after the last of them, without a gap in between.

    minutes: (T,) the time of each reading, increasing. values: (T,).
    Kept are the windows in which all steps from the first input to the target last between step / 2 and 3 step / 2.
    Returns inputs (n, length), targets (n,), and now (n,): the place in `values` of each window's last input.
    """
    now = np.arange(length - 1, len(values) - ahead)
    steps = np.diff(minutes)
    irregular = np.concatenate([[0], np.cumsum(np.abs(steps - step) > step / 2)])  # how many before each reading
    now = now[irregular[now + ahead] == irregular[now - length + 1]]
    return values[now[:, None] + np.arange(1 - length, 1)], values[now + ahead], now


def standardise(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both in the same new unit: less the mean of all numbers of train, divided by their standard deviation.

    train, test: (n, length) and (m, length), windows of one quantity. Returns both, scaled.
    """
    centre, scale = train.mean(), train.std()
    return (train - centre) / scale, (test - centre) / scale
