"""Lesson 12, speech: utterances of unequal length, whose padding must not reach scaling, features or states."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.topics.speech import mistakes
from coursekit.topics.speech.answers import last_valid, masked_mean_std, standardise_frames

LESSON = "12_speech"


def _utterances(rng: np.random.Generator, lengths: tuple[int, ...], T: int, D: int, level: float = 2.0) -> np.ndarray:
    """x (N, T, D) whose channels have different levels and spreads, with other numbers after the end of each row."""
    x = level + rng.uniform(-1, 1, D) + rng.uniform(0.5, 2, D) * rng.standard_normal((len(lengths), T, D))
    after = np.arange(T) >= np.array(lengths)[:, None]
    return np.where(after[..., None], rng.uniform(5, 9, x.shape), x)


def _draw_sets(rng: np.random.Generator) -> Iterator[Draw]:
    """Training and test utterances of another level and another padded length."""
    cases = {
        "two, and one to test": ((2, 4), 4, (3,), 5, 2),
        "full size": ((4, 6, 2, 3), 6, (7, 3, 5), 7, 3),
        "fresh numbers": ((5, 2, 6, 3), 6, (4, 7, 2), 7, 3),
        "other sizes": ((3, 8, 5), 8, (2, 4, 3, 5, 2), 6, 4),
    }
    for name, (lengths, T, others, U, D) in cases.items():
        args = {"train": _utterances(rng, lengths, T, D), "train_lengths": np.array(lengths)}
        args |= {"test": _utterances(rng, others, U, D, 3.5), "test_lengths": np.array(others)}
        yield Draw(name, args, {"N": len(lengths), "T": T, "M": len(others), "U": U, "D": D})


register(
    Exercise(
        name="standardise_frames",
        lesson=LESSON,
        asks="Both sets less the mean of each channel, divided by its standard deviation, over the real frames of "
        "train; zero after the end of each utterance.",
        reference=standardise_frames,
        returns=(
            Tensor("train", ("N", "T", "D"), sequence="T"),
            Tensor("test", ("M", "U", "D"), sequence="U"),
        ),
        draw=_draw_sets,
        mistakes=mistakes.SCALING,
        hints=(
            "Which frames may decide what is scaled? Those of train, and of them only those that exist.",
            "np.arange(T) < lengths[:, None] is true where a frame exists, (N, T). train[that] is (all frames, D).",
            "Mean and standard deviation over axis 0 of these frames. After scaling, np.where puts the zeros back.",
        ),
        points=2,
    )
)


def _draw_features(rng: np.random.Generator) -> Iterator[Draw]:
    cases = {
        "one utterance": ((3,), 4, 2),
        "full size": ((4, 6, 2, 3), 6, 3),
        "fresh numbers": ((3, 2, 5, 6), 6, 3),
        "other sizes": ((7, 3, 5), 8, 4),
    }
    for name, (lengths, T, D) in cases.items():
        args = {"x": _utterances(rng, lengths, T, D), "lengths": np.array(lengths)}
        yield Draw(name, args, {"N": len(lengths), "T": T, "D": D})


register(
    Exercise(
        name="masked_mean_std",
        lesson=LESSON,
        asks="The mean and the standard deviation of each channel over the real frames of each utterance.",
        reference=masked_mean_std,
        returns=(Tensor("mean", ("N", "D")), Tensor("std", ("N", "D"))),
        draw=_draw_features,
        mistakes=mistakes.FEATURES,
        hints=(
            "An utterance of length L has L numbers in each channel. What stands after them may be anything.",
            "A loop is fine: x[n, :lengths[n]] is the utterance n without its padding.",
            "Without a loop: put zeros after the end, sum over axis 1, and divide by lengths[:, None]. The same again "
            "for the squared distances to the mean, which are zero after the end as well.",
        ),
        points=2,
    )
)


def _draw_states(rng: np.random.Generator) -> Iterator[Draw]:
    """States go on after the end, as those of a network that runs over the padding do."""
    cases = {
        "one utterance": ((3,), 4, 2),
        "full size": ((4, 6, 1, 3), 6, 5),
        "fresh numbers": ((2, 5, 6, 3), 6, 5),
        "other sizes": ((7, 2, 5), 8, 3),
    }
    for name, (lengths, T, H) in cases.items():
        hs = np.cumsum(rng.uniform(-0.3, 0.3, (len(lengths), T, H)), axis=1)
        yield Draw(name, {"hs": hs, "lengths": np.array(lengths)}, {"N": len(lengths), "T": T, "H": H})


register(
    Exercise(
        name="last_valid",
        lesson=LESSON,
        asks="The state after the last real frame of each utterance.",
        reference=last_valid,
        returns=(Tensor("h", ("N", "H")),),
        draw=_draw_states,
        mistakes=mistakes.LAST,
        hints=(
            "Utterance n ends at step lengths[n] - 1. It is another step for each row.",
            "hs[:, lengths - 1] is not it: print its shape. Rows and steps have to be indexed in pairs.",
            "hs[np.arange(N), lengths - 1] takes row 0 with its step, row 1 with its step, and so on.",
        ),
        points=1,
    )
)
