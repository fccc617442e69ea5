"""Runnable mistakes of lesson 15: chords that see themselves, padding that counts, and chords drawn in other ways."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.reference.numerics import sigmoid
from coursekit.topics.music.answers import next_chord_batch


def _batch(
    *,
    shift: int = 1,
    first: Callable | None = None,
    until: Callable | None = None,
    mask: Callable | None = None,
    at: Callable | None = None,
) -> Callable:
    """The right loop, with one of its lines replaced.

    shift: by how many chords x is behind y. first: x of the first step, from a piece. until: how many chords of a piece
    are used, from all lengths. mask: from (mask, length) after it was filled. at: where a piece begins, from (T,
    length).
    """

    def batch(rolls):
        lengths = [len(roll) for roll in rolls]
        N, T, K = len(rolls), max(lengths), rolls[0].shape[1]
        T = until(lengths) if until else T
        x, y, counts = np.zeros((N, T, K)), np.zeros((N, T, K)), np.zeros((N, T), bool)
        for n, roll in enumerate(rolls):
            roll = roll[:T]
            start = at(T, len(roll)) if at else 0
            y[n, start : start + len(roll)] = roll
            x[n, start + shift : start + len(roll)] = roll[: max(len(roll) - shift, 0)]
            x[n, start] = first(roll) if first else x[n, start]
            counts[n, start : start + len(roll)] = True
            if mask:
                mask(counts[n], len(roll))
        return x, y, counts

    return batch


def _all(counts: np.ndarray, length: int) -> None:
    counts[:] = True


def _without_first(counts: np.ndarray, length: int) -> None:
    counts[0] = False


def _one_more(counts: np.ndarray, length: int) -> None:
    counts[: length + 1] = True


def _one_fewer(counts: np.ndarray, length: int) -> None:
    counts[length - 1] = False


def _swapped(rolls):
    x, y, mask = next_chord_batch(rolls)
    return y, x, mask


def _leaking_end(rolls):
    """x of the whole array shifted at once: the last chord of a piece enters the padding."""
    x, y, mask = next_chord_batch(rolls)
    x[:, 1:] = y[:, :-1]
    return x, y, mask


def _rolled(rolls):
    x, y, mask = next_chord_batch(rolls)
    return np.roll(y, 1, axis=1) * mask[..., None], y, mask


def _next_as_target(rolls):
    _, y, mask = next_chord_batch(rolls)
    return y, np.concatenate([y[:, 1:], 0 * y[:, :1]], axis=1), mask


BATCH = (
    Mistake(
        "chords that are predicted from themselves",
        "x[n, t] is what the network sees when it predicts y[n, t]. It must not be the same chord.",
        _batch(shift=0),
    ),
    Mistake(
        "inputs two chords behind",
        "The chord before is known as well: x is one step behind y, not two.",
        _batch(shift=2),
    ),
    Mistake(
        "the first chord as what came before it",
        "Nothing came before the first chord: zeros.",
        _batch(first=lambda roll: roll[0]),
    ),
    Mistake(
        "the last chord in front of the first, where np.roll puts it",
        "np.roll turns round: the end comes to the front. Nothing came before the first chord: zeros.",
        _rolled,
    ),
    Mistake(
        "chords as inputs, and the chords after them as targets",
        "y holds all chords, the first one too, which is predicted from silence.",
        _next_as_target,
    ),
    Mistake(
        "padding that counts",
        "The mask is True only where a piece has a chord.",
        _batch(mask=_all),
    ),
    Mistake(
        "a mask that leaves out the first chord",
        "The first chord is to be predicted too, from silence.",
        _batch(mask=_without_first),
    ),
    Mistake(
        "a mask that is one step too long",
        "A piece with L chords has L predictions: steps 0 to L - 1.",
        _batch(mask=_one_more),
    ),
    Mistake(
        "a mask that leaves out the last chord",
        "The last chord is predicted from the one before it, as every other.",
        _batch(mask=_one_fewer),
    ),
    Mistake(
        "pieces cut to the shortest",
        "The batch is as long as the longest piece. Padding and mask take care of the others.",
        _batch(until=min),
    ),
    Mistake(
        "padding before a piece",
        "A piece begins at step 0; what is missing is filled up after it.",
        _batch(at=lambda T, length: T - length),
    ),
    Mistake("inputs and targets exchanged", "x is what is seen, y is what is to be predicted.", _swapped),
    Mistake(
        "a last chord that enters the padding",
        "After the end of a piece x is zero as well. Shift each piece within its own length.",
        _leaking_end,
    ),
)


def _each(logits: np.ndarray, y: np.ndarray) -> np.ndarray:
    """-log p of every key: (N, T, K)."""
    return np.logaddexp(0, np.where(y > 0.5, -logits, logits))


def _nll(combine: Callable[[np.ndarray, np.ndarray], float]) -> Callable[..., float]:
    """combine: from -log p of every key (N, T, K) and the mask."""
    return lambda logits, y, mask: float(combine(_each(logits, y), mask))


def _sounding_only(logits, y, mask):
    return float((_each(logits, y) * (y > 0.5)).sum(-1)[mask].mean())


def _softmax(logits, y, mask):
    top = logits.max(-1, keepdims=True)
    log_p = logits - top - np.log(np.exp(logits - top).sum(-1, keepdims=True))
    return float(-(y * log_p).sum(-1)[mask].mean())


def _unstable(logits, y, mask):
    p = 1 / (1 + np.exp(-logits))
    return float(-(y * np.log(p) + (1 - y) * np.log(1 - p)).sum(-1)[mask].mean())


def _clipped(logits, y, mask):
    p = np.clip(sigmoid(logits), 1e-7, 1 - 1e-7)
    return float(-(y * np.log(p) + (1 - y) * np.log(1 - p)).sum(-1)[mask].mean())


NLL = (
    Mistake(
        "a mean over the keys",
        "log of a product is a sum: add up the keys of a chord, and take the mean over chords only.",
        _nll(lambda each, mask: each[mask].mean()),
    ),
    Mistake(
        "padding that counts",
        "After the end of a piece there is no chord to predict. Which places does the mask choose?",
        _nll(lambda each, mask: each.sum(-1).mean()),
    ),
    Mistake(
        "a sum over the chords that count, divided by all steps",
        "The padding is left out of the sum, so it has to be left out of the count.",
        _nll(lambda each, mask: each.sum(-1)[mask].sum() / mask.size),
    ),
    Mistake(
        "a mean over pieces of their means",
        "Every chord counts alike, whether its piece is long or short.",
        _nll(lambda each, mask: np.mean([row[kept].mean() for row, kept in zip(each.sum(-1), mask, strict=True)])),
    ),
    Mistake(
        "a sum over all chords",
        "The exercise asks for nats per chord.",
        _nll(lambda each, mask: each.sum(-1)[mask].sum()),
    ),
    Mistake(
        "a sum over each piece",
        "Divide by the number of chords, not by that of pieces.",
        _nll(lambda each, mask: each.sum(-1)[mask].sum() / len(mask)),
    ),
    Mistake("bits", "The natural logarithm gives nats.", _nll(lambda e, mask: e.sum(-1)[mask].mean() / np.log(2))),
    Mistake(
        "a log-likelihood without its minus sign",
        "Smaller is better: -log p is positive.",
        _nll(lambda each, mask: -each.sum(-1)[mask].mean()),
    ),
    Mistake(
        "only the keys that sound",
        "A silent key was predicted as well. What does its 1 - p contribute?",
        _sounding_only,
    ),
    Mistake(
        "a softmax over the keys",
        "Several keys sound at once, so the keys do not share one probability. Each has a sigmoid of its own.",
        _softmax,
    ),
    Mistake(
        "an exponential that overflows",
        "Work out log p from the logit itself. Which NumPy function adds exponentials inside a logarithm?",
        _unstable,
    ),
    Mistake(
        "probabilities that are clipped before the logarithm",
        "Clipping hides how wrong a confident model is. np.logaddexp needs no clipping.",
        _clipped,
    ),
)


def _shares(logits: np.ndarray) -> np.ndarray:
    e = np.exp(logits - logits.max())
    return e / e.sum()


def _drawn(
    *,
    scale: Callable[[float], float] | None = None,
    chances: Callable[[np.ndarray, float], np.ndarray] | None = None,
    below: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
    choose: Callable[[np.ndarray, int], np.ndarray] | None = None,
    otherwise: Callable[[np.ndarray, np.ndarray, int], np.ndarray] | None = None,
) -> Callable[..., np.ndarray]:
    """The right answer, with one of its lines replaced.

    scale: what multiplies the logits, from the temperature. chances: of the keys, from (logits, temperature).
    below: which keys a try draws, from (u, p). choose: the tries that fit, best first, from (tries, voices).
    otherwise: if none fits, from (logits, tries, voices).
    """

    def draw_chord(logits, u, temperature, voices):
        p = sigmoid(logits * (scale(temperature) if scale else 1 / temperature))
        p = chances(logits, temperature) if chances else p
        tries = below(u, p) if below else u < p
        fits = choose(tries, voices) if choose else np.flatnonzero(tries.sum(1) == voices)
        if len(fits):
            return tries[fits[0]]
        return otherwise(logits, tries, voices) if otherwise else _likeliest(logits, tries, voices)

    return draw_chord


def _likeliest(logits: np.ndarray, tries: np.ndarray, voices: int) -> np.ndarray:
    chord = np.zeros(len(logits), bool)
    chord[np.argsort(logits)[-voices:]] = True
    return chord


def _trimmed(tries: np.ndarray, voices: int) -> np.ndarray:
    return np.flatnonzero(tries.sum(1) >= voices)


DRAW = (
    Mistake(
        "a temperature that multiplies",
        "A low temperature makes likely keys likelier: it divides the logits.",
        _drawn(scale=lambda temperature: temperature),
    ),
    Mistake("no temperature", "Where does the temperature enter?", _drawn(scale=lambda temperature: 1.0)),
    Mistake(
        "a temperature that divides the probabilities",
        "Probabilities that are divided may be larger than 1. The temperature divides the logits, before the sigmoid.",
        _drawn(chances=lambda logits, temperature: sigmoid(logits) / temperature),
    ),
    Mistake(
        "a softmax over the keys",
        "Several keys sound at once, so the keys do not share one probability. Each has a sigmoid of its own.",
        _drawn(chances=lambda logits, temperature: _shares(logits / temperature)),
    ),
    Mistake(
        "the likeliest keys, always",
        "Then the same past always gives the same chord. The numbers u make the choice.",
        _drawn(choose=lambda tries, voices: np.array([], int)),
    ),
    Mistake(
        "the first try, whatever its number of keys",
        "Go on to the next try until one has as many keys as there are voices.",
        _drawn(choose=lambda tries, voices: np.array([0])),
    ),
    Mistake(
        "the last try that fits",
        "The first one that fits counts; those after it are not needed.",
        _drawn(choose=lambda tries, voices: np.flatnonzero(tries.sum(1) == voices)[::-1]),
    ),
    Mistake(
        "keys that sound where u is above their probability",
        "u is below p with probability p. The other way round silent keys would sound.",
        _drawn(below=lambda u, p: u > p),
    ),
    Mistake(
        "at least as many keys as voices",
        "Exactly so many: there is one key for each voice.",
        _drawn(choose=_trimmed),
    ),
    Mistake(
        "silence if no try fits",
        "If no try fits, the likeliest keys sound.",
        _drawn(otherwise=lambda logits, tries, voices: np.zeros(len(logits), bool)),
    ),
    Mistake(
        "the last try if none fits",
        "If no try fits, the likeliest keys sound.",
        _drawn(otherwise=lambda logits, tries, voices: tries[-1]),
    ),
)
