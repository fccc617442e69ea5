"""Turning gradients into steps: clipping by the global norm, descent, and Adam. No argument is changed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Arrays = list[np.ndarray]
Update = Callable[[Arrays, Arrays], Arrays]


def global_norm(arrays: Arrays) -> float:
    """The Euclidean norm of all entries of all arrays together."""
    return float(np.sqrt(sum(np.vdot(array, array).astype(np.float64) for array in arrays)))


def clip_by_global_norm(gradients: Arrays, limit: float | None) -> tuple[Arrays, float]:
    """Scale all gradients by one factor so that their global norm is at most `limit`.

    Pascanu et al. 2013, algorithm 1. Returns them with the norm before clipping. None: no limit. The direction never
    changes; small gradients stay.
    """
    norm = global_norm(gradients)
    if limit is None or norm <= limit or not np.isfinite(norm):
        return gradients, norm
    return [gradient * gradient.dtype.type(limit / norm) for gradient in gradients], norm


def sgd(lr: float, momentum: float = 0.0) -> Update:
    """Gradient descent: `update = sgd(lr)`, then `weights = update(weights, gradients)` at every step."""
    velocity: Arrays = []

    def update(weights: Arrays, gradients: Arrays) -> Arrays:
        velocity[:] = _blend(velocity, momentum, gradients, 1.0)
        return [w - lr * v for w, v in zip(weights, velocity, strict=True)]

    return update


def adam(lr: float, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> Update:
    """Adam (Kingma and Ba 2015, algorithm 1), used as `sgd`. lr is about the size of a step of any weight."""
    m: Arrays = []
    v: Arrays = []
    t = 0

    def update(weights: Arrays, gradients: Arrays) -> Arrays:
        nonlocal t
        t += 1
        m[:] = _blend(m, beta1, gradients, 1 - beta1)
        v[:] = _blend(v, beta2, [g**2 for g in gradients], 1 - beta2)
        rate, root = lr / (1 - beta1**t), (1 - beta2**t) ** 0.5
        return [w - rate * a / (np.sqrt(b) / root + eps) for w, a, b in zip(weights, m, v, strict=True)]

    return update


def _blend(old: Arrays, keep: float, new: Arrays, take: float) -> Arrays:
    """keep * old + take * new, array by array; before the first step there is no old: it is zero."""
    return [keep * a + take * b for a, b in zip(old or map(np.zeros_like, new), new, strict=True)]


OPTIMISERS = {"adam": adam, "sgd": sgd}
