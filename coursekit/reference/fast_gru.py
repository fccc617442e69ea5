"""The GRU over a sequence, arranged for speed: `forward` and `backward` of `gru`, equal to rounding.

What makes it fast, most important first: one product per step with the state, on a contiguous transposed copy of W_hh;
the input's products for many steps at once, and the weights' gradients too; steps in chunks that fit the processor's
cache; gates in blocks (3, N, H), so that no operation has strides; results written in place. Backwards, the slopes, by
which a gradient at h_t is multiplied on its way to a gate, do not depend on it: they are computed for a whole chunk,
and only the hand-over from step to step is left to the loop.
"""

from __future__ import annotations

import numpy as np

from ._sequence import (
    back_to_input,
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
from .gru import Cache, Gradients, Params


@np.errstate(over="ignore")  # exp(-a) may be infinite: σ(a) is then 0
def forward(x, h0, params: Params) -> tuple[np.ndarray, Cache]:
    """As `gru.forward`: x (N, T, D), h0 (N, H) -> hs (N, T, H), read-only, and a cache.

    Raises ValueError naming the argument if a shape does not fit.
    """
    x, h0, W_ih, W_hh, b_ih, b_hh = read(x, {"h0": h0}, params, blocks=3, axes="(N, T, D)")
    (N, T, _), H = x.shape, h0.shape[1]
    b = b_ih.copy()
    b[: 2 * H] += b_hh[: 2 * H]  # b_hn stays apart: the reset gate multiplies it
    W_x, W_h = per_gate(np.column_stack([W_ih, b]), 3), per_gate(W_hh, 3)
    for W in (W_x, W_h):
        W[:2] *= -1  # σ(a) = 1 / (1 + exp(-a))
    one, b_hn = np.array(1, x.dtype), np.tile(b_hh[2 * H :], (N, 1))
    x1 = with_ones(x)
    hs = np.empty((T + 1, N, H), x.dtype)
    hs[0] = h0
    gates = np.empty((T, 4, N, H), x.dtype)  # r, z, hn, n

    parts = chunks(T, 3 * N * H * x.itemsize)
    projected = room(parts, 3, N, H, x.dtype)
    for chunk in parts:
        from_x = project(x1[chunk], W_x, projected)
        steps = zip(gates[chunk], from_x[:, :2], from_x[:, 2], hs[chunk], hs[1:][chunk], strict=True)
        for gates_t, xrz, xn, h_prev, h in steps:
            rz, (r, z, hn, n) = gates_t[:2], gates_t
            np.matmul(h_prev, W_h, out=gates_t[:3])
            np.add(rz, xrz, out=rz)  # r, z = σ(xrz + hrz)
            np.exp(rz, out=rz)
            np.add(rz, one, out=rz)
            np.reciprocal(rz, out=rz)
            np.add(hn, b_hn, out=hn)  # n = tanh(xn + r * hn)
            np.multiply(r, hn, out=n)
            np.add(n, xn, out=n)
            np.tanh(n, out=n)
            np.subtract(h_prev, n, out=h)  # h = n + z * (h_prev - n)
            np.multiply(z, h, out=h)
            np.add(n, h, out=h)

    r, z, hn, n = gates.swapaxes(0, 1)
    views = (swap_time_and_batch(array) for array in (x1[..., :-1], hs, r, z, n, hn))
    cache = Cache(*views, Params(W_ih, W_hh, b_ih, b_hh))
    return cache.hs, cache


def backward(dhs, cache: Cache) -> Gradients:
    """As `gru.backward`: dhs (N, T, H), and a cache of either `forward`."""
    dhs = read_gradient("dhs", dhs, cache.hs, "(N, T, H)")
    W_ih, W_hh, _, _ = cache.params
    N, T, H = dhs.shape
    D = W_ih.shape[1]
    dhs = swap_time_and_batch(dhs)
    hs, rs, zs, ns, hns = (swap_time_and_batch(array) for array in cache[1:-1])
    dx = np.empty((T, N, D), dhs.dtype)
    dh_next, kept = np.zeros((N, H), dhs.dtype), np.empty((N, H), dhs.dtype)
    per_gate_dh = np.empty((3, N, H), dhs.dtype)
    W_x, W_h = W_ih.reshape(3, H, D), W_hh.reshape(3, H, H)
    dW_x, dW_h = np.zeros((3, H, D + 1), dhs.dtype), np.zeros((3, H, H), dhs.dtype)
    db_hn = np.zeros(H, dhs.dtype)

    parts = chunks(T, 3 * N * H * dhs.itemsize)
    rooms, from_gates = room(parts, 5, N, H, dhs.dtype), room(parts, 3, N, D, dhs.dtype)
    for chunk in reversed(parts):
        h_prev, r, z, n, hn = hs[chunk], rs[chunk], zs[chunk], ns[chunk], hns[chunk]
        da, to_n, dh = rooms[:3, : len(r)], *rooms[3:, : len(r)]
        da_r, da_z, da_hn = da  # first the slopes, in the loop the gradients at r, z, hn
        written = np.subtract(1, z, out=dh)
        square_complement(n, out=to_n)
        to_n *= written  # (1 - z) tanh'
        np.subtract(h_prev, n, out=da_z)
        da_z *= z
        da_z *= written  # (h_prev - n) σ'
        np.multiply(to_n, r, out=da_hn)
        np.subtract(1, r, out=da_r)
        da_r *= da_hn
        da_r *= hn  # to_n hn σ'
        dh[:] = dhs[chunk]
        backwards = zip(*(array[::-1] for array in (dh, z, da.swapaxes(0, 1))), strict=True)
        for dh_t, z_t, da_t in backwards:
            np.add(dh_t, dh_next, out=dh_t)
            np.multiply(da_t, dh_t, out=da_t)
            np.matmul(da_t, W_h, out=per_gate_dh)  # dh_next = dh * z + da @ W_hh
            np.add.reduce(per_gate_dh, out=dh_next)
            np.multiply(dh_t, z_t, out=kept)
            np.add(dh_next, kept, out=dh_next)
        flush_vanished(dh_next)
        rows = da.reshape(3, -1, H)
        dW_h += np.matmul(rows.swapaxes(1, 2), h_prev.reshape(-1, H))
        db_hn += rows[2].sum(axis=0)
        np.multiply(to_n, dh, out=da_hn)  # from hn to n: no reset gate on the input's side
        dW_x += np.matmul(rows.swapaxes(1, 2), with_ones(cache.x[:, chunk]).reshape(-1, D + 1))
        back_to_input(rows, W_x, from_gates, out=dx[chunk])

    dW_ih, db_ih = dW_x[..., :D].copy().reshape(3 * H, D), dW_x[..., D].flatten()
    db_hh = np.concatenate([db_ih[: 2 * H], db_hn])
    return Gradients(swap_time_and_batch(dx), dh_next, dW_ih, dW_h.reshape(3 * H, H), db_ih, db_hh)
