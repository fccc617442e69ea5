"""Lesson 15, the right answers: batches in which no chord sees itself, their likelihood, and how to draw one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coursekit.reference.numerics import sigmoid
from coursekit.sources.tasks import Batch


def next_chord_batch(rolls: Sequence[np.ndarray]) -> Batch:
    """Pieces (T_n, K) of different lengths as one batch: predict each chord from those before it.

    Returns x (N, T, K), y (N, T, K), mask (N, T) bool, where T is the largest T_n. y holds the chords; x holds at each
    step the chord before, and silence (zeros) before the first. The mask is True where there is a chord to predict.
    Behind the end of a piece all three are zero.
    """
    N, T, K = len(rolls), max(map(len, rolls)), rolls[0].shape[1]
    x, y, mask = np.zeros((N, T, K), np.float32), np.zeros((N, T, K), np.float32), np.zeros((N, T), bool)
    for n, roll in enumerate(rolls):
        x[n, 1 : len(roll)] = roll[:-1]
        y[n, : len(roll)] = roll
        mask[n, : len(roll)] = True
    return Batch(x, y, mask)


def chord_nll(logits: np.ndarray, y: np.ndarray, mask: np.ndarray) -> float:
    """-log p(chord) in nats, as a mean over all chords that count.

    logits (N, T, K): the probability of each key is their sigmoid, independent of the other keys given the past.
    y (N, T, K): 1 where a key sounds. mask (N, T) bool. A chord's -log p is the sum over its K keys, those that are
    silent included. (Boulanger-Lewandowski et al. 2012.)
    """
    # -log sigmoid(a) = log(1 + exp(-a)); for a silent key a changes its sign.
    each = np.logaddexp(0, np.where(y > 0.5, -logits, logits))
    return float(each.sum(axis=-1)[mask].mean())


def draw_chord(logits: np.ndarray, u: np.ndarray, temperature: float, voices: int) -> np.ndarray:
    """Draw a chord of exactly `voices` keys: draw all keys independently, again and again, until there are so many.

    logits (K,). u (tries, K): uniform on 0..1; key k sounds in a try if u[k] < sigmoid(logits[k] / temperature). The
    first try with the right number counts. If there is none, the likeliest keys sound. Returns (K,) bool.
    """
    tries = u < sigmoid(logits / temperature)
    right = np.flatnonzero(tries.sum(axis=1) == voices)
    if len(right):
        return tries[right[0]]
    chord = np.zeros(len(logits), bool)
    chord[np.argsort(logits)[-voices:]] = True
    return chord
