"""Lesson 14, the right answers: perplexities, nucleus sampling, counts of character n-grams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

BEGIN, END = "<", ">"  # stand before and after a word, so that its first and last letters are n-grams of their own


def perplexities(nll: np.ndarray, text: str) -> tuple[float, float, float]:
    """Bits per character, perplexity per character, and perplexity per word of a text of n characters.

    nll (n,): -log p of each character in nats, given those before it. A word is what `str.split` finds. All three are
    one number in other units: its sum is spread over the characters, or over the words.
    """
    total = float(np.sum(nll))
    per_character, per_word = total / len(text), total / len(text.split())
    return per_character / np.log(2), float(np.exp(per_character)), float(np.exp(per_word))


def nucleus(p: np.ndarray, share: float) -> np.ndarray:
    """Keep the smallest number of most probable symbols that together reach `share`; the others get zero.

    p (V,), share in 0..1. Returns (V,), with the sum 1. (Holtzman et al. 2020, equations 2 and 3.)
    """
    order = np.argsort(-p, kind="stable")
    kept = order[: int(np.searchsorted(np.cumsum(p[order]), share)) + 1]
    q = np.zeros_like(p)
    q[kept] = p[kept] / p[kept].sum()
    return q


def ngram_counts(train: Sequence[str], test: Sequence[str], n: int) -> tuple[np.ndarray, np.ndarray]:
    """How often each string of n characters stands in each word: (N, F) for train, (M, F) for test.

    Every word gets "<" before it and ">" after it. The columns are the strings of n characters that occur in train, in
    alphabetical order; a string that occurs only in test has no column.
    """

    def pieces(word: str) -> list[str]:
        marked = BEGIN + word + END
        return [marked[k : k + n] for k in range(len(marked) - n + 1)]

    columns = {piece: k for k, piece in enumerate(sorted({piece for word in train for piece in pieces(word)}))}

    def counts(words: Sequence[str]) -> np.ndarray:
        table = np.zeros((len(words), len(columns)))
        for row, word in zip(table, words, strict=True):
            for piece, times in Counter(pieces(word)).items():
                if piece in columns:
                    row[columns[piece]] = times
        return table

    return counts(train), counts(test)
