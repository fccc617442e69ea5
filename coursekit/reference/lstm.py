"""Long short-term memory as in PyTorch (Hochreiter and Schmidhuber 1997; forget gate: Gers et al. 2000).

    i_t = σ(W_ii x_t + b_ii + W_hi h_{t-1} + b_hi)       input gate
    f_t = σ(W_if x_t + b_if + W_hf h_{t-1} + b_hf)       forget gate
    g_t = tanh(W_ig x_t + b_ig + W_hg h_{t-1} + b_hg)    candidate
    o_t = σ(W_io x_t + b_io + W_ho h_{t-1} + b_ho)       output gate
    c_t = f_t * c_{t-1} + i_t * g_t
    h_t = o_t * tanh(c_t)

To be read from top to bottom: one step, one step back, a sequence, and back through time. `fast_lstm` has the same
`forward` and `backward`, arranged for speed.
Sizes: N sequences, T steps, D inputs, H units. Rows of the weights: i, f, g, o.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._shapes import read, read_gradient, read_only
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
    dW_ih: np.ndarray
    dW_hh: np.ndarray
    db_ih: np.ndarray
    db_hh: np.ndarray


class Cache(NamedTuple):
    """What `forward` keeps for `backward`: every gate at every step."""

    x: np.ndarray  # (N, T, D)
    h: np.ndarray  # (N, T+1, H): the states, h0 first
    c: np.ndarray  # (N, T+1, H): the cells, c0 first
    i: np.ndarray  # (N, T, H), and all that follow
    f: np.ndarray
    g: np.ndarray
    o: np.ndarray
    tanh_c: np.ndarray
    params: Params

    @property
    def hs(self) -> np.ndarray:
        """The states after each step (N, T, H), read-only."""
        return read_only(self.h[:, 1:])

    @property
    def cs(self) -> np.ndarray:
        """The cells after each step (N, T, H), read-only."""
        return read_only(self.c[:, 1:])

    def at(self, t: int) -> StepCache:
        """What `step` keeps at step t."""
        gates = (gate[:, t] for gate in (self.i, self.f, self.g, self.o))
        states = self.h[:, t], self.c[:, t]
        return StepCache(self.x[:, t], *states, *gates, self.c[:, t + 1], self.tanh_c[:, t], self.params)


class Gradients(NamedTuple):
    """Gradients of a loss with respect to everything that went into `forward`; shapes as there."""

    dx: np.ndarray
    dh0: np.ndarray
    dc0: np.ndarray
    dW_ih: np.ndarray
    dW_hh: np.ndarray
    db_ih: np.ndarray
    db_hh: np.ndarray


def init(D: int, H: int, rng: np.random.Generator, dtype=np.float64) -> Params:
    """Draw all weights and biases from the uniform distribution on ±1/sqrt(H), as PyTorch does."""
    bound = 1 / np.sqrt(H)
    shapes = ((4 * H, D), (4 * H, H), (4 * H,), (4 * H,))
    return Params(*(rng.uniform(-bound, bound, shape).astype(dtype) for shape in shapes))


def step(x, h, c, params: Params) -> tuple[np.ndarray, np.ndarray, StepCache]:
    """One step: x (N, D), h and c (N, H) -> the next h and c (N, H), and a cache for `step_backward`."""
    x, h_prev, c_prev, W_ih, W_hh, b_ih, b_hh = read(x, {"h": h, "c": c}, params, blocks=4, axes="(N, D)")
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
        dW_ih=da.T @ x,
        dW_hh=da.T @ h_prev,
        db_ih=da.sum(axis=0),
        db_hh=da.sum(axis=0),
    )


def forward(x, h0, c0, params: Params) -> tuple[np.ndarray, np.ndarray, Cache]:
    """A whole sequence: x (N, T, D), h0 and c0 (N, H) -> hs and cs after each step (N, T, H), and a cache.

    hs and cs are read-only, because the cache shares their memory: change a copy. Raises ValueError naming
    the argument if a shape does not fit.
    """
    x, h, c, *weights = read(x, {"h0": h0, "c0": c0}, params, blocks=4, axes="(N, T, D)")
    params, states, cells, gates = Params(*weights), [h], [c], []
    for t in range(x.shape[1]):
        h, c, kept = step(x[:, t], h, c, params)
        states.append(h)
        cells.append(c)
        gates.append((kept.i, kept.f, kept.g, kept.o, kept.tanh_c))
    cache = Cache(x.copy(), np.stack(states, axis=1), np.stack(cells, axis=1), *np.stack(gates, axis=2), params)
    return cache.hs, cache.cs, cache


def backward(dhs, dc_T, cache: Cache) -> Gradients:
    """Back-propagation through time. dhs (N, T, H): the gradient of the loss at each state, by itself.

    It is *not* the whole gradient at h_t: what arrives from step t+1 is added here. dc_T (N, H) is the gradient of
    the loss at the last cell; the other cells have no loss of their own, and dc_next is all that arrives there.
    """
    dhs = read_gradient("dhs", dhs, cache.hs, "(N, T, H)")
    dc_next = read_gradient("dc_T", dc_T, cache.c[:, -1], "(N, H)")
    dx, dh_next = np.empty_like(cache.x), np.zeros_like(cache.h[:, 0])
    dW_ih, dW_hh, db_ih, db_hh = (np.zeros_like(weight) for weight in cache.params)
    for t in reversed(range(dhs.shape[1])):
        back = step_backward(dhs[:, t] + dh_next, dc_next, cache.at(t))
        dx[:, t] = back.dx
        dh_next, dc_next = back.dh_prev, back.dc_prev
        dW_ih += back.dW_ih
        dW_hh += back.dW_hh
        db_ih += back.db_ih
        db_hh += back.db_hh
    return Gradients(dx, dh_next, dc_next, dW_ih, dW_hh, db_ih, db_hh)
