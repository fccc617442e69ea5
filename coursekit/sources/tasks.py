"""Generated tasks that ask one thing of a recurrent network: to remember, to select, or to count.

Every task is a function `(rng, N, T, ...) -> Batch` that draws N fresh sequences of T steps. What a network
must beat stands in each docstring; `baseline(batch)` measures it. Classes are integers, numbers to predict
are float32: the loss follows from that (`coursekit.training`).

    batch = flagged_symbol(np.random.default_rng(0), N=64, T=30)
    batch.x.shape, batch.y.shape          # (64, 30, 9), (64,)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Batch(NamedTuple):
    """Sequences and what is asked about them.

    y (N,): one answer per sequence, after its last step. y (N, T), floats also (N, T, K): one after each
    step; then `mask` says where it counts (None: everywhere).
    """

    x: np.ndarray  # (N, T, D) float32
    y: np.ndarray  # integers: classes; floats: numbers
    mask: np.ndarray | None = None  # (N, T) bool


def one_hot(ids, size: int, dtype=np.float32) -> np.ndarray:
    """Integers (...) in 0..size-1 -> vectors (..., size), 1 at the integer and 0 elsewhere."""
    ids = np.asarray(ids)
    if ids.dtype.kind not in "iu":
        raise ValueError(f"one_hot: expected integers, got dtype {ids.dtype}")
    if ids.size and not (ids.min() >= 0 and ids.max() < size):
        raise ValueError(f"one_hot: expected integers from 0 to {size - 1}, got {ids.min()} to {ids.max()}")
    return np.eye(size, dtype=dtype)[ids]


def adding(rng: np.random.Generator, N: int, T: int) -> Batch:
    """Add the two marked numbers (Hochreiter and Schmidhuber 1997, section 5.4, in the form used since).

    x (N, T, 2): a number, uniform on 0..1, and a mark that is 1 at two steps, one in each half. y (N,): the
    sum of the two marked numbers. Always answering the mean, 1, has a mean squared error of 1/6 = 0.167.
    Needs T >= 2.
    """
    _require_steps("adding", T, 2)
    rows, half = np.arange(N), T // 2
    first, second = rng.integers(0, half, N), rng.integers(half, T, N)
    x = np.zeros((N, T, 2), np.float32)
    x[..., 0] = rng.random((N, T), dtype=np.float32)
    x[rows, first, 1] = x[rows, second, 1] = 1
    return Batch(x, x[rows, first, 0] + x[rows, second, 0])


def copy(rng: np.random.Generator, N: int, T: int, symbols: int = 8, length: int = 5) -> Batch:
    """Repeat the first `length` symbols, in order, in the last `length` steps (as in Arjovsky et al. 2016, section
    5.1).

    x (N, T, symbols + 2), one-hot: `length` symbols, then blanks (class `symbols`), with a signal to begin (class
    `symbols + 1`) at the first of the last `length` steps. y (N, T): the symbols, asked for in the last `length` steps
    (`mask`). Chance is 1/symbols, and remembering nothing gives no more. Needs T >= 2 * length.
    """
    _require_steps("copy", T, 2 * length)
    message = rng.integers(0, symbols, (N, length))
    ids = np.full((N, T), symbols)
    ids[:, :length] = message
    ids[:, -length] = symbols + 1
    y, mask = np.zeros((N, T), np.int64), np.zeros((N, T), bool)
    y[:, -length:], mask[:, -length:] = message, True
    return Batch(one_hot(ids, symbols + 2), y, mask)


def first_symbol(rng: np.random.Generator, N: int, T: int, symbols: int = 4) -> Batch:
    """Say after the last step which symbol came first. It asks for a long memory, but not for a choice.

    x (N, T, symbols): a random symbol at every step, one-hot; those after the first carry nothing. y (N,):
    the first. Chance is 1/symbols. With blanks instead of the later symbols every cell solves it at once: a
    blank leaves the state alone, whereas a symbol writes into it.
    """
    _require_steps("first_symbol", T, 1)
    ids = rng.integers(0, symbols, (N, T))
    return Batch(one_hot(ids, symbols), ids[:, 0].copy())


def flagged_symbol(rng: np.random.Generator, N: int, T: int, symbols: int = 4, within: int | None = None) -> Batch:
    """Say after the last step which symbol carried the flag; all others are distractors. It asks for a choice as well.

    x (N, T, symbols + 1): a random symbol at every step, one-hot, and a flag (the last entry) that is 1 at
    one step, uniform over the first `within` steps (None: over all T). y (N,): the flagged symbol. Chance is
    1/symbols, and a network that keeps only the last few steps gains no more than their share of the flags.
    With all T steps, the late flags teach what to do and the early ones follow; with `within` small, only a
    long memory gets a first foothold.
    """
    _require_steps("flagged_symbol", T, within or 1)
    rows, flagged = np.arange(N), rng.integers(0, within or T, N)
    ids = rng.integers(0, symbols, (N, T))
    x = np.concatenate([one_hot(ids, symbols), np.zeros((N, T, 1), np.float32)], axis=2)
    x[rows, flagged, -1] = 1
    return Batch(x, ids[rows, flagged])


def counting(rng: np.random.Generator, N: int, T: int, shortest: int = 1) -> Batch:
    """Read a^n b^n, say after each b whether it was the last one (after Gers and Schmidhuber 2001).

    x (N, T, 2): a is (1, 0), b is (0, 1), and zeros after the last b; n is uniform on shortest..T//2. y (N,
    T): 1 after the last b, 0 before; only the steps with a b count (`mask`). Always answering "not the last"
    is right at 1 - 1/(mean of n) of these steps, yet in no sequence from end to end. Train with a small T,
    test with a larger one and `shortest` above the trained length: a network that counts goes on, one that
    has learnt by heart does not.
    """
    _require_steps("counting", T, 2 * max(shortest, 1))
    n = rng.integers(shortest, T // 2 + 1, (N, 1))
    t = np.arange(T)
    is_a, is_b = t < n, (t >= n) & (t < 2 * n)
    return Batch(np.stack([is_a, is_b], axis=2).astype(np.float32), (t == 2 * n - 1).astype(np.int64), is_b)


def baseline(batch: Batch) -> float:
    """What the best constant answer scores on the batch: its share of right classes, or its mean squared error."""
    answers = batch.y if batch.mask is None else batch.y[batch.mask]
    if answers.dtype.kind == "f":
        answers = answers.reshape(-1, batch.y.shape[2] if batch.y.ndim == 3 else 1)
        return float(answers.var(axis=0).mean())
    return float(np.bincount(answers.ravel()).max() / answers.size)


def _require_steps(task: str, T: int, least: int) -> None:
    if least > T:
        raise ValueError(f"{task}: needs at least T={least} steps, got T={T}")
