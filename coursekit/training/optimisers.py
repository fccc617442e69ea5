"""Turning gradients into steps: clipping by the global norm, plain descent, and Adam. No argument is changed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Arrays = list[np.ndarray]


def global_norm(arrays: Arrays) -> float:
    """The Euclidean norm of all entries of all arrays together."""
    return float(np.sqrt(sum(np.vdot(array, array).astype(np.float64) for array in arrays)))


def clip_by_global_norm(gradients: Arrays, limit: float | None) -> tuple[Arrays, float]:
    """Scale all gradients by one factor so that their global norm is at most `limit` (Pascanu et al. 2013, algorithm 1).

    Returns them with the norm before clipping. None: no limit. The direction never changes; small gradients stay.
    """
    norm = global_norm(gradients)
    if limit is None or norm <= limit or not np.isfinite(norm):
        return gradients, norm
    return [gradient * gradient.dtype.type(limit / norm) for gradient in gradients], norm


def sgd(lr: float, momentum: float = 0.0) -> Callable[[Arrays, Arrays], Arrays]:
    """Gradient descent: `update = sgd(lr)`, then `weights = update(weights, gradients)` at every step."""
    velocity: Arrays = []

    def update(weights: Arrays, gradients: Arrays) -> Arrays:
        velocity[:] = [momentum * v + g for v, g in zip(velocity or map(np.zeros_like, weights), gradients, strict=True)]
        return [w - lr * v for w, v in zip(weights, velocity, strict=True)]

    return update


def adam(lr: float, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> Callable[[Arrays, Arrays], Arrays]:
    """Adam (Kingma and Ba 2015, algorithm 1): `update = adam(lr)`, then `weights = update(weights, gradients)`."""
    m: Arrays = []
    v: Arrays = []
    t = 0

    def update(weights: Arrays, gradients: Arrays) -> Arrays:
        nonlocal t
        t += 1
        m[:] = [beta1 * a + (1 - beta1) * g for a, g in zip(m or map(np.zeros_like, weights), gradients, strict=True)]
        v[:] = [beta2 * a + (1 - beta2) * g**2 for a, g in zip(v or map(np.zeros_like, weights), gradients, strict=True)]
        rate, scale = lr / (1 - beta1**t), 1 / np.sqrt(1 - beta2**t)
        return [w - rate * a / (float(scale) * np.sqrt(b) + eps) for w, a, b in zip(weights, m, v, strict=True)]

    return update


OPTIMISERS = {"adam": adam, "sgd": sgd}
