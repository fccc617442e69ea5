"""Lesson 18, the right answers: how sure a share of few cases is, and forecasts of a path from what is known."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

# A step of a model: positions (N, D) and its state (None at first) -> forecast of the next positions (N, D), state.
PathStep = Callable[[np.ndarray, Any], tuple[np.ndarray, Any]]


def wilson_interval(right: int, cases: int, z: float = 1.96) -> tuple[float, float]:
    """Low and high end of the interval for a share, `right` of `cases` (Wilson 1927).

    The shares p for which the observed one is at most z standard deviations sqrt(p (1 - p) / cases) away. The ends
    stay within 0 and 1, and the interval has a width even if all or no cases are right.
    """
    share = right / cases
    centre = (share + z**2 / (2 * cases)) / (1 + z**2 / cases)
    half = z / (1 + z**2 / cases) * math.sqrt(share * (1 - share) / cases + z**2 / (4 * cases**2))
    return centre - half, centre + half


def constant_velocity(past: np.ndarray, horizon: int) -> np.ndarray:
    """Go on as in the last step. past: (N, T, D) positions -> the next positions (N, horizon, D)."""
    last, velocity = past[:, -1], past[:, -1] - past[:, -2]
    return last[:, None] + np.arange(1, horizon + 1)[:, None] * velocity[:, None]


def open_loop(step: PathStep, positions: np.ndarray, seen: int) -> np.ndarray:
    """Forecasts of the positions from step `seen` on, from those before it alone. (N, T - seen, D)

    positions: (N, T, D) a whole recording, of which the model is shown the first `seen` steps. From there on it gets
    its own forecasts.
    """
    state = None
    for t in range(seen):
        said, state = step(positions[:, t], state)
    forecasts = [said]
    while len(forecasts) < positions.shape[1] - seen:
        said, state = step(said, state)
        forecasts.append(said)
    return np.stack(forecasts, axis=1)
