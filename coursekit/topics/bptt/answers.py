"""Lesson 02, the right answers: back through a step and through time, gradients cut into pieces, and clipped."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coursekit.reference import gradient_flow, rnn
from coursekit.reference.rnn import Params, StepCache


def rnn_step_backward(dh: np.ndarray, cache: StepCache) -> tuple[np.ndarray, ...]:
    """Back through one step: dx (N, D), dh_prev (N, H) and the gradients of the four weights, from dh (N, H)."""
    W_ih, W_hh, _, _ = cache.params
    da = dh * (1 - cache.h**2)
    dx = da @ W_ih
    dh_prev = da @ W_hh
    dW_ih = da.T @ cache.x
    dW_hh = da.T @ cache.h_prev
    db_ih = da.sum(axis=0)
    db_hh = da.sum(axis=0)
    return dx, dh_prev, dW_ih, dW_hh, db_ih, db_hh


def rnn_backward(dhs: np.ndarray, caches: Sequence[StepCache]) -> tuple[np.ndarray, ...]:
    """Back through time: dx (N, T, D), dh0 (N, H) and the gradients of the four weights.

    dhs (N, T, H): the gradient of each step's own loss. caches: those of the T steps.
    """
    dx = np.empty((*dhs.shape[:2], caches[0].x.shape[1]))
    total = [np.zeros_like(p) for p in caches[0].params]
    dh_next = np.zeros_like(dhs[:, 0])
    for t in reversed(range(len(caches))):
        dh = dhs[:, t] + dh_next
        dx[:, t], dh_next, *dW = rnn_step_backward(dh, caches[t])
        total = [so_far + new for so_far, new in zip(total, dW, strict=True)]
    return (dx, dh_next, *total)


def truncated_bptt(series: np.ndarray, h0: np.ndarray, params: Params, W_out: np.ndarray, k: int) -> tuple:
    """Loss, last state h (N, H) and the gradients of the four weights, with the gradient cut after every k steps.

    series (N, T+1, D): step t reads series[:, t] and predicts series[:, t+1]. W_out (D, H).
    """
    T = series.shape[1] - 1
    loss, h = 0.0, h0
    total = [np.zeros_like(p) for p in params]
    for start in range(0, T, k):
        stop = min(start + k, T)
        hs, caches = gradient_flow.run(rnn, params, series[:, start:stop], h)
        error = hs @ W_out.T - series[:, start + 1 : stop + 1]
        loss += 0.5 * np.sum(error**2)
        _, _, *dW = rnn_backward(error @ W_out, caches)
        total = [so_far + new for so_far, new in zip(total, dW, strict=True)]
        h = hs[:, -1]
    return (loss, h, *total)


def clip_by_global_norm(grads: Sequence[np.ndarray], max_norm: float) -> tuple[list[np.ndarray], float]:
    """The arrays made shorter by one factor if their common norm exceeds max_norm; and the norm before."""
    norm = np.sqrt(sum(np.sum(g**2) for g in grads))
    factor = max_norm / norm if norm > max_norm else 1.0
    return [g * factor for g in grads], norm
