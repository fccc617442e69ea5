"""Lesson 09, forecasting: the naive forecast, windows that are split by time, and a count of weights by hand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.topics.forecasting import mistakes
from coursekit.topics.forecasting.answers import forecast_windows, keras_parameter_count, seasonal_naive

LESSON = "09_forecasting"


def _draw_histories(rng: np.random.Generator) -> Iterator[Draw]:
    """No season equals a horizon, and no history is a whole number of seasons, unless the name says so."""
    cases = {
        "a horizon within the season": (23, 7, 4),
        "a horizon longer than the season": (23, 5, 13),
        "persistence, a season of one reading": (9, 1, 4),
        "a history of one season": (6, 6, 8),
        "other sizes": (41, 12, 31),
    }
    for name, (t, season, horizon) in cases.items():
        args = {"history": rng.uniform(20, 40, t), "season": season, "horizon": horizon}
        yield Draw(name, args, {"t": t, "season": season, "horizon": horizon})


register(
    Exercise(
        name="seasonal_naive",
        lesson=LESSON,
        asks="The last `season` readings of history, repeated until there are `horizon` forecasts.",
        reference=seasonal_naive,
        returns=(Tensor("forecast", ("horizon",), sequence="horizon"),),
        draw=_draw_histories,
        mistakes=mistakes.NAIVE,
        hints=(
            "Write down which reading is the forecast of the first hour, of hour `season`, and of hour season + 1.",
            "The forecast of h steps ahead, counted from 0, is the entry h % season of the last season.",
            "last = history[-season:], and last[np.arange(horizon) % season].",
        ),
        points=1,
    )
)


def _draw_parts(rng: np.random.Generator) -> Iterator[Draw]:
    cases = {
        "the first part": (20, 4, 3, 0, 14),
        "a later part": (30, 4, 3, 15, 26),
        "the last part": (30, 5, 2, 17, 30),
        "a start within the first inputs": (26, 6, 4, 3, 21),
        "targets longer than inputs": (37, 3, 9, 13, 33),
        "one window": (20, 4, 3, 11, 14),
    }
    for name, (T, length, horizon, start, stop) in cases.items():
        args = {"values": rng.uniform(20, 40, T), "length": length, "horizon": horizon, "start": start, "stop": stop}
        yield Draw(name, args, {"T": T, "length": length, "horizon": horizon})


register(
    Exercise(
        name="forecast_windows",
        lesson=LESSON,
        asks="Every pair of `length` readings and the `horizon` readings right after them, all of whose targets lie in "
        "[start, stop).",
        reference=forecast_windows,
        returns=(Tensor("inputs", ("n", "length")), Tensor("targets", ("n", "horizon"))),
        draw=_draw_parts,
        mistakes=mistakes.WINDOWS,
        hints=(
            "Let `first` be the place of a window's first target. Its inputs end just before it. Which is the smallest "
            "and which the largest `first` that is allowed?",
            "Smallest: not before start, and `length` inputs must exist. Largest: first + horizon is at most stop.",
            "Loop over first in range(max(start, length), stop - horizon + 1), take values[first - length:first] and "
            "values[first:first + horizon], and np.stack both lists.",
        ),
        points=3,
    )
)


def _draw_layers(rng: np.random.Generator) -> Iterator[Draw]:
    for name, reset_after in {"reset_after=True": True, "reset_after=False": False, "other sizes": True}.items():
        T, D, H, K = (int(size) for size in rng.permutation(np.arange(2, 12))[:4] + np.array([20, 0, 12, 0]))
        yield Draw(name, {"T": T, "D": D, "H": H, "K": K, "reset_after": reset_after}, {"T": T, "D": D, "H": H, "K": K})


register(
    Exercise(
        name="keras_parameter_count",
        lesson=LESSON,
        asks="The numbers of weights of a GRU layer of Keras on input (T, D) with H units, and of Dense(K) behind it.",
        reference=keras_parameter_count,
        returns=(Tensor("GRU", exact=True), Tensor("Dense", exact=True)),
        draw=_draw_layers,
        mistakes=mistakes.COUNT,
        hints=(
            "Three blocks: two gates and the candidate. Which arrays does each block have, and which of the five "
            "numbers does no shape contain?",
            "kernel (D, 3H), recurrent kernel (H, 3H), bias (2, 3H) or (3H,). Dense sees the last state only.",
        ),
        points=2,
    )
)
