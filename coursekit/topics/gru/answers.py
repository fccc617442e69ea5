"""Lesson 05, the right answers: a step and a sequence of the GRU, both conventions, a held gate, a count."""

from __future__ import annotations

import numpy as np

from coursekit.reference.gru import Params
from coursekit.reference.numerics import sigmoid


def gru_step(x: np.ndarray, h: np.ndarray, params: Params) -> np.ndarray:
    """x (N, D), h (N, H) -> the next h (N, H). The reset gate acts after the product with W_hn."""
    W_ih, W_hh, b_ih, b_hh = params
    xr, xz, xn = np.split(x @ W_ih.T + b_ih, 3, axis=1)
    hr, hz, hn = np.split(h @ W_hh.T + b_hh, 3, axis=1)
    r = sigmoid(xr + hr)
    z = sigmoid(xz + hz)
    n = np.tanh(xn + r * hn)
    return (1 - z) * n + z * h


def gru_forward(x: np.ndarray, h0: np.ndarray, params: Params) -> np.ndarray:
    """x (N, T, D), h0 (N, H) -> hs (N, T, H), the state after each step."""
    h, hs = h0, []
    for t in range(x.shape[1]):
        h = gru_step(x[:, t], h, params)
        hs.append(h)
    return np.stack(hs, axis=1)


def to_other_convention(params: Params) -> Params:
    """Weights for a GRU in which z writes, h = (1 - z) * h + z * n, that computes the same states.

    1 - sigmoid(a) = sigmoid(-a): all that feeds z changes its sign.
    """
    W_ih, W_hh, b_ih, b_hh = params
    sign = np.repeat([1.0, -1.0, 1.0], W_hh.shape[1])
    return Params(W_ih * sign[:, None], W_hh * sign[:, None], b_ih * sign, b_hh * sign)


def gru_step_reset_before(x: np.ndarray, h: np.ndarray, params: Params) -> np.ndarray:
    """x (N, D), h (N, H) -> the next h (N, H), with the reset before the product (Cho et al. 2014, equation 8)."""
    W_ih, W_hh, b_ih, b_hh = params
    H = h.shape[1]
    xr, xz, xn = np.split(x @ W_ih.T + b_ih, 3, axis=1)
    hr, hz = np.split(h @ W_hh[: 2 * H].T + b_hh[: 2 * H], 2, axis=1)
    r = sigmoid(xr + hr)
    z = sigmoid(xz + hz)
    n = np.tanh(xn + (r * h) @ W_hh[2 * H :].T + b_hh[2 * H :])
    return (1 - z) * n + z * h


def gru_with_clamped_gate(x: np.ndarray, h0: np.ndarray, params: Params, gate: str, value: float) -> np.ndarray:
    """The states hs (N, T, H) with one gate, "r" or "z", held at a value from 0 to 1 at every step."""
    W_ih, W_hh, b_ih, b_hh = params
    h, hs = h0, []
    for t in range(x.shape[1]):
        xr, xz, xn = np.split(x[:, t] @ W_ih.T + b_ih, 3, axis=1)
        hr, hz, hn = np.split(h @ W_hh.T + b_hh, 3, axis=1)
        r = value if gate == "r" else sigmoid(xr + hr)
        z = value if gate == "z" else sigmoid(xz + hz)
        n = np.tanh(xn + r * hn)
        h = (1 - z) * n + z * h
        hs.append(h)
    return np.stack(hs, axis=1)


def gru_parameter_count(D: int, H: int) -> int:
    """The number of parameters of a layer with D inputs and H units: W_ih, W_hh, b_ih and b_hh, three blocks each."""
    return 3 * (D * H + H * H + H + H)
