"""Lesson 20, the right answers: a product in int8, a stream in chunks, weights for ONNX, the step in int8."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np


def int8_matvec(W: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """W (R, C) in int8 with one scale for each row, and its product with x (C,), rounded too.

    Returns q (R, C) int8, scale (R,), y (R,) = W x, nearly. A row of zeros has the scale 1.
    """
    largest = np.abs(W).max(axis=1)
    scale = np.where(largest > 0, largest / 127, 1.0)
    q = np.rint(W / scale[:, None]).astype(np.int8)
    x_scale = np.abs(x).max() / 127
    x_q = np.rint(x / x_scale).astype(np.int32)
    sums = q.astype(np.int32) @ x_q
    y = sums * scale * x_scale
    return q, scale, y


def stream(
    step: Callable[[np.ndarray, np.ndarray], np.ndarray], chunks: Sequence[np.ndarray], h: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A sequence that arrives in chunks (T_k, D), of any length: the state after each row (T, H), and the last (H,)."""
    hs = []
    for chunk in chunks:
        for x in chunk:
            h = step(x, h)
            hs.append(h)
    return np.stack(hs), h


def to_onnx_order(
    W_ih: np.ndarray, W_hh: np.ndarray, b_ih: np.ndarray, b_hh: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """W (1, 3H, D), R (1, 3H, H), B (1, 6H) and the attribute linear_before_reset of ONNX's GRU: the same cell."""

    def reordered(array: np.ndarray) -> np.ndarray:
        r, z, n = np.split(array, 3)
        return np.concatenate([z, r, n])

    W = reordered(W_ih)[None]
    R = reordered(W_hh)[None]
    B = np.concatenate([reordered(b_ih), reordered(b_hh)])[None]
    return W, R, B, 1


def gru_step_int8(x: np.ndarray, h: np.ndarray, weights: Sequence[np.ndarray]) -> np.ndarray:
    """One step of one stream with matrices in int8: x (D,), h (H,) -> the next h (H,).

    weights: q_ih (3H, D), scale_ih (3H,), q_hh (3H, H), scale_hh (3H,), b_ih (3H,), b_hh (3H,); rows r, z, n.
    """
    q_ih, scale_ih, q_hh, scale_hh, b_ih, b_hh = weights
    x_scale = np.abs(x).max() / 127 or 1.0
    h_scale = np.abs(h).max() / 127 or 1.0
    x_q = np.rint(x / x_scale).astype(np.int32)
    h_q = np.rint(h / h_scale).astype(np.int32)
    ax = (q_ih.astype(np.int32) @ x_q) * scale_ih * x_scale + b_ih
    ah = (q_hh.astype(np.int32) @ h_q) * scale_hh * h_scale + b_hh
    xr, xz, xn = np.split(ax, 3)
    hr, hz, hn = np.split(ah, 3)
    r = 1 / (1 + np.exp(-(xr + hr)))
    z = 1 / (1 + np.exp(-(xz + hz)))
    n = np.tanh(xn + r * hn)
    return (1 - z) * n + z * h
