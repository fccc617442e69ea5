"""The LSTM over a sequence, arranged for speed: `forward` and `backward` of `lstm`, equal to rounding.

What makes it fast is said in `fast_gru`.
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
from .lstm import Cache, Gradients, Params


@np.errstate(over="ignore")  # exp(-a) may be infinite: σ(a) is then 0
def forward(x, h0, c0, params: Params) -> tuple[np.ndarray, np.ndarray, Cache]:
    """As `lstm.forward`: x (N, T, D), h0 and c0 (N, H) -> hs and cs (N, T, H), read-only, and a cache.

    Raises ValueError naming the argument if a shape does not fit.
    """
    x, h0, c0, W_ih, W_hh, b_ih, b_hh = read(x, {"h0": h0, "c0": c0}, params, blocks=4, axes="(N, T, D)")
    (N, T, _), H = x.shape, h0.shape[1]
    W_x, W_h = per_gate(np.column_stack([W_ih, b_ih + b_hh]), 4), per_gate(W_hh, 4)
    W_x, W_h = W_x[[0, 1, 3, 2]], W_h[[0, 1, 3, 2]]  # i, f, o, g: one call serves the three σ
    for W in (W_x, W_h):
        W[:3] *= -1  # σ(a) = 1 / (1 + exp(-a))
    one = np.array(1, x.dtype)
    x1 = with_ones(x)
    hs, cs = np.empty((T + 1, N, H), x.dtype), np.empty((T + 1, N, H), x.dtype)
    hs[0], cs[0] = h0, c0
    gates, tanh_cs = np.empty((T, 4, N, H), x.dtype), np.empty((T, N, H), x.dtype)  # i, f, o, g
    written = np.empty((N, H), x.dtype)

    parts = chunks(T, 4 * N * H * x.itemsize)
    projected = room(parts, 4, N, H, x.dtype)
    for chunk in parts:
        from_x = project(x1[chunk], W_x, projected)
        states = hs[chunk], cs[chunk], hs[1:][chunk], cs[1:][chunk], tanh_cs[chunk]
        steps = zip(gates[chunk], from_x, *states, strict=True)
        for gates_t, a_x, h_prev, c_prev, h, c, tanh_c in steps:
            ifo, (i, f, o, g) = gates_t[:3], gates_t
            np.matmul(h_prev, W_h, out=gates_t)
            np.add(gates_t, a_x, out=gates_t)  # i, f, o = σ(a); g = tanh(a)
            np.exp(ifo, out=ifo)
            np.add(ifo, one, out=ifo)
            np.reciprocal(ifo, out=ifo)
            np.tanh(g, out=g)
            np.multiply(f, c_prev, out=c)  # c = f * c_prev + i * g
            np.multiply(i, g, out=written)
            np.add(c, written, out=c)
            np.tanh(c, out=tanh_c)  # h = o * tanh(c)
            np.multiply(o, tanh_c, out=h)

    i, f, o, g = gates.swapaxes(0, 1)
    views = (swap_time_and_batch(array) for array in (x1[..., :-1], hs, cs, i, f, g, o, tanh_cs))
    cache = Cache(*views, Params(W_ih, W_hh, b_ih, b_hh))
    return cache.hs, cache.cs, cache


def backward(dhs, dc_T, cache: Cache, dcs=None) -> Gradients:
    """As `lstm.backward`: dhs (N, T, H), dc_T (N, H), and a cache of either `forward`.

    dcs (N, T, H): gradients of the loss at each cell, by themselves, beside dc_T.
    """
    dhs = read_gradient("dhs", dhs, cache.hs, "(N, T, H)")
    dc_T = read_gradient("dc_T", dc_T, cache.c[:, -1], "(N, H)")
    dcs = None if dcs is None else swap_time_and_batch(read_gradient("dcs", dcs, cache.cs, "(N, T, H)"))
    W_ih, W_hh, _, _ = cache.params
    N, T, H = dhs.shape
    D = W_ih.shape[1]
    dhs = swap_time_and_batch(dhs)
    hs, cs, is_, fs, gs, os, tanh_cs = (swap_time_and_batch(array) for array in cache[1:-1])
    dx = np.empty((T, N, D), dhs.dtype)
    dh_next, dc, per_gate_dh = np.zeros((N, H), dhs.dtype), dc_T.copy(), np.empty((4, N, H), dhs.dtype)
    W_x, W_h = W_ih.reshape(4, H, D), W_hh.reshape(4, H, H)
    dW_x, dW_h = np.zeros((4, H, D + 1), dhs.dtype), np.zeros((4, H, H), dhs.dtype)

    parts = chunks(T, 4 * N * H * dhs.itemsize)
    rooms, from_gates = room(parts, 6, N, H, dhs.dtype), room(parts, 4, N, D, dhs.dtype)
    for chunk in reversed(parts):
        i, f, g, o, tanh_c = is_[chunk], fs[chunk], gs[chunk], os[chunk], tanh_cs[chunk]
        da, to_c, dh = rooms[:4, : len(i)], *rooms[4:, : len(i)]  # da: first the slopes, in the loop the gradients
        for da_gate, gate, factor in ((da[0], i, g), (da[1], f, cs[chunk]), (da[3], o, tanh_c)):
            np.subtract(1, gate, out=da_gate)
            da_gate *= gate
            da_gate *= factor  # σ' times what the gate multiplies
        for slope, value, gate in ((da[2], g, i), (to_c, tanh_c, o)):
            square_complement(value, out=slope)
            slope *= gate  # tanh' times the gate
        dh[:] = dhs[chunk]
        at_cell = [None] * len(i) if dcs is None else dcs[chunk]
        per_step = at_cell, dh, to_c, f, da.swapaxes(0, 1), da[:3].swapaxes(0, 1), da[3]
        backwards = zip(*(array[::-1] for array in per_step), strict=True)
        for dc_t, dh_t, to_c_t, f_t, da_t, da_ifg, da_o in backwards:
            if dc_t is not None:
                np.add(dc, dc_t, out=dc)
            np.add(dh_t, dh_next, out=dh_t)
            np.multiply(to_c_t, dh_t, out=to_c_t)  # dc = dc + dh * o * (1 - tanh_c**2)
            np.add(dc, to_c_t, out=dc)
            np.multiply(da_ifg, dc, out=da_ifg)
            np.multiply(da_o, dh_t, out=da_o)
            np.multiply(dc, f_t, out=dc)  # what goes on to c_prev and h_prev
            np.matmul(da_t, W_h, out=per_gate_dh)
            np.add.reduce(per_gate_dh, out=dh_next)
        flush_vanished(dh_next)
        flush_vanished(dc)
        rows = da.reshape(4, -1, H)
        dW_x += np.matmul(rows.swapaxes(1, 2), with_ones(cache.x[:, chunk]).reshape(-1, D + 1))
        dW_h += np.matmul(rows.swapaxes(1, 2), hs[chunk].reshape(-1, H))
        back_to_input(rows, W_x, from_gates, out=dx[chunk])

    dW_ih, db = dW_x[..., :D].copy().reshape(4 * H, D), dW_x[..., D].flatten()
    return Gradients(swap_time_and_batch(dx), dh_next, dc, dW_ih, dW_h.reshape(4 * H, H), db, db.copy())
