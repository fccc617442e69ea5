"""Lesson 04, the right answers: a step and a sequence of the LSTM, both ways back, and weights to begin with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coursekit.reference.lstm import Params, StepCache
from coursekit.reference.numerics import sigmoid


def lstm_step(x: np.ndarray, h: np.ndarray, c: np.ndarray, params: Params) -> tuple[np.ndarray, np.ndarray]:
    """x (N, D), h and c (N, H) -> the next h and c (N, H)."""
    W_ih, W_hh, b_ih, b_hh = params
    ai, af, ag, ao = np.split(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh, 4, axis=1)
    i = sigmoid(ai)
    f = sigmoid(af)
    g = np.tanh(ag)
    o = sigmoid(ao)
    c = f * c + i * g
    h = o * np.tanh(c)
    return h, c


def lstm_forward(x: np.ndarray, h0: np.ndarray, c0: np.ndarray, params: Params) -> tuple[np.ndarray, np.ndarray]:
    """x (N, T, D), h0 and c0 (N, H) -> hs and cs (N, T, H), state and cell after each step."""
    h, c, hs, cs = h0, c0, [], []
    for t in range(x.shape[1]):
        h, c = lstm_step(x[:, t], h, c, params)
        hs.append(h)
        cs.append(c)
    return np.stack(hs, axis=1), np.stack(cs, axis=1)


def lstm_step_backward(dh: np.ndarray, dc: np.ndarray, cache: StepCache) -> tuple[np.ndarray, ...]:
    """Back through one step: dx (N, D), dh_prev and dc_prev (N, H) and the gradients of the four weights.

    dh (N, H) is complete; what reaches c by way of h is not in dc (N, H).
    """
    x, h_prev, c_prev, i, f, g, o, _, tanh_c, (W_ih, W_hh, _, _) = cache
    dc = dc + dh * o * (1 - tanh_c**2)
    dai = dc * g * i * (1 - i)
    daf = dc * c_prev * f * (1 - f)
    dag = dc * i * (1 - g**2)
    dao = dh * tanh_c * o * (1 - o)
    da = np.concatenate([dai, daf, dag, dao], axis=1)
    dx = da @ W_ih
    dh_prev = da @ W_hh
    dc_prev = dc * f
    dW_ih = da.T @ x
    dW_hh = da.T @ h_prev
    db_ih = da.sum(axis=0)
    db_hh = da.sum(axis=0)
    return dx, dh_prev, dc_prev, dW_ih, dW_hh, db_ih, db_hh


def lstm_backward(dhs: np.ndarray, dc_T: np.ndarray, caches: Sequence[StepCache]) -> tuple[np.ndarray, ...]:
    """Back through time: dx (N, T, D), dh0 and dc0 (N, H) and the gradients of the four weights.

    dhs (N, T, H): the gradient of each step's own loss. dc_T (N, H): that of the last cell. caches: those of the T
    steps.
    """
    dx = np.empty((*dhs.shape[:2], caches[0].x.shape[1]))
    total = [np.zeros_like(p) for p in caches[0].params]
    dh_next, dc_next = np.zeros_like(dc_T), dc_T
    for t in reversed(range(len(caches))):
        dh = dhs[:, t] + dh_next
        dx[:, t], dh_next, dc_next, *dW = lstm_step_backward(dh, dc_next, caches[t])
        total = [so_far + new for so_far, new in zip(total, dW, strict=True)]
    return (dx, dh_next, dc_next, *total)


def init_lstm(params: Params, forget_bias: float) -> Params:
    """The weights with the whole bias of the forget gate, b_ih + b_hh, set to forget_bias."""
    W_ih, W_hh, b_ih, b_hh = params
    H = W_hh.shape[1]
    b_ih, b_hh = b_ih.copy(), b_hh.copy()
    b_ih[H : 2 * H] = forget_bias
    b_hh[H : 2 * H] = 0
    return Params(W_ih, W_hh, b_ih, b_hh)
