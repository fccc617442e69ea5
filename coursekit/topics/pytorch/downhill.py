"""Lesson 06b, a walk down a narrow valley. Without PyTorch: figures are found by importing all of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

START = (-1.0, 1.0)


def valley(weight: np.ndarray) -> tuple[float, np.ndarray]:
    """(a² + 100 b²) / 2 at weight = (a, b), and its gradient (2,): a hundred times steeper in one direction."""
    steepness = np.array([1.0, 100.0])
    return float(0.5 * (steepness * weight**2).sum()), steepness * weight


def descent(step: Callable[[np.ndarray, np.ndarray, int], np.ndarray], steps: int = 100) -> np.ndarray:
    """The places that a walk down the valley comes to, the start first. (steps + 1, 2)

    step: from the place, the gradient there and the number of the step, 1 first, to the next place.
    """
    places = [np.array(START)]
    for t in range(1, steps + 1):
        places.append(step(places[-1], valley(places[-1])[1], t))
    return np.array(places)
