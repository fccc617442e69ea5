"""Long short-term memory as in PyTorch (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000).

    i_t = σ(W_ii x_t + b_ii + W_hi h_{t-1} + b_hi)       input gate
    f_t = σ(W_if x_t + b_if + W_hf h_{t-1} + b_hf)       forget gate
    g_t = tanh(W_ig x_t + b_ig + W_hg h_{t-1} + b_hg)    candidate
    o_t = σ(W_io x_t + b_io + W_ho h_{t-1} + b_ho)       output gate
    c_t = f_t * c_{t-1} + i_t * g_t
    h_t = o_t * tanh(c_t)

`step` and `step_backward` are the equations, one line each. `forward` and `backward` compute the same for a
whole sequence, arranged for speed: the input's products for many steps at once, one product per step with the
state, and the weights' gradients after the loop.
Sizes: N sequences, T steps, D inputs, H units. Rows of the weights: i, f, g, o.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._sequence import chunks, flush_vanished, per_gate, project, read_only, swap_time_and_batch, with_ones
from ._shapes import read, read_gradient
from .numerics import sigmoid


class Params(NamedTuple):
    """The weights, in PyTorch's layout: four blocks of H rows each, i, f, g, o."""

    W_ih: np.ndarray  # (4H, D)
    W_hh: np.ndarray  # (4H, H)
    b_ih: np.ndarray  # (4H,)
    b_hh: np.ndarray  # (4H,)


class StepCache(NamedTuple):
    """What `step` keeps for `step_backward`."""

    x: np.ndarray  # (N, D)
    h_prev: np.ndarray  # (N, H), and all that follow
    c_prev: np.ndarray
    i: np.ndarray
    f: np.ndarray
    g: np.ndarray
    o: np.ndarray
    c: np.ndarray
    tanh_c: np.ndarray
    params: Params


class StepGradients(NamedTuple):
    """Gradients of a loss with respect to everything that went into one step; shapes as there."""

    dx: np.ndarray
    dh_prev: np.ndarray
    dc_prev: np.ndarray
    W_ih: np.ndarray
    W_hh: np.ndarray
    b_ih: np.ndarray
    b_hh: np.ndarray


class Cache(NamedTuple):
    """What `forward` keeps for `backward`: every gate at every step."""

    x1: np.ndarray  # (N, T, D+1): the input, and a last column of ones
    h: np.ndarray  # (N, T+1, H): the states, h0 first
    c: np.ndarray  # (N, T+1, H): the cells, c0 first
    i: np.ndarray  # (N, T, H), and all that follow
    f: np.ndarray
    g: np.ndarray
    o: np.ndarray
    tanh_c: np.ndarray
    params: Params

    @property
    def x(self) -> np.ndarray:
        """The input (N, T, D)."""
        return self.x1[..., :-1]

    @property
    def hs(self) -> np.ndarray:
        """The states after each step (N, T, H)."""
        return self.h[:, 1:]

    @property
    def cs(self) -> np.ndarray:
        """The cells after each step (N, T, H)."""
        return self.c[:, 1:]


class Gradients(NamedTuple):
    """Gradients of a loss with respect to everything that went into `forward`; shapes as there."""

    dx: np.ndarray
    dh0: np.ndarray
    dc0: np.ndarray
    W_ih: np.ndarray
    W_hh: np.ndarray
    b_ih: np.ndarray
    b_hh: np.ndarray


def init(D: int, H: int, rng: np.random.Generator, dtype=np.float64) -> Params:
    """Draw all weights and biases from the uniform distribution on ±1/sqrt(H), as PyTorch does."""
    bound = 1 / np.sqrt(H)
    shapes = ((4 * H, D), (4 * H, H), (4 * H,), (4 * H,))
    return Params(*(rng.uniform(-bound, bound, shape).astype(dtype) for shape in shapes))


def step(x, h, c, params: Params) -> tuple[np.ndarray, np.ndarray, StepCache]:
    """One step: x (N, D), h and c (N, H) -> the next h and c (N, H), and a cache for `step_backward`."""
    x, h_prev, c_prev, W_ih, W_hh, b_ih, b_hh = read(x, {"h": h, "c": c}, params, gates=4, axes="(N, D)")
    ai, af, ag, ao = np.split(x @ W_ih.T + b_ih + h_prev @ W_hh.T + b_hh, 4, axis=1)
    i = sigmoid(ai)
    f = sigmoid(af)
    g = np.tanh(ag)
    o = sigmoid(ao)
    c = f * c_prev + i * g
    tanh_c = np.tanh(c)
    h = o * tanh_c
    return h, c, StepCache(x, h_prev, c_prev, i, f, g, o, c, tanh_c, Params(W_ih, W_hh, b_ih, b_hh))


def step_backward(dh, dc, cache: StepCache) -> StepGradients:
    """Back through one step. dh, dc (N, H): all that reaches h and c from this step's loss and later steps.

    What reaches c by way of h = o * tanh(c) is added here.
    """
    x, h_prev, c_prev, i, f, g, o, _, tanh_c, (W_ih, W_hh, _, _) = cache
    dh = read_gradient("dh", dh, h_prev, "(N, H)")
    dc = read_gradient("dc", dc, c_prev, "(N, H)")
    dc = dc + dh * o * (1 - tanh_c**2)
    dai = dc * g * i * (1 - i)
    daf = dc * c_prev * f * (1 - f)
    dag = dc * i * (1 - g**2)
    dao = dh * tanh_c * o * (1 - o)
    da = np.concatenate([dai, daf, dag, dao], axis=1)
    return StepGradients(
        dx=da @ W_ih,
        dh_prev=da @ W_hh,
        dc_prev=dc * f,
        W_ih=da.T @ x,
        W_hh=da.T @ h_prev,
        b_ih=da.sum(axis=0),
        b_hh=da.sum(axis=0),
    )


def forward(x, h0, c0, params: Params) -> tuple[np.ndarray, np.ndarray, Cache]:
    """A whole sequence: x (N, T, D), h0 and c0 (N, H) -> hs and cs after each step (N, T, H), and a cache.

    hs and cs are read-only, because the cache shares their memory: change a copy. Raises ValueError naming
    the argument if a shape does not fit.
    """
    x, h0, c0, W_ih, W_hh, b_ih, b_hh = read(x, {"h0": h0, "c0": c0}, params, gates=4, axes="(N, T, D)")
    (N, T, _), H = x.shape, h0.shape[1]
    W_x, W_h = per_gate(np.column_stack([W_ih, b_ih + b_hh]), 4), per_gate(W_hh, 4)
    W_x, W_h = W_x[[0, 1, 3, 2]], W_h[[0, 1, 3, 2]]  # i, f, o, g: one call serves the three σ
    for W in (W_x, W_h):
        W[:3] *= 0.5  # σ(a) = (1 + tanh(a/2)) / 2
    half = np.array(0.5, x.dtype)
    x1 = with_ones(x)
    hs, cs = np.empty((T + 1, N, H), x.dtype), np.empty((T + 1, N, H), x.dtype)
    hs[0], cs[0] = h0, c0
    gates, tanh_cs = np.empty((T, 4, N, H), x.dtype), np.empty((T, N, H), x.dtype)  # i, f, o, g
    written = np.empty((N, H), x.dtype)

    for chunk in chunks(T, 4 * N * H * x.itemsize):
        from_x = project(x1[chunk], W_x)
        states = hs[chunk], cs[chunk], hs[1:][chunk], cs[1:][chunk], tanh_cs[chunk]
        steps = zip(gates[chunk], from_x, *states, strict=True)
        for gates_t, a_x, h_prev, c_prev, h, c, tanh_c in steps:
            ifo, (i, f, o, g) = gates_t[:3], gates_t
            np.matmul(h_prev, W_h, out=gates_t)
            np.add(gates_t, a_x, out=gates_t)  # i, f, o = σ(a); g = tanh(a)
            np.tanh(gates_t, out=gates_t)
            np.multiply(ifo, half, out=ifo)
            np.add(ifo, half, out=ifo)
            np.multiply(f, c_prev, out=c)  # c = f * c_prev + i * g
            np.multiply(i, g, out=written)
            np.add(c, written, out=c)
            np.tanh(c, out=tanh_c)  # h = o * tanh(c)
            np.multiply(o, tanh_c, out=h)

    i, f, o, g = gates.swapaxes(0, 1)
    views = (swap_time_and_batch(array) for array in (x1, hs, cs, i, f, g, o, tanh_cs))
    cache = Cache(*views, Params(W_ih, W_hh, b_ih, b_hh))
    return read_only(cache.hs), read_only(cache.cs), cache


def backward(dhs, dc_T, cache: Cache) -> Gradients:
    """Back-propagation through time. dhs (N, T, H): the gradient of the loss at each state, by itself.

    dc_T (N, H) is the gradient of the loss at the last cell. What arrives from step t+1 is added here. The
    slopes, by which a gradient at h_t or c_t is multiplied on its way to a gate, do not depend on it: they
    are computed for many steps at once, and only the hand-over from step to step is left to the loop.
    """
    dhs = read_gradient("dhs", dhs, cache.hs, "(N, T, H)")
    dc_T = read_gradient("dc_T", dc_T, cache.c[:, -1], "(N, H)")
    W_ih, W_hh, _, _ = cache.params
    N, T, H = dhs.shape
    D = W_ih.shape[1]
    x1, hs, cs, is_, fs, gs, os, tanh_cs = (swap_time_and_batch(array) for array in cache[:-1])
    dhs = swap_time_and_batch(dhs)
    dx = np.empty((T, N, D), dhs.dtype)
    dh_next, dc, per_gate_dh = np.zeros((N, H), dhs.dtype), dc_T.copy(), np.empty((4, N, H), dhs.dtype)
    W_x, W_h = W_ih.reshape(4, H, D), W_hh.reshape(4, H, H)
    dW_x, dW_h = np.zeros((4, H, D + 1), dhs.dtype), np.zeros((4, H, H), dhs.dtype)

    for chunk in reversed(chunks(T, 4 * N * H * dhs.itemsize)):
        i, f, g, o, tanh_c = is_[chunk], fs[chunk], gs[chunk], os[chunk], tanh_cs[chunk]
        da = np.empty((4, *i.shape), dhs.dtype)  # first the slopes, in the loop the gradients at i, f, g, o
        da[0] = g * i * (1 - i)
        da[1] = cs[chunk] * f * (1 - f)
        da[2] = i * (1 - g**2)
        da[3] = tanh_c * o * (1 - o)
        to_c = o * (1 - tanh_c**2)
        dh = np.array(dhs[chunk], order="C")
        per_step = dh, to_c, f, da.swapaxes(0, 1), da[:3].swapaxes(0, 1), da[3]
        backwards = zip(*(array[::-1] for array in per_step), strict=True)
        for dh_t, to_c_t, f_t, da_t, da_ifg, da_o in backwards:
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
        dW_x += np.matmul(rows.swapaxes(1, 2), x1[chunk].reshape(-1, D + 1))
        dW_h += np.matmul(rows.swapaxes(1, 2), hs[chunk].reshape(-1, H))
        np.add.reduce(np.matmul(rows, W_x), out=dx[chunk].reshape(-1, D))

    dW_ih, db = dW_x[..., :D].reshape(4 * H, D), dW_x[..., D].flatten()
    return Gradients(swap_time_and_batch(dx), dh_next, dc, dW_ih, dW_h.reshape(4 * H, H), db, db.copy())
