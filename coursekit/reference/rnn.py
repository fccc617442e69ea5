"""The vanilla recurrent network: h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh)   (Elman 1990).

To be read from top to bottom: one step, one step back, a sequence, and back through time. `fast_rnn` has the same
`forward` and `backward`, arranged for speed.
Sizes: N sequences, T steps, D inputs, H units.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._shapes import read, read_gradient, read_only


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
    dW_ih: np.ndarray
    dW_hh: np.ndarray
    db_ih: np.ndarray
    db_hh: np.ndarray


class Cache(NamedTuple):
    """What `forward` keeps for `backward`."""

    x: np.ndarray  # (N, T, D)
    h: np.ndarray  # (N, T+1, H): the states, h0 first
    params: Params

    @property
    def hs(self) -> np.ndarray:
        """The states after each step (N, T, H), read-only."""
        return read_only(self.h[:, 1:])

    def at(self, t: int) -> StepCache:
        """What `step` keeps at step t."""
        return StepCache(self.x[:, t], self.h[:, t], self.h[:, t + 1], self.params)


class Gradients(NamedTuple):
    """Gradients of a loss with respect to everything that went into `forward`; shapes as there."""

    dx: np.ndarray
    dh0: np.ndarray
    dW_ih: np.ndarray
    dW_hh: np.ndarray
    db_ih: np.ndarray
    db_hh: np.ndarray


def init(D: int, H: int, rng: np.random.Generator, dtype=np.float64) -> Params:
    """Draw all weights and biases from the uniform distribution on ±1/sqrt(H), as PyTorch does."""
    bound = 1 / np.sqrt(H)
    shapes = ((H, D), (H, H), (H,), (H,))
    return Params(*(rng.uniform(-bound, bound, shape).astype(dtype) for shape in shapes))


def step(x, h, params: Params) -> tuple[np.ndarray, StepCache]:
    """One step: x (N, D), h (N, H) -> the next h (N, H), and a cache for `step_backward`."""
    x, h_prev, W_ih, W_hh, b_ih, b_hh = read(x, {"h": h}, params, blocks=1, axes="(N, D)")
    h = np.tanh(x @ W_ih.T + b_ih + h_prev @ W_hh.T + b_hh)
    return h, StepCache(x, h_prev, h, Params(W_ih, W_hh, b_ih, b_hh))


def step_backward(dh, cache: StepCache) -> StepGradients:
    """Back through one step. dh (N, H): all that reaches h, from this step's loss and from later steps."""
    dh = read_gradient("dh", dh, cache.h, "(N, H)")
    da = dh * (1 - cache.h**2)
    return StepGradients(
        dx=da @ cache.params.W_ih,
        dh_prev=da @ cache.params.W_hh,
        dW_ih=da.T @ cache.x,
        dW_hh=da.T @ cache.h_prev,
        db_ih=da.sum(axis=0),
        db_hh=da.sum(axis=0),
    )


def forward(x, h0, params: Params) -> tuple[np.ndarray, Cache]:
    """A whole sequence: x (N, T, D), h0 (N, H) -> the states after each step, hs (N, T, H), and a cache.

    hs is read-only, because the cache shares its memory: change a copy. Raises ValueError naming the argument
    if a shape does not fit.
    """
    x, h, *weights = read(x, {"h0": h0}, params, blocks=1, axes="(N, T, D)")
    params, states = Params(*weights), [h]
    for t in range(x.shape[1]):
        h, _ = step(x[:, t], h, params)
        states.append(h)
    cache = Cache(x.copy(), np.stack(states, axis=1), params)
    return cache.hs, cache


def backward(dhs, cache: Cache) -> Gradients:
    """Back-propagation through time. dhs (N, T, H): the gradient of the loss at each state, by itself.

    It is *not* the whole gradient at h_t: what arrives from step t+1 is added here.
    """
    dhs = read_gradient("dhs", dhs, cache.hs, "(N, T, H)")
    dx, dh_next = np.empty_like(cache.x), np.zeros_like(cache.h[:, 0])
    dW_ih, dW_hh, db_ih, db_hh = (np.zeros_like(weight) for weight in cache.params)
    for t in reversed(range(dhs.shape[1])):
        back = step_backward(dhs[:, t] + dh_next, cache.at(t))
        dx[:, t] = back.dx
        dh_next = back.dh_prev
        dW_ih += back.dW_ih
        dW_hh += back.dW_hh
        db_ih += back.db_ih
        db_hh += back.db_hh
    return Gradients(dx, dh_next, dW_ih, dW_hh, db_ih, db_hh)
