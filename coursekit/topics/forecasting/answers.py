"""Lesson 09, the right answers: the seasonal naive forecast, windows that are split by time, and weights counted."""

from __future__ import annotations

import numpy as np


def seasonal_naive(history: np.ndarray, season: int, horizon: int) -> np.ndarray:
    """The last season, repeated: the forecast of what comes after history (t,). (horizon,)

    season: readings in a season, at most t; 1 is persistence, the last reading repeated.
    (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd edition 2021, section 5.2.)
    """
    return np.resize(history[-season:], horizon)


def forecast_windows(
    values: np.ndarray, length: int, horizon: int, start: int, stop: int
) -> tuple[np.ndarray, np.ndarray]:
    """Every pair of `length` readings and the `horizon` readings right after them, for one part of a split by time.

    values: (T,). A pair belongs to the part [start, stop) if all of its targets do; its inputs may lie before start.
    Returns inputs (n, length) and targets (n, horizon), in order of time.
    """
    first = np.arange(max(start, length), stop - horizon + 1)[:, None]  # where the targets of each pair begin
    return values[first + np.arange(-length, 0)], values[first + np.arange(horizon)]


def keras_parameter_count(T: int, D: int, H: int, K: int, reset_after: bool) -> tuple[int, int]:
    """Weights of keras.layers.GRU(H, reset_after=reset_after) on (T, D), and of the Dense(K) behind it.

    kernel (D, 3H), recurrent kernel (H, 3H), bias (2, 3H) if reset_after and (3H,) if not; Dense: (H, K) and (K,).
    """
    biases = 2 if reset_after else 1
    return D * 3 * H + H * 3 * H + biases * 3 * H, H * K + K
