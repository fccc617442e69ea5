"""The gated recurrent unit of PyTorch and cuDNN: the reset gate acts after the product with W_hn.

    r_t = σ(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)              reset gate
    z_t = σ(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)              update gate: z keeps, 1 - z writes
    n_t = tanh(W_in x_t + b_in + r_t * (W_hn h_{t-1} + b_hn))   candidate
    h_t = (1 - z_t) * n_t + z_t * h_{t-1}

Cho et al. 2014 (arXiv:1406.1078, equations 5 to 8) reset before the product, W_hn (r_t * h_{t-1}): another
model. Chung et al. 2014 (arXiv:1412.3555) also let z write: z and 1 - z exchanged, see `conventions`.
`step` and `step_backward` are the equations, one line each. `forward` and `backward` compute the same for a
whole sequence, arranged for speed: the input's products for many steps at once, one product per step with the
state, and the weights' gradients after the loop.
Sizes: N sequences, T steps, D inputs, H units. Rows of the weights: r, z, n.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ._sequence import chunks, flush_vanished, per_gate, project, read_only, swap_time_and_batch, with_ones
from ._shapes import read, read_gradient
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
    W_ih: np.ndarray
    W_hh: np.ndarray
    b_ih: np.ndarray
    b_hh: np.ndarray


class Cache(NamedTuple):
    """What `forward` keeps for `backward`: every gate at every step. hn = W_hn h_{t-1} + b_hn."""

    x1: np.ndarray  # (N, T, D+1): the input, and a last column of ones
    h: np.ndarray  # (N, T+1, H): the states, h0 first
    r: np.ndarray  # (N, T, H), and all that follow
    z: np.ndarray
    n: np.ndarray
    hn: np.ndarray
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
    shapes = ((3 * H, D), (3 * H, H), (3 * H,), (3 * H,))
    return Params(*(rng.uniform(-bound, bound, shape).astype(dtype) for shape in shapes))


def step(x, h, params: Params) -> tuple[np.ndarray, StepCache]:
    """One step: x (N, D), h (N, H) -> the next h (N, H), and a cache for `step_backward`."""
    x, h_prev, W_ih, W_hh, b_ih, b_hh = read(x, {"h": h}, params, gates=3, axes="(N, D)")
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
        W_ih=dax.T @ x,
        W_hh=dah.T @ h_prev,
        b_ih=dax.sum(axis=0),
        b_hh=dah.sum(axis=0),
    )


def forward(x, h0, params: Params) -> tuple[np.ndarray, Cache]:
    """A whole sequence: x (N, T, D), h0 (N, H) -> the states after each step, hs (N, T, H), and a cache.

    hs is read-only, because the cache shares its memory: change a copy. Raises ValueError naming the argument
    if a shape does not fit.
    """
    x, h0, W_ih, W_hh, b_ih, b_hh = read(x, {"h0": h0}, params, gates=3, axes="(N, T, D)")
    (N, T, _), H = x.shape, h0.shape[1]
    b = b_ih.copy()
    b[: 2 * H] += b_hh[: 2 * H]  # b_hn stays apart: the reset gate multiplies it
    W_x, W_h = per_gate(np.column_stack([W_ih, b]), 3), per_gate(W_hh, 3)
    for W in (W_x, W_h):
        W[:2] *= 0.5  # σ(a) = (1 + tanh(a/2)) / 2
    half, b_hn = np.array(0.5, x.dtype), np.tile(b_hh[2 * H :], (N, 1))
    x1 = with_ones(x)
    hs = np.empty((T + 1, N, H), x.dtype)
    hs[0] = h0
    gates = np.empty((T, 4, N, H), x.dtype)  # r, z, hn, n

    for chunk in chunks(T, 3 * N * H * x.itemsize):
        from_x = project(x1[chunk], W_x)
        steps = zip(gates[chunk], from_x[:, :2], from_x[:, 2], hs[chunk], hs[1:][chunk], strict=True)
        for gates_t, rz_x, n_x, h_prev, h in steps:
            rz, (r, z, hn, n) = gates_t[:2], gates_t
            np.matmul(h_prev, W_h, out=gates_t[:3])
            np.add(rz, rz_x, out=rz)  # r, z = σ(rz_x + rz_h)
            np.tanh(rz, out=rz)
            np.multiply(rz, half, out=rz)
            np.add(rz, half, out=rz)
            np.add(hn, b_hn, out=hn)  # n = tanh(n_x + r * hn)
            np.multiply(r, hn, out=n)
            np.add(n, n_x, out=n)
            np.tanh(n, out=n)
            np.subtract(h_prev, n, out=h)  # h = n + z * (h_prev - n)
            np.multiply(z, h, out=h)
            np.add(n, h, out=h)

    r, z, hn, n = gates.swapaxes(0, 1)
    views = (swap_time_and_batch(array) for array in (x1, hs, r, z, n, hn))
    cache = Cache(*views, Params(W_ih, W_hh, b_ih, b_hh))
    return read_only(cache.hs), cache


def backward(dhs, cache: Cache) -> Gradients:
    """Back-propagation through time. dhs (N, T, H): the gradient of the loss at each state, by itself.

    It is *not* the whole gradient at h_t: what arrives from step t+1 is added here. The slopes, by which a
    gradient at h_t is multiplied on its way to a gate, do not depend on it: they are computed for many steps
    at once, and only the hand-over from step to step is left to the loop.
    """
    dhs = read_gradient("dhs", dhs, cache.hs, "(N, T, H)")
    W_ih, W_hh, _, _ = cache.params
    N, T, H = dhs.shape
    D = W_ih.shape[1]
    x1, hs, rs, zs, ns, hns = (swap_time_and_batch(array) for array in cache[:-1])
    dhs = swap_time_and_batch(dhs)
    dx = np.empty((T, N, D), dhs.dtype)
    dh_next, per_gate_dh = np.zeros((N, H), dhs.dtype), np.empty((3, N, H), dhs.dtype)
    W_x, W_h = W_ih.reshape(3, H, D), W_hh.reshape(3, H, H)
    dW_x, dW_h = np.zeros((3, H, D + 1), dhs.dtype), np.zeros((3, H, H), dhs.dtype)
    db_hn = np.zeros(H, dhs.dtype)

    for chunk in reversed(chunks(T, 3 * N * H * dhs.itemsize)):
        h_prev, r, z, n, hn = hs[chunk], rs[chunk], zs[chunk], ns[chunk], hns[chunk]
        to_n = (1 - z) * (1 - n**2)
        da = np.empty((3, *r.shape), dhs.dtype)  # first the slopes, in the loop the gradients at r, z, hn
        da[0] = to_n * hn * r * (1 - r)
        da[1] = (h_prev - n) * z * (1 - z)
        da[2] = to_n * r
        dh = np.array(dhs[chunk], order="C")
        backwards = zip(*(array[::-1] for array in (dh, z, da.swapaxes(0, 1))), strict=True)
        for dh_t, z_t, da_t in backwards:
            np.add(dh_t, dh_next, out=dh_t)
            np.multiply(da_t, dh_t, out=da_t)
            np.matmul(da_t, W_h, out=per_gate_dh)  # dh_next = dh * z + da @ W_hh
            np.add.reduce(per_gate_dh, out=dh_next)
            np.add(dh_next, dh_t * z_t, out=dh_next)
        flush_vanished(dh_next)
        rows = da.reshape(3, -1, H)
        dW_h += np.matmul(rows.swapaxes(1, 2), h_prev.reshape(-1, H))
        db_hn += rows[2].sum(axis=0)
        np.multiply(to_n, dh, out=da[2])  # from hn to n: no reset gate on the input's side
        dW_x += np.matmul(rows.swapaxes(1, 2), x1[chunk].reshape(-1, D + 1))
        np.add.reduce(np.matmul(rows, W_x), out=dx[chunk].reshape(-1, D))

    dW_ih, db_ih = dW_x[..., :D].reshape(3 * H, D), dW_x[..., D].flatten()
    db_hh = np.concatenate([db_ih[: 2 * H], db_hn])
    return Gradients(swap_time_and_batch(dx), dh_next, dW_ih, dW_h.reshape(3 * H, H), db_ih, db_hh)
