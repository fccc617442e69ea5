"""The vanilla RNN over a sequence, arranged for speed: `forward` and `backward` of `rnn`, equal to rounding.

What makes it fast is said in `fast_gru`. The products of a step are by np.dot, which starts sooner than np.matmul.
"""

from __future__ import annotations

import numpy as np

from ._sequence import (
    chunks,
    flush_vanished,
    per_gate,
    project,
    room,
    square_complement,
    swap_time_and_batch,
    with_ones,
)
from ._shapes import read, read_gradient
from .rnn import Cache, Gradients, Params


def forward(x, h0, params: Params) -> tuple[np.ndarray, Cache]:
    """As `rnn.forward`: x (N, T, D), h0 (N, H) -> hs (N, T, H), read-only, and a cache.

    Raises ValueError naming the argument if a shape does not fit.
    """
    x, h0, W_ih, W_hh, b_ih, b_hh = read(x, {"h0": h0}, params, blocks=1, axes="(N, T, D)")
    (N, T, _), H = x.shape, h0.shape[1]
    W_x, W_h = per_gate(np.column_stack([W_ih, b_ih + b_hh]), 1), W_hh.T.copy()
    x1 = with_ones(x)
    hs = np.empty((T + 1, N, H), x.dtype)
    hs[0] = h0

    parts = chunks(T, N * H * x.itemsize)
    projected = room(parts, 1, N, H, x.dtype)
    for chunk in parts:
        from_x = project(x1[chunk], W_x, projected)[:, 0]
        for a_x, h_prev, h in zip(from_x, hs[chunk], hs[1:][chunk], strict=True):
            np.dot(h_prev, W_h, out=h)
            np.add(h, a_x, out=h)
            np.tanh(h, out=h)

    cache = Cache(swap_time_and_batch(x1)[..., :-1], swap_time_and_batch(hs), Params(W_ih, W_hh, b_ih, b_hh))
    return cache.hs, cache


def backward(dhs, cache: Cache) -> Gradients:
    """As `rnn.backward`: dhs (N, T, H), and a cache of either `forward`."""
    dhs = read_gradient("dhs", dhs, cache.hs, "(N, T, H)")
    W_ih, W_hh, _, _ = cache.params
    N, T, H = dhs.shape
    D = W_ih.shape[1]
    hs, dhs = swap_time_and_batch(cache.h), swap_time_and_batch(dhs)
    dx = np.empty((T, N, D), dhs.dtype)
    dh_next = np.zeros((N, H), dhs.dtype)
    dW_x, dW_h = np.zeros((H, D + 1), dhs.dtype), np.zeros((H, H), dhs.dtype)

    parts = chunks(T, N * H * dhs.itemsize)
    rooms = room(parts, 2, N, H, dhs.dtype)
    for chunk in reversed(parts):
        h = hs[1:][chunk]
        das, slope = rooms[:, : len(h)]
        square_complement(h, out=slope)
        das[:] = dhs[chunk]
        for da, s in zip(das[::-1], slope[::-1], strict=True):
            np.add(da, dh_next, out=da)
            np.multiply(da, s, out=da)
            np.dot(da, W_hh, out=dh_next)
        flush_vanished(dh_next)
        rows = das.reshape(-1, H)
        dW_x += np.matmul(rows.T, with_ones(cache.x[:, chunk]).reshape(-1, D + 1))
        dW_h += np.matmul(rows.T, hs[chunk].reshape(-1, H))
        np.matmul(rows, W_ih, out=dx[chunk].reshape(-1, D))

    dW_ih, db = dW_x[:, :D].copy(), dW_x[:, D].copy()
    return Gradients(swap_time_and_batch(dx), dh_next, dW_ih, dW_h, db, db.copy())
