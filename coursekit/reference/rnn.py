"""The vanilla recurrent network: h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)   (Elman 1990).

`step` and `step_backward` are the equations, one line each. `forward` and `backward` compute the same for a
whole sequence, arranged for speed: the input's products for many steps at once, one product per step with the
state, and the weights' gradients after the loop.
Sizes: N sequences, T steps, D inputs, H units.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._sequence import chunks, flush_vanished, per_gate, project, read_only, swap_time_and_batch, with_ones
from ._shapes import read, read_gradient


class Params(NamedTuple):
    """The weights, in PyTorch's layout."""

    W_ih: np.ndarray  # (H, D)
    W_hh: np.ndarray  # (H, H)
    b_ih: np.ndarray  # (H,)
    b_hh: np.ndarray  # (H,)


class StepCache(NamedTuple):
    """What `step` keeps for `step_backward`."""

    x: np.ndarray  # (N, D)
    h_prev: np.ndarray  # (N, H)
    h: np.ndarray  # (N, H)
    params: Params


class StepGradients(NamedTuple):
    """Gradients of a loss with respect to everything that went into one step; shapes as there."""

    dx: np.ndarray
    dh_prev: np.ndarray
    W_ih: np.ndarray
    W_hh: np.ndarray
    b_ih: np.ndarray
    b_hh: np.ndarray


class Cache(NamedTuple):
    """What `forward` keeps for `backward`."""

    x1: np.ndarray  # (N, T, D+1): the input, and a last column of ones
    h: np.ndarray  # (N, T+1, H): the states, h0 first
    params: Params

    @property
    def x(self) -> np.ndarray:
        """The input (N, T, D)."""
        return self.x1[..., :-1]

    @property
    def hs(self) -> np.ndarray:
        """The states after each step (N, T, H)."""
        return self.h[:, 1:]


class Gradients(NamedTuple):
    """Gradients of a loss with respect to everything that went into `forward`; shapes as there."""

    dx: np.ndarray
    dh0: np.ndarray
    W_ih: np.ndarray
    W_hh: np.ndarray
    b_ih: np.ndarray
    b_hh: np.ndarray


def init(D: int, H: int, rng: np.random.Generator, dtype=np.float64) -> Params:
    """Draw all weights and biases from the uniform distribution on ±1/sqrt(H), as PyTorch does."""
    bound = 1 / np.sqrt(H)
    shapes = ((H, D), (H, H), (H,), (H,))
    return Params(*(rng.uniform(-bound, bound, shape).astype(dtype) for shape in shapes))


def step(x, h, params: Params) -> tuple[np.ndarray, StepCache]:
    """One step: x (N, D), h (N, H) -> the next h (N, H), and a cache for `step_backward`."""
    x, h_prev, W_ih, W_hh, b_ih, b_hh = read(x, {"h": h}, params, gates=1, axes="(N, D)")
    h = np.tanh(x @ W_ih.T + b_ih + h_prev @ W_hh.T + b_hh)
    return h, StepCache(x, h_prev, h, Params(W_ih, W_hh, b_ih, b_hh))


def step_backward(dh, cache: StepCache) -> StepGradients:
    """Back through one step. dh (N, H): all that reaches h, from this step's loss and from later steps."""
    dh = read_gradient("dh", dh, cache.h, "(N, H)")
    da = dh * (1 - cache.h**2)
    return StepGradients(
        dx=da @ cache.params.W_ih,
        dh_prev=da @ cache.params.W_hh,
        W_ih=da.T @ cache.x,
        W_hh=da.T @ cache.h_prev,
        b_ih=da.sum(axis=0),
        b_hh=da.sum(axis=0),
    )


def forward(x, h0, params: Params) -> tuple[np.ndarray, Cache]:
    """A whole sequence: x (N, T, D), h0 (N, H) -> the states after each step, hs (N, T, H), and a cache.

    hs is read-only, because the cache shares its memory: change a copy. Raises ValueError naming the argument
    if a shape does not fit.
    """
    x, h0, W_ih, W_hh, b_ih, b_hh = read(x, {"h0": h0}, params, gates=1, axes="(N, T, D)")
    (N, T, _), H = x.shape, h0.shape[1]
    W_x, W_h = per_gate(np.column_stack([W_ih, b_ih + b_hh]), 1), W_hh.T.copy()
    x1 = with_ones(x)
    hs = np.empty((T + 1, N, H), x.dtype)
    hs[0] = h0

    for chunk in chunks(T, N * H * x.itemsize):
        from_x = project(x1[chunk], W_x)[:, 0]
        for a_x, h_prev, h in zip(from_x, hs[chunk], hs[1:][chunk], strict=True):
            np.matmul(h_prev, W_h, out=h)
            np.add(h, a_x, out=h)
            np.tanh(h, out=h)

    cache = Cache(swap_time_and_batch(x1), swap_time_and_batch(hs), Params(W_ih, W_hh, b_ih, b_hh))
    return read_only(cache.hs), cache


def backward(dhs, cache: Cache) -> Gradients:
    """Back-propagation through time. dhs (N, T, H): the gradient of the loss at each state, by itself.

    It is *not* the whole gradient at h_t: what arrives from step t+1 is added here.
    """
    dhs = read_gradient("dhs", dhs, cache.hs, "(N, T, H)")
    W_ih, W_hh, _, _ = cache.params
    N, T, H = dhs.shape
    D = W_ih.shape[1]
    x1, hs, dhs = (swap_time_and_batch(array) for array in (cache.x1, cache.h, dhs))
    dx = np.empty((T, N, D), dhs.dtype)
    dh_next = np.zeros((N, H), dhs.dtype)
    dW_x, dW_h = np.zeros((H, D + 1), dhs.dtype), np.zeros((H, H), dhs.dtype)

    for chunk in reversed(chunks(T, N * H * dhs.itemsize)):
        slope = hs[1:][chunk] ** 2
        np.subtract(1, slope, out=slope)
        das = np.array(dhs[chunk], order="C")
        for da, s in zip(das[::-1], slope[::-1], strict=True):
            np.add(da, dh_next, out=da)
            np.multiply(da, s, out=da)
            np.matmul(da, W_hh, out=dh_next)
        flush_vanished(dh_next)
        rows = das.reshape(-1, H)
        dW_x += np.matmul(rows.T, x1[chunk].reshape(-1, D + 1))
        dW_h += np.matmul(rows.T, hs[chunk].reshape(-1, H))
        np.matmul(rows, W_ih, out=dx[chunk].reshape(-1, D))

    dW_ih, db = dW_x[:, :D].copy(), dW_x[:, D].copy()
    return Gradients(swap_time_and_batch(dx), dh_next, dW_ih, dW_h, db, db.copy())
