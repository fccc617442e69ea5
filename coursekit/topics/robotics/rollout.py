"""Lesson 18: where will the hand be? Forecasts of a path from its last positions, without what came later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

# A step of a model: positions (N, D) and its state (None at first) -> forecast of the next positions (N, D), state.
Step = Callable[[np.ndarray, Any], tuple[np.ndarray, Any]]


def constant_velocity(past: np.ndarray, horizon: int) -> np.ndarray:
    """Go on as in the last step. past: (N, T, D) positions -> the next positions (N, horizon, D)."""
    last, velocity = past[:, -1], past[:, -1] - past[:, -2]
    return last[:, None] + np.arange(1, horizon + 1)[:, None] * velocity[:, None]


def open_loop(step: Step, positions: np.ndarray, seen: int) -> np.ndarray:
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


def one_step(step: Step, positions: np.ndarray, seen: int) -> np.ndarray:
    """As `open_loop`, but each position is forecast from all true positions before it: teacher forcing."""
    state, forecasts = None, []
    for t in range(positions.shape[1] - 1):
        said, state = step(positions[:, t], state)
        forecasts.append(said)
    return np.stack(forecasts[seen - 1 :], axis=1)
