"""What `fast_rnn`, `fast_lstm` and `fast_gru` share.

Arguments and results are batch-first, (N, T, ·). Inside, time comes first: then the N rows of one step lie
side by side in memory, and so do all the steps of a chunk.
"""

from __future__ import annotations

import numpy as np

from . import processor

CHUNK_STEPS = 32  # few enough that `flush_vanished` comes before a gradient underflows


def swap_time_and_batch(array: np.ndarray) -> np.ndarray:
    """(N, T, ·) seen as (T, N, ·), or back; a view, nothing is copied."""
    return array.swapaxes(0, 1)


def chunks(T: int, bytes_per_step: int) -> list[slice]:
    """Cut T steps into slices of nearly equal length, short enough for the processor's cache.

    bytes_per_step: of the gates; beside them lie the states, the slopes and the gradients, three times as much.
    """
    longest = min(CHUNK_STEPS, max(1, processor.chunk_bytes() // (4 * bytes_per_step)))
    count = -(-T // longest)
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
    """(G·H, K) copied to (G, K, H), contiguous: the product with W.T, gate by gate, runs without strides."""
    return W.reshape(gates, -1, W.shape[1]).swapaxes(1, 2).copy()


def room(parts: list[slice], gates: int, N: int, H: int, dtype: np.dtype) -> np.ndarray:
    """(gates, steps of the longest chunk, N, H), to compute every chunk in.

    Memory that is new for each of them costs the system's time, too.
    """
    return np.empty((gates, max(part.stop - part.start for part in parts), N, H), dtype)


def project(x1: np.ndarray, W_x: np.ndarray, to: np.ndarray) -> np.ndarray:
    """What the input adds to the gates, K steps at once: (K, N, D+1) times (G, D+1, H) -> (K, G, N, H).

    to: `room` that the result is written to.
    """
    K, N, columns = x1.shape
    to = to[:, :K]
    np.matmul(x1.reshape(-1, columns), W_x, out=to.reshape(len(W_x), K * N, W_x.shape[2]))
    return to.swapaxes(0, 1)


def back_to_input(rows: np.ndarray, W_x: np.ndarray, room: np.ndarray, out: np.ndarray) -> None:
    """Gradients at the gates (G, K·N, H) times W_x (G, H, D), summed over the gates, to out (K, N, D)."""
    K, N, D = out.shape
    from_gates = np.matmul(rows, W_x, out=room[:, :K].reshape(len(W_x), K * N, D))
    np.add.reduce(from_gates, out=out.reshape(K * N, D))


def square_complement(a: np.ndarray, out: np.ndarray) -> None:
    """1 - a²: the slope of tanh where its value is a."""
    np.multiply(a, a, out=out)
    np.subtract(1, out, out=out)


def flush_vanished(gradient: np.ndarray) -> None:
    """Set to zero what would soon underflow, below 1e-22 in float32 and 1e-292 in float64.

    Many processors are several times slower on the subnormal numbers that vanishing gradients become. One that has been
    told to make them zero itself needs no help.
    """
    smallest = np.finfo(gradient.dtype).tiny
    if smallest / 2 > 0:
        gradient[np.abs(gradient) < 1e16 * smallest] = 0
