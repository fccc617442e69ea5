"""The simple baseline of every character language model: count what followed the last few characters.

    model = NGram(train_ids, order=4, size=len(vocabulary))
    bits_per_character(model.cross_entropy(valid_ids))

Counting takes milliseconds, and on a text of a few hundred thousand characters it is not easy to beat.
"""

from __future__ import annotations

import math

import numpy as np


def bits_per_character(nats: float) -> float:
    """A cross-entropy in nats, as a loss gives it, in bits."""
    return nats / math.log(2)


def perplexity(nats: float) -> float:
    """exp(cross-entropy): among how many equally likely characters the model, on average, still hesitates."""
    return math.exp(nats)


class NGram:
    """Probability of a character after the last `order` - 1, each order smoothed by the next lower one.

        p_k(c | k-1 characters) = (count(those and c) + a * p_{k-1}(c | k-2 characters)) / (count(those) + a)

    and p_0 = 1/size: interpolation with a Dirichlet prior (MacKay and Peto 1995). No probability is ever
    zero. Order 1 counts single characters, order 2 pairs, and so on. ids (n,): integers from 0 to size - 1.
    """

    def __init__(self, ids: np.ndarray, order: int, size: int, a: float = 8.0) -> None:
        longest = int(62 / math.log2(max(size, 2)))  # a string of that length still fits into an int64
        if not 1 <= order <= longest:
            raise ValueError(f"order: expected 1 to {longest} for {size} characters, got {order}")
        self.order, self.size, self.a = order, size, a
        # For each length: the strings of that length that occur, as sorted numbers, and how often they do.
        self._counts = [np.unique(_numbers(ids, length, size), return_counts=True) for length in range(1, order + 1)]

    def probabilities(self, context: np.ndarray) -> np.ndarray:
        """The last characters (any number, the latest last) -> the probability of each next character, (size,)."""
        context = np.asarray(context, dtype=np.int64)[max(0, len(context) - self.order + 1) :]
        p = np.full(self.size, 1 / self.size)
        for length in range(1, min(self.order, len(context) + 1) + 1):
            last = int(_numbers(context[len(context) - length + 1 :], length - 1, self.size)[0]) if length > 1 else 0
            counts = self._count(length, last * self.size + np.arange(self.size))
            p = (counts + self.a * p) / (counts.sum() + self.a)
        return p

    def cross_entropy(self, ids: np.ndarray) -> float:
        """Mean of -log p(character | those before) over a text (n,), in nats; its first character has no context."""
        return float(self.costs(ids).mean())

    def costs(self, ids: np.ndarray) -> np.ndarray:
        """-log p(character | those before) of each character of a text (n,), in nats: (n,)."""
        p = np.full(len(ids), 1 / self.size)
        for length in range(1, min(self.order, len(ids)) + 1):
            strings = _numbers(ids, length, self.size)
            counts, before = self._count(length, strings), self._count_contexts(length, strings // self.size)
            p[length - 1 :] = (counts + self.a * p[length - 1 :]) / (before + self.a)
        return -np.log(p)

    def _count(self, length: int, numbers: np.ndarray) -> np.ndarray:
        known, counts = self._counts[length - 1]
        where = np.minimum(np.searchsorted(known, numbers), len(known) - 1)
        return np.where(known[where] == numbers, counts[where], 0)

    def _count_contexts(self, length: int, numbers: np.ndarray) -> np.ndarray:
        # How often a context was followed by anything: the sum over the strings that begin with it.
        known, counts = self._counts[length - 1]
        total = np.concatenate([[0], np.cumsum(counts)])
        first, last = (np.searchsorted(known, bound * self.size) for bound in (numbers, numbers + 1))
        return total[last] - total[first]


def adaptive_cross_entropy(known: np.ndarray, ids: np.ndarray, order: int, size: int) -> float:
    """Mean of -log p over a text (n,), in nats, by n-grams that go on counting in the text while they read it.

    Each order gives the next lower one as much weight as it has seen different successors (Witten and Bell, The
    zero-frequency problem, 1991). known (m,): counted before. The first character of the text has no context.
    """
    counts: list[dict[tuple, dict[int, int]]] = [{} for _ in range(order)]
    read, total = known.tolist(), 0.0
    for place in range(len(read)):
        _count_in(counts, read, place)
    read = []
    for place, character in enumerate(ids.tolist()):
        p, read = 1 / size, [*read[-order + 1 :], character] if order > 1 else [character]
        for length, table in enumerate(counts[: min(place + 1, order)]):
            after = table.get(tuple(read[len(read) - 1 - length : -1]))
            if after is None:
                break
            seen, kinds = sum(after.values()), len(after)
            p = (after.get(character, 0) + kinds * p) / (seen + kinds)
        total -= math.log(p)
        _count_in(counts, read, len(read) - 1)
    return total / len(ids)


def _count_in(counts: list[dict], read: list[int], place: int) -> None:
    for length, table in enumerate(counts[: place + 1]):
        after = table.setdefault(tuple(read[place - length : place]), {})
        after[read[place]] = after.get(read[place], 0) + 1


def _numbers(ids: np.ndarray, length: int, size: int) -> np.ndarray:
    """Every string of that length as one number, its characters being the digits: (n - length + 1,)."""
    numbers = np.zeros(max(0, len(ids) - length + 1), dtype=np.int64)
    for k in range(length):
        numbers = numbers * size + np.asarray(ids)[k : k + len(numbers)]
    return numbers
