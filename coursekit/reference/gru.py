"""The gated recurrent unit of PyTorch and cuDNN: the reset gate acts after the product with W_hn.

    r_t = σ(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)              reset gate
    z_t = σ(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)              update gate: z keeps, 1 - z writes
    n_t = tanh(W_in x_t + b_in + r_t * (W_hn h_{t-1} + b_hn))   candidate
    h_t = (1 - z_t) * n_t + z_t * h_{t-1}

Cho et al. 2014 (arXiv:1406.1078, equations 5 to 8) reset before the product, W_hn (r_t * h_{t-1}): another
model. Chung et al. 2014 (arXiv:1412.3555) also let z write: z and 1 - z exchanged, see `conventions`.
To be read from top to bottom: one step, one step back, a sequence, and back through time. `fast_gru` has the same
`forward` and `backward`, arranged for speed.
Sizes: N sequences, T steps, D inputs, H units. Rows of the weights: r, z, n.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._shapes import read, read_gradient, read_only
from .numerics import sigmoid


class Params(NamedTuple):
    """The weights, in PyTorch's layout: three blocks of H rows each, r, z, n."""

    W_ih: np.ndarray  # (3H, D)
    W_hh: np.ndarray  # (3H, H)
    b_ih: np.ndarray  # (3H,)
    b_hh: np.ndarray  # (3H,)


class StepCache(NamedTuple):
    """What `step` keeps for `step_backward`. hn = W_hn h_prev + b_hn, before the reset gate."""

    x: np.ndarray  # (N, D)
    h_prev: np.ndarray  # (N, H), and all that follow
    r: np.ndarray
    z: np.ndarray
    n: np.ndarray
    hn: np.ndarray
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
    """What `forward` keeps for `backward`: every gate at every step. hn = W_hn h_{t-1} + b_hn."""

    x: np.ndarray  # (N, T, D)
    h: np.ndarray  # (N, T+1, H): the states, h0 first
    r: np.ndarray  # (N, T, H), and all that follow
    z: np.ndarray
    n: np.ndarray
    hn: np.ndarray
    params: Params

    @property
    def hs(self) -> np.ndarray:
        """The states after each step (N, T, H), read-only."""
        return read_only(self.h[:, 1:])

    def at(self, t: int) -> StepCache:
        """What `step` keeps at step t."""
        gates = (gate[:, t] for gate in (self.r, self.z, self.n, self.hn))
        return StepCache(self.x[:, t], self.h[:, t], *gates, self.params)


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
    shapes = ((3 * H, D), (3 * H, H), (3 * H,), (3 * H,))
    return Params(*(rng.uniform(-bound, bound, shape).astype(dtype) for shape in shapes))


def step(x, h, params: Params) -> tuple[np.ndarray, StepCache]:
    """One step: x (N, D), h (N, H) -> the next h (N, H), and a cache for `step_backward`."""
    x, h_prev, W_ih, W_hh, b_ih, b_hh = read(x, {"h": h}, params, blocks=3, axes="(N, D)")
    xr, xz, xn = np.split(x @ W_ih.T + b_ih, 3, axis=1)
    hr, hz, hn = np.split(h_prev @ W_hh.T + b_hh, 3, axis=1)
    r = sigmoid(xr + hr)
    z = sigmoid(xz + hz)
    n = np.tanh(xn + r * hn)
    h = (1 - z) * n + z * h_prev
    return h, StepCache(x, h_prev, r, z, n, hn, Params(W_ih, W_hh, b_ih, b_hh))


def step_backward(dh, cache: StepCache) -> StepGradients:
    """Back through one step. dh (N, H): all that reaches h, from this step's loss and from later steps.

    dar, daz, dan are the gradients at the arguments of σ, σ and tanh.
    """
    x, h_prev, r, z, n, hn, (W_ih, W_hh, _, _) = cache
    dh = read_gradient("dh", dh, h_prev, "(N, H)")
    dan = dh * (1 - z) * (1 - n**2)
    daz = dh * (h_prev - n) * z * (1 - z)
    dar = dan * hn * r * (1 - r)
    dax = np.concatenate([dar, daz, dan], axis=1)  # gradient at W_ih x + b_ih
    dah = np.concatenate([dar, daz, dan * r], axis=1)  # gradient at W_hh h + b_hh
    return StepGradients(
        dx=dax @ W_ih,
        dh_prev=dh * z + dah @ W_hh,
        dW_ih=dax.T @ x,
        dW_hh=dah.T @ h_prev,
        db_ih=dax.sum(axis=0),
        db_hh=dah.sum(axis=0),
    )


def forward(x, h0, params: Params) -> tuple[np.ndarray, Cache]:
    """A whole sequence: x (N, T, D), h0 (N, H) -> the states after each step, hs (N, T, H), and a cache.

    hs is read-only, because the cache shares its memory: change a copy. Raises ValueError naming the argument
    if a shape does not fit.
    """
    x, h, *weights = read(x, {"h0": h0}, params, blocks=3, axes="(N, T, D)")
    params, states, gates = Params(*weights), [h], []
    for t in range(x.shape[1]):
        h, kept = step(x[:, t], h, params)
        states.append(h)
        gates.append((kept.r, kept.z, kept.n, kept.hn))
    cache = Cache(x.copy(), np.stack(states, axis=1), *np.stack(gates, axis=2), params)
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
