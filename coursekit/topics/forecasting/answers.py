"""What comes before any network in forecasting: the seasonal naive forecast, and windows that are split by time.

NumPy only. `forecasting` builds its tasks from these; the exercises of lesson 09 ask for them.
"""

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
