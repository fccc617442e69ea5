"""Lesson 13, the right answers: a split by meaning, one step of attention, and translating without help."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def split_by_day(day: np.ndarray, order: np.ndarray, test_days: int) -> tuple[np.ndarray, np.ndarray]:
    """Which pairs are for training and which for the test: two arrays of truth values (n,).

    day: (n,) the day of each pair. order: the different days, shuffled; the first `test_days` of them are the test.
    """
    test = np.isin(day, order[:test_days])
    return ~test, test


def attention_step(query: np.ndarray, states: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scaled dot attention (Vaswani et al. 2017, equation 1) of one query over the states of the encoder.

    query: (N, H). states: (N, T, H). mask: (N, T), true where the text has a symbol.
    Returns the weights (N, T), zero outside the mask, and the context (N, H).
    """
    scores = np.einsum("nth,nh->nt", states, query) / np.sqrt(query.shape[1])
    scores = np.where(mask, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = weights / weights.sum(axis=1, keepdims=True)
    return weights, np.einsum("nt,nth->nh", weights, states)


def judge_translations(
    step: Callable[[np.ndarray, Any], tuple[np.ndarray, Any]], state: Any, target: np.ndarray, start: int, end: int
) -> tuple[np.ndarray, np.ndarray]:
    """Let a decoder write by itself, and compare with what it should have written.

    step: (previous symbols (N,), state) -> (scores (N, K), the next state). state: before the first step.
    target: (N, S) symbols, filled up with `end`. start: what stands before the first symbol.
    Returns what was written, (N, S), filled up with `end` after the first one; and whether all of it is right, (N,).
    """
    previous = np.full(len(target), start)
    written = np.full(target.shape, end)
    running = np.ones(len(target), bool)
    for t in range(target.shape[1]):
        scores, state = step(previous, state)
        previous = np.where(running, np.asarray(scores).argmax(axis=1), end)
        written[:, t] = previous
        running &= previous != end
    return written, (written == target).all(axis=1)
