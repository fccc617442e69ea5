"""Lesson 22, the right answers: words as numbers, both ends of a sequence, and keystrokes that a keyboard saves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

PADDING, UNKNOWN = 0, 1  # ids that are no word's


def word_ids(
    train: Sequence[Sequence[str]], texts: Sequence[Sequence[str]], most: int
) -> tuple[np.ndarray, np.ndarray]:
    """Texts as rows of numbers, with a vocabulary that the training texts decide: ids (N, T) and lengths (N,).

    The `most` commonest words of train, or all if there are fewer, get 2, 3, ...; of two equally common ones the first
    in the alphabet comes first.
    Every other word is 1. Behind the end of a text stands 0, up to the length T of the longest text.
    """
    counts = Counter(word for text in train for word in text)
    ranked = sorted(counts, key=lambda word: (-counts[word], word))[:most]
    number = {word: k for k, word in enumerate(ranked, start=2)}
    lengths = np.array([len(text) for text in texts])
    ids = np.full((len(texts), lengths.max()), PADDING)
    for row, text in zip(ids, texts, strict=True):
        row[: len(text)] = [number.get(word, UNKNOWN) for word in text]
    return ids, lengths


def read_both_ways(
    forward: Callable[[np.ndarray], np.ndarray],
    backward: Callable[[np.ndarray], np.ndarray],
    x: np.ndarray,
    lengths: np.ndarray,
) -> np.ndarray:
    """What a bidirectional layer knows of each whole sequence: the last valid states of both directions, (N, 2H).

    forward, backward: a layer each, x (N, T, D) -> hs (N, T, H), read from the left. x: (N, T, D), padded behind the
    end. lengths: (N,), at least 1. (Schuster and Paliwal 1997.)
    """
    rows = np.arange(len(x))
    turned = np.array(x)
    for n, length in enumerate(lengths):
        turned[n, :length] = x[n, :length][::-1]
    ahead = forward(x)[rows, lengths - 1]
    back = backward(turned)[rows, lengths - 1]
    return np.concatenate([ahead, back], axis=1)


def keystrokes_saved(words: Sequence[str], propose: Callable[[list[str], str], list[str]]) -> float:
    """The share of keystrokes that proposals save, from 0 to 1, for someone who takes the first chance of each word.

    words: the text. propose(before, typed): proposed words, given the list of words before and the letters of this word
    so far. A key for each letter, and one for the space after each word; one key accepts a proposal and its space.
    (Trnka and McCoy 2008.)
    """
    pressed = 0
    for place, word in enumerate(words):
        for typed in range(len(word)):
            if word in propose(list(words[:place]), word[:typed]):
                pressed += 1
                break
            pressed += 1
        else:
            pressed += 1  # the space
    total = sum(len(word) + 1 for word in words)
    return 1 - pressed / total
