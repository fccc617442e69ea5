"""Lesson 06, the right answers: back through a step of the GRU and through time, a step of training, a check."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from coursekit.reference import gradient_flow, gru
from coursekit.reference.gru import Params, StepCache


def gru_step_backward(dh: np.ndarray, cache: StepCache) -> tuple[np.ndarray, ...]:
    """Back through one step: dx (N, D), dh_prev (N, H) and the gradients of the four weights, from dh (N, H)."""
    x, h_prev, r, z, n, hn, (W_ih, W_hh, _, _) = cache
    dan = dh * (1 - z) * (1 - n**2)
    daz = dh * (h_prev - n) * z * (1 - z)
    dar = dan * hn * r * (1 - r)
    dax = np.concatenate([dar, daz, dan], axis=1)  # at W_ih x + b_ih
    dah = np.concatenate([dar, daz, dan * r], axis=1)  # at W_hh h + b_hh
    dx = dax @ W_ih
    dh_prev = dh * z + dah @ W_hh
    dW_ih = dax.T @ x
    dW_hh = dah.T @ h_prev
    db_ih = dax.sum(axis=0)
    db_hh = dah.sum(axis=0)
    return dx, dh_prev, dW_ih, dW_hh, db_ih, db_hh


def gru_backward(dhs: np.ndarray, caches: Sequence[StepCache]) -> tuple[np.ndarray, ...]:
    """Back through time: dx (N, T, D), dh0 (N, H) and the gradients of the four weights.

    dhs (N, T, H): the gradient of each step's own loss. caches: those of the T steps.
    """
    dx = np.empty((*dhs.shape[:2], caches[0].x.shape[1]))
    total = [np.zeros_like(p) for p in caches[0].params]
    dh_next = np.zeros_like(dhs[:, 0])
    for t in reversed(range(len(caches))):
        dh = dhs[:, t] + dh_next
        dx[:, t], dh_next, *dW = gru_step_backward(dh, caches[t])
        total = [so_far + new for so_far, new in zip(total, dW, strict=True)]
    return (dx, dh_next, *total)


def cross_entropy(scores: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray]:
    """Mean of -log softmax at the class y (N,), and its gradient at the scores (N, K). The lesson gives it."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(y))
    loss = -log_p[rows, y].mean()
    dscores = np.exp(log_p)
    dscores[rows, y] -= 1
    return float(loss), dscores / len(y)


def train_step(
    weights: Sequence[np.ndarray],
    grads: Sequence[np.ndarray],
    x: np.ndarray,
    y: np.ndarray,
    lr: float,
    max_norm: float,
) -> tuple[list[np.ndarray], list[np.ndarray], float]:
    """One step of gradient descent: the new weights, the gradients as they were used, the loss before the step.

    weights: W_ih, W_hh, b_ih, b_hh, W_out (K, H), b_out (K,). grads: what the step before left behind; not used.
    x (N, T, D), y (N,): a batch and its classes, which the state after the last step names.
    """
    *params, W_out, b_out = weights
    hs, caches = gradient_flow.run(gru, Params(*params), x)
    scores = hs[:, -1] @ W_out.T + b_out
    loss, dscores = cross_entropy(scores, y)
    dW_out = dscores.T @ hs[:, -1]
    db_out = dscores.sum(axis=0)
    dhs = np.zeros_like(hs)
    dhs[:, -1] = dscores @ W_out
    _, _, *d_cell = gru_backward(dhs, caches)
    new = [*d_cell, dW_out, db_out]
    norm = np.sqrt(sum(np.sum(g**2) for g in new))
    factor = max_norm / norm if norm > max_norm else 1.0
    used = [g * factor for g in new]
    return [w - lr * g for w, g in zip(weights, used, strict=True)], used, loss


def write_check(candidate: Callable[..., np.ndarray]) -> bool:
    """Is candidate(x, h0, params) -> hs (N, T, H) a right GRU? On inputs that hide nothing, to float32 precision."""
    rng = np.random.default_rng(0)
    N, T, D, H = 4, 6, 3, 5
    x = rng.standard_normal((N, T, D))
    h0 = rng.uniform(-0.9, 0.9, (N, H))
    shapes = (3 * H, D), (3 * H, H), (3 * H,), (3 * H,)
    params = Params(*(rng.uniform(-1, 1, shape) / np.sqrt(H) for shape in shapes))
    got, want = candidate(x, h0, params), gru.forward(x, h0, params)[0]
    return got.shape == want.shape and bool(np.abs(got - want).max() < 1e-4)
