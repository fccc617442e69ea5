"""Lesson 07, the right answers: weights from Keras, parity, timing, a fused layer, unequal lengths.

torch is imported when an answer is called: the exercises are known without it.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor


def from_keras(kernel: np.ndarray, recurrent_kernel: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, ...]:
    """W_ih (3H, D), W_hh (3H, H), b_ih, b_hh (3H,), rows r, z, n, from a keras.layers.GRU with reset_after.

    kernel (D, 3H), recurrent_kernel (H, 3H), bias (2, 3H), input then state; blocks z, r, h.
    """

    def reordered(array: np.ndarray) -> np.ndarray:
        z, r, n = np.split(array, 3)
        return np.concatenate([r, z, n])

    W_ih = reordered(kernel.T)
    W_hh = reordered(recurrent_kernel.T)
    b_ih = reordered(bias[0])
    b_hh = reordered(bias[1])
    return W_ih, W_hh, b_ih, b_hh


def parity_report(
    ours: Mapping[str, np.ndarray], theirs: Mapping[str, np.ndarray], tolerance: float
) -> tuple[list[float], list[bool]]:
    """For every tensor of theirs, the reference: max|a - b| / max|b| in float64, and whether it is within tolerance.

    Where shapes differ or ours is not finite nothing agrees, and the error is 1.
    """
    errors, agrees = [], []
    for name, theirs_of_it in theirs.items():
        a = np.asarray(ours[name], dtype=np.float64)
        b = np.asarray(theirs_of_it, dtype=np.float64)
        comparable = a.shape == b.shape and np.isfinite(a).all()
        error = np.abs(a - b).max() / np.abs(b).max() if comparable else 1.0
        errors.append(float(error))
        agrees.append(bool(comparable and error <= tolerance))
    return errors, agrees


def benchmark(
    f: Callable[[], Any],
    synchronise: Callable[[], Any],
    clock: Callable[[], float],
    warm_up: int,
    calls: int,
    repeats: int,
) -> tuple[float, list[float]]:
    """The time of one call of f, which only launches its work: the median over the repeats, and that of each."""
    for _ in range(warm_up):
        f()
    synchronise()
    times = []
    for _ in range(repeats):
        start = clock()
        for _ in range(calls):
            f()
        synchronise()
        times.append((clock() - start) / calls)
    return statistics.median(times), times


def gru_layer_fused(x: Tensor, h0: Tensor, W_ih: Tensor, W_hh: Tensor, b_ih: Tensor, b_hh: Tensor) -> Tensor:
    """x (N, T, D), h0 (N, H) -> hs (N, T, H), with T + 1 matrix products. Arrays are taken for tensors."""
    import torch
    import torch.nn.functional as F

    x, h, W_ih, W_hh, b_ih, b_hh = (torch.as_tensor(value) for value in (x, h0, W_ih, W_hh, b_ih, b_hh))
    hs = []
    for x_t in F.linear(x, W_ih, b_ih).unbind(1):
        xr, xz, xn = x_t.chunk(3, dim=1)
        hr, hz, hn = F.linear(h, W_hh, b_hh).chunk(3, dim=1)
        r = torch.sigmoid(xr + hr)
        z = torch.sigmoid(xz + hz)
        n = torch.tanh(xn + r * hn)
        h = (1 - z) * n + z * h
        hs.append(h)
    return torch.stack(hs, dim=1)


def run_packed(
    x: Tensor, lengths: Tensor, forwards: Sequence[Tensor], backwards: Sequence[Tensor]
) -> tuple[Tensor, Tensor]:
    """A bidirectional GRU over padded sequences: hs (N, T, 2H), zero after each end, and the last states (N, 2H).

    x (N, T, D), lengths (N,). forwards, backwards: (W_ih, W_hh, b_ih, b_hh) of either direction.
    """
    import torch

    N, T, _ = x.shape
    rows, steps = torch.arange(N), torch.arange(T)
    h0 = x.new_zeros(N, forwards[1].shape[1])
    turned = rows[:, None], (lengths[:, None] - 1 - steps).clamp(min=0)
    ahead = gru_layer_fused(x, h0, *forwards)
    behind = gru_layer_fused(x[turned], h0, *backwards)[turned]
    inside = steps < lengths[:, None]
    hs = torch.cat([ahead, behind], dim=2) * inside[:, :, None]
    last = torch.cat([ahead[rows, lengths - 1], behind[:, 0]], dim=1)
    return hs, last
