"""What the three fast passes over a sequence share.

Results and arguments are batch-first, (N, T, ·). Inside, time comes first: then the N rows of one step lie side by
side in memory, and so do all steps of a chunk.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

CHUNK_BYTES = 1 << 20


def swap_time_and_batch(array: np.ndarray) -> np.ndarray:
    """(N, T, ·) seen as (T, N, ·), or back; a view, nothing is copied."""
    return array.swapaxes(0, 1)


def chunks(T: int, bytes_per_step: int) -> list[slice]:
    """Cut T steps into slices of equal length whose pre-activations stay in the processor's cache."""
    count = max(1, round(T * bytes_per_step / CHUNK_BYTES))
    length = -(-T // count)
    return [slice(t, min(t + length, T)) for t in range(0, T, length)]


def with_ones(x: np.ndarray) -> np.ndarray:
    """(N, T, D) copied to (T, N, D+1), the last column 1: a bias is a weight whose input is always 1."""
    N, T, D = x.shape
    x1 = np.empty((T, N, D + 1), x.dtype)
    x1[..., :D] = swap_time_and_batch(x)
    x1[..., D] = 1
    return x1


def per_gate(W: np.ndarray, gates: int) -> np.ndarray:
    """(gates·H, K) copied to a contiguous (gates, K, H): a product with W.T gate by gate, without a stride."""
    return W.reshape(gates, -1, W.shape[1]).swapaxes(1, 2).copy()


def project(x1: np.ndarray, W_x: np.ndarray, gates: np.ndarray) -> None:
    """Write the input's share of the pre-activations, x1 @ W_x, of many steps at once into `gates` (G, K, N, H)."""
    rows = x1.reshape(-1, x1.shape[-1])
    for W, gate in zip(W_x, gates, strict=True):
        np.matmul(rows, W, out=gate.reshape(-1, gate.shape[-1]))
