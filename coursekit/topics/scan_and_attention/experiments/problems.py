"""Lesson 19, the generated tasks: parity, which asks for a state, and recall, which asks for a memory one can search.

Both are (ids, y, mask): ids (N, T) integers, y (N, T) the answer after each step, mask (N, T) where it counts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Asked(NamedTuple):
    """Sequences of symbols and what is asked after their steps."""

    ids: np.ndarray  # (N, T) integers
    y: np.ndarray  # (N, T) integers
    mask: np.ndarray  # (N, T) bool: where an answer counts
    distance: np.ndarray  # (N, T) integers: steps between the question and what answers it; 0 where none counts


PARITY_SYMBOLS = PARITY_CLASSES = 2


def parity(rng: np.random.Generator, N: int, T: int) -> Asked:
    """Has an even or an odd number of ones come so far? Asked after every step: training holds all lengths up to T.

    A constant answer is right half of the time, and so is any that looks at some of the last steps only.
    """
    ids = rng.integers(0, 2, (N, T))
    steps = np.broadcast_to(np.arange(1, T + 1), ids.shape)
    return Asked(ids, np.cumsum(ids, axis=1) % 2, np.ones((N, T), bool), steps)


KEYS = 8
VALUES = 8
NOISE = 8
RECALL_SYMBOLS = KEYS + VALUES + NOISE


def recall(rng: np.random.Generator, N: int, T: int, pairs: int) -> Asked:
    """Pairs of a key and a value, then noise in which each key comes once more: which value stood behind it?

    A small form of multi-query associative recall (Arora et al. 2023, arXiv:2312.04927). Keys of a sequence differ. The
    later places of the keys are uniform, so that distances reach from 2 to T. Needs T >= 3 * pairs, and at most KEYS
    pairs. Whoever looks at no key and says the commonest value of the sequence is right in about 0.41 of the cases if
    there are four pairs; a dictionary is always right.
    """
    if pairs > KEYS or 3 * pairs > T:
        raise ValueError(f"recall: {pairs} pairs need at least {3 * pairs} steps and {pairs} keys, got T={T}")
    rows = np.arange(N)[:, None]
    keys = rng.permuted(np.tile(np.arange(KEYS), (N, 1)), axis=1)[:, :pairs]
    values = rng.integers(0, VALUES, (N, pairs))
    ids = KEYS + VALUES + rng.integers(0, NOISE, (N, T))
    ids[:, 0 : 2 * pairs : 2], ids[:, 1 : 2 * pairs : 2] = keys, KEYS + values
    places = 2 * pairs + rng.permuted(np.tile(np.arange(T - 2 * pairs), (N, 1)), axis=1)[:, :pairs]
    ids[rows, places] = keys
    y, distance, mask = np.zeros((N, T), np.int64), np.zeros((N, T), np.int64), np.zeros((N, T), bool)
    y[rows, places], mask[rows, places] = values, True
    distance[rows, places] = places - 2 * np.arange(pairs)
    return Asked(ids, y, mask, distance)


def looked_up(ids: np.ndarray, window: int | None = None) -> np.ndarray:
    """The sceptic's rival on `recall`: a dictionary from each symbol to the value that last stood behind it. (N, T)

    window: it forgets what was said more than so many steps ago, as counts of n-grams and convolutions do; None: never.
    """
    answers = np.zeros_like(ids)
    for row, said in zip(ids, answers, strict=True):
        behind: dict[int, tuple[int, int]] = {}  # symbol: the value behind it, and when the symbol stood there
        for t, symbol in enumerate(row):
            value, then = behind.get(symbol, (0, t))
            said[t] = value if window is None or t - then <= window else 0
            if t and KEYS <= symbol < KEYS + VALUES:
                behind[row[t - 1]] = symbol - KEYS, t - 1
    return answers
