"""Lesson 15, music: chords that never see themselves, their likelihood, and drawing a chord of four voices."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.reference.numerics import sigmoid
from coursekit.topics.music import mistakes
from coursekit.topics.music.answers import chord_nll, draw_chord, next_chord_batch

LESSON = "15_music"


def _draw_pieces(rng: np.random.Generator) -> Iterator[Draw]:
    """Pieces of different lengths, the longest not always first; no chord equals the one before, none is empty."""
    sizes = {
        "one piece": ((4,), 5),
        "two lengths": ((3, 5), 4),
        "full size": ((4, 7, 2), 6),
        "other sizes": ((6, 3, 9, 5), 3),
    }
    for name, (lengths, K) in sizes.items():
        rolls = []
        for T in lengths:
            codes = [int(rng.integers(1, 2**K))]
            while len(codes) < T:
                codes += [code for code in [int(rng.integers(1, 2**K))] if code != codes[-1]]
            rolls.append((np.array(codes)[:, None] >> np.arange(K) & 1).astype(bool))
        yield Draw(name, {"rolls": rolls}, {"N": len(lengths), "T": max(lengths), "K": K})


register(
    Exercise(
        name="next_chord_batch",
        lesson=LESSON,
        asks="Pieces of different lengths as one batch in which each chord is to be predicted from those before it.",
        reference=next_chord_batch,
        returns=(
            Tensor("x", ("N", "T", "K"), sequence="T"),
            Tensor("y", ("N", "T", "K"), sequence="T"),
            Tensor("mask", ("N", "T"), sequence="T", exact=True),
        ),
        draw=_draw_pieces,
        mistakes=mistakes.BATCH,
        hints=(
            "Make three arrays of zeros as long as the longest piece, and fill one row of each per piece.",
            "y is the piece itself. x is the same piece, one step later, so that x[n, t] is the chord before y[n, t].",
            "x[n, 1:len(roll)] = roll[:-1]. Which chord stands before the first one? None: zeros.",
        ),
        points=2,
    )
)


def _draw_expectations(rng: np.random.Generator) -> Iterator[Draw]:
    """Logits in the padding are as large as elsewhere; one draw has logits for which exp overflows."""
    sizes = {
        "no padding": (3, 2, 4),
        "padding": (3, 5, 4),
        "large logits": (3, 4, 5),
        "full size": (4, 7, 6),
        "one piece": (1, 9, 8),
    }
    for name, (N, T, K) in sizes.items():
        logits = rng.normal(-0.7, 1.5, (N, T, K))
        if name == "large logits":
            logits = rng.integers(-4000, 4000, (N, T, K)) / 4  # quarters, which float32 holds exactly too
        lengths = np.array([T, *rng.integers(1, T, N - 1)]) if name != "no padding" else np.full(N, T)
        mask = np.arange(T) < rng.permutation(lengths)[:, None]
        y = (rng.random((N, T, K)) < 0.4) & mask[..., None]
        yield Draw(name, {"logits": logits, "y": y.astype(float), "mask": mask}, {"N": N, "T": T, "K": K})


register(
    Exercise(
        name="chord_nll",
        lesson=LESSON,
        asks="The mean over all chords that count of -log p(chord) in nats, where the keys are independent.",
        reference=chord_nll,
        returns=(Tensor("nll"),),
        draw=_draw_expectations,
        no_overflow=True,
        mistakes=mistakes.NLL,
        hints=(
            "A chord's probability is a product over all its keys: p for those that sound, 1 - p for the silent ones.",
            "So its -log p is a sum over the last axis. Sum there first, then take the mean where mask is True.",
            "-log sigmoid(a) = log(1 + exp(-a)) = np.logaddexp(0, -a), which never overflows; and "
            "-log(1 - sigmoid(a)) = np.logaddexp(0, a).",
            "np.logaddexp(0, np.where(y > 0.5, -logits, logits)).sum(axis=-1)[mask].mean()",
        ),
        points=3,
    )
)


def _draw_chords(rng: np.random.Generator) -> Iterator[Draw]:
    """The first try never has the right number of keys; two later ones have, with other keys each, or none has.

    One draw begins with a try that has too few keys, the others with one that has too many. Each wrong way to read the
    numbers finds the right number of keys in the first try of one draw.
    """
    for name, (K, tries, voices, misread) in {
        "small": (6, 6, 2, None),
        "fresh numbers": (6, 6, 2, "shared"),
        "none has the number": (7, 3, 3, "above"),
        "full size": (12, 9, 4, "plain"),
        "other sizes": (9, 7, 3, "multiplied"),
        "a high temperature": (8, 6, 3, "divided"),
    }.items():
        logits = rng.permutation(np.linspace(-2, 2, K)) + rng.uniform(-0.1, 0.1, K)
        temperature = rng.uniform(1.4, 1.8) if name == "a high temperature" else rng.uniform(0.4, 0.7)
        surplus = rng.choice([-1, 1], tries)
        surplus[0] = -1 if name == "small" else 1
        if name != "none has the number":
            surplus[1 + rng.permutation(tries - 1)[:2]] = 0
        u = _tries(rng, logits, temperature, voices, surplus, misread)
        args = {"logits": logits, "u": u, "temperature": float(temperature), "voices": voices}
        yield Draw(name, args, {"K": K, "tries": tries, "voices": voices})


def _tries(
    rng: np.random.Generator,
    logits: np.ndarray,
    temperature: float,
    voices: int,
    surplus: np.ndarray,
    misread: str | None,
) -> np.ndarray:
    """Numbers u (tries, K). surplus: the side of each try, as in `_numbers`. The tries that fit have different keys. If
    none fits, the keys that are nearest to sounding, in a try or on the average of all, are not the likeliest ones."""
    p, likeliest = sigmoid(logits / temperature), set(np.argsort(logits)[-voices:])
    while True:
        first = _numbers(rng, logits, temperature, voices, surplus[0], misread)
        u = np.array([first, *(_numbers(rng, logits, temperature, voices, side) for side in surplus[1:])])
        fits = (u < p)[surplus == 0]
        nearest = np.argsort(p - [*u, u.mean(axis=0)], axis=1)[:, -voices:]
        if len(np.unique(fits, axis=0)) == len(fits) and (len(fits) or likeliest not in map(set, nearest)):
            return u


def _numbers(
    rng: np.random.Generator,
    logits: np.ndarray,
    temperature: float,
    voices: int,
    side: int,
    misread: str | None = None,
) -> np.ndarray:
    """Numbers u (K,) that draw as many keys as there are voices (side 0), fewer (-1) or more (1); no u is near the
    border of any temperature.

    The keys drawn are not the likeliest ones, and with side 0 a temperature that is used in another way draws others.
    misread: the wrong way to read the numbers that draws as many keys as there are voices.
    """
    p, other, plain = (sigmoid(logits * factor) for factor in (1 / temperature, temperature, 1.0))
    shares = np.exp(logits / temperature) / np.exp(logits / temperature).sum()
    ways = {"plain": plain, "multiplied": other, "divided": plain / temperature, "shared": shares}
    likeliest = np.zeros(len(logits), bool)
    likeliest[np.argsort(logits)[-voices:]] = True
    while True:
        u = rng.random(len(logits))
        drawn = u < p
        if np.sign(drawn.sum() - voices) != side or not drawn.any() or np.array_equal(drawn, likeliest):
            continue
        wrong = {"above": u > p} | {way: u < q for way, q in ways.items()}
        differs = min(np.abs(u - q).min() for q in (p, *ways.values())) > 1e-3
        if side == 0:
            differs &= not any(np.array_equal(drawn, keys) for keys in wrong.values())
        if misread is not None:
            keys = wrong.pop(misread)
            others = (likeliest, *wrong.values())
            differs &= keys.sum() == voices and not any(np.array_equal(keys, each) for each in others)
        if differs:
            return u


register(
    Exercise(
        name="draw_chord",
        lesson=LESSON,
        asks="A chord of exactly `voices` keys: the first try that has so many, else the likeliest keys.",
        reference=draw_chord,
        chance="u",
        returns=(Tensor("chord", ("K",), exact=True),),
        draw=_draw_chords,
        mistakes=mistakes.DRAW,
        hints=(
            "Work out all tries at once: u (tries, K) is compared with one probability per key.",
            "The temperature divides the logits, before the sigmoid. A key sounds where u is below its probability.",
            "tries.sum(axis=1) counts the keys of each try. np.flatnonzero(... == voices) tells which of them fit.",
            "If none fits: np.argsort(logits)[-voices:] are the likeliest keys.",
        ),
        points=2,
    )
)
