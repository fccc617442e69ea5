"""A real GRU, solved for all its states at once by Newton's method.

Lim et al. 2023, arXiv:2309.12252; Danieli et al. 2025, arXiv:2510.21450, with cells made for it.

The states h_1 ... h_T are the unknowns of T equations h_t = f(x_t, h_(t-1)). A round evaluates the cell and its
Jacobian at all guessed states at once, and solves the linear recurrence that is left.
Sizes: N sequences, T steps, H units.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from coursekit.reference import gru
from coursekit.topics.scan_and_attention.answers import newton_step
from coursekit.topics.scan_and_attention.experiments.settings import QUICK, Settings

Step = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def gru_jacobian(cache: gru.StepCache) -> np.ndarray:
    """The derivative of a GRU's next state by the one before, (N, H, H): the four paths of lesson 06 as one matrix."""
    r, z, n, hn, h, W_hh = cache.r, cache.z, cache.n, cache.hn, cache.h_prev, cache.params.W_hh
    W_r, W_z, W_n = np.split(W_hh, 3)
    at_z = (h - n) * z * (1 - z)
    at_n = (1 - z) * (1 - n**2)
    at_r = at_n * hn * r * (1 - r)
    through_gates = at_z[..., None] * W_z + (at_n * r)[..., None] * W_n + at_r[..., None] * W_r
    return through_gates + z[..., None] * np.eye(len(W_n))


def rounds(x, h0, params: gru.Params, step: Step = newton_step) -> Iterator[np.ndarray]:
    """Guesses of all states (N, T, H), without end; the first is h0 everywhere. step: as the exercise asks for it."""
    N, T, _ = x.shape
    H = h0.shape[1]
    guess = np.repeat(h0[:, None], T, axis=1)
    while True:
        yield guess
        before = np.concatenate([h0[:, None], guess[:, :-1]], axis=1)
        f, cache = gru.step(x.reshape(N * T, -1), before.reshape(N * T, H), params)
        guess = step(guess, f.reshape(N, T, H), gru_jacobian(cache).reshape(N, T, H, H))


def errors(scale: float, seed: int, settings: Settings = QUICK, step: Step = newton_step) -> list[float]:
    """max|guess - states| after each round, for a GRU whose first weights are multiplied by `scale`.

    It ends with rounding, after `settings.newton_rounds`, or where the guesses are no longer finite, which is told as
    infinity.
    """
    rng = np.random.default_rng([seed, 19])
    D, H = 4, settings.newton_H
    params = gru.Params(*(scale * weight for weight in gru.init(D, H, rng)))
    x, h0 = rng.standard_normal((1, settings.newton_T, D)), np.zeros((1, H))
    states, _ = gru.forward(x, h0, params)
    found = []
    with np.errstate(over="ignore", invalid="ignore"):
        for _, guess in zip(range(settings.newton_rounds + 1), rounds(x, h0, params, step), strict=False):
            error = float(np.abs(guess - states).max())
            found.append(error if np.isfinite(error) else float("inf"))
            if found[-1] < settings.newton_enough or np.isinf(found[-1]):
                break
    return found


def measure(settings: Settings = QUICK, step: Step = newton_step) -> dict:
    """{"scales": [...], "errors": for each scale, for each seed, the error after each round}."""
    found = [
        [errors(scale, seed, settings, step) for seed in range(settings.newton_seeds)] for scale in settings.scales
    ]
    return {"T": settings.newton_T, "H": settings.newton_H, "scales": list(settings.scales), "errors": found}
