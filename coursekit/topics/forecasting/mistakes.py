"""Runnable mistakes of lesson 09: naive forecasts that are too naive, windows that know the future, wrong counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.topics.forecasting.answers import forecast_windows

Naive = Callable[[np.ndarray, int, int], np.ndarray]


def _from_the_front(history: np.ndarray, season: int, horizon: int) -> np.ndarray:
    return np.array([history[(h - season) % len(history)] for h in range(horizon)])


NAIVE = (
    Mistake(
        "persistence, whatever the season is",
        "The last reading alone knows nothing of the time of day. Compare the first forecast with history[-season].",
        lambda history, season, horizon: np.full(horizon, history[-1]),
    ),
    Mistake(
        "the first season of the history",
        "The latest season is the best guess, and it is at the end.",
        lambda history, season, horizon: np.resize(history[:season], horizon),
    ),
    Mistake(
        "a season that ends one reading too early",
        "The last reading is known and belongs to the last season. Look at the end of the slice.",
        lambda history, season, horizon: np.resize(history[-season - 1 : -1], horizon),
    ),
    Mistake(
        "a season that begins one reading too late",
        "How many readings does the slice have? Compare with `season`.",
        lambda history, season, horizon: np.resize(history[1 - season :] if season > 1 else history[-1:], horizon),
    ),
    Mistake(
        "the last season backwards",
        "Time runs forwards in the forecast too.",
        lambda history, season, horizon: np.resize(history[-season:][::-1], horizon),
    ),
    Mistake(
        "the last `horizon` readings in place of the last season",
        "What repeats is a season. How long the forecast is does not change where it begins.",
        lambda history, season, horizon: np.resize(history[-min(horizon, len(history)) :], horizon),
    ),
    Mistake(
        "an index that leaves the last season and goes on at the front of the history",
        "history[h - season] is right while h < season. What happens to the index when h reaches season?",
        _from_the_front,
    ),
    Mistake(
        "the last season once, and its last reading from there on",
        "After a season the forecast begins the season again.",
        lambda history, season, horizon: history[np.minimum(np.arange(horizon) - season, -1) + len(history)],
    ),
    Mistake(
        "each reading of the last season repeated, before the next one comes",
        "np.repeat repeats the readings one by one. What repeats is the season as a whole.",
        lambda history, season, horizon: np.repeat(history[-season:], -(-horizon // season))[:horizon],
    ),
    Mistake(
        "the mean of the last season",
        "The mean has no shape. The forecast should have that of a season.",
        lambda history, season, horizon: np.full(horizon, history[-season:].mean()),
    ),
)


def _pairs(values: np.ndarray, length: int, horizon: int, first, *, shift: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Windows whose first targets stand at `first` + shift, as far as the series reaches."""
    first = np.array([f for f in first if f >= length and f + shift + horizon <= len(values)], int)[:, None]
    return values[first + np.arange(-length, 0)], values[first + shift + np.arange(horizon)]


def _with(first: Callable[[int, int, int, int], range], *, shift: int = 0) -> Callable:
    """Other places for the first targets: first(length, horizon, start, stop)."""
    return lambda values, length, horizon, start, stop: _pairs(
        values, length, horizon, first(length, horizon, start, stop), shift=shift
    )


def _asked(length: int, horizon: int, start: int, stop: int) -> range:
    """The places of the first targets that are asked for."""
    return range(max(start, length), stop - horizon + 1)


def _backwards(values: np.ndarray, length: int, horizon: int, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
    inputs, targets = forecast_windows(values, length, horizon, start, stop)
    return inputs[:, ::-1], targets


def _differences(values: np.ndarray, length: int, horizon: int, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
    inputs, targets = forecast_windows(values, length, horizon, start, stop)
    return inputs, targets - inputs[:, -1:]


WINDOWS = (
    Mistake(
        "windows whose first target is their last input",
        "The network is shown one of its answers. Print one window: which number is in both parts?",
        _with(_asked, shift=-1),
    ),
    Mistake(
        "windows that skip a reading between inputs and targets",
        "The first target comes right after the last input.",
        _with(lambda length, horizon, start, stop: range(max(start, length), stop - horizon), shift=1),
    ),
    Mistake(
        "a split by inputs, so that the last targets lie in the next part",
        "A training window whose targets lie in the test part has seen the test. Which end decides the part?",
        _with(lambda length, horizon, start, stop: range(max(start, 0) + length, stop + 1)),
    ),
    Mistake(
        "a part that throws its first windows away, because their inputs lie before start",
        "The past of a test day is known on that day, even if it was used for training. Only targets must not cross.",
        _with(lambda length, horizon, start, stop: range(start + length, stop - horizon + 1)),
    ),
    Mistake(
        "a part that begins at the front of the series, whatever start is",
        "Windows before start belong to another part. A test that holds training windows is no test.",
        _with(lambda length, horizon, start, stop: range(length, stop - horizon + 1)),
    ),
    Mistake(
        "a part that goes on to the end of the series, whatever stop is",
        "Targets at stop and after it belong to a later part.",
        lambda values, length, horizon, start, stop: _pairs(values, length, horizon, range(start, len(values))),
    ),
    Mistake(
        "a part without its last window",
        "The last target may be values[stop - 1]. Look at the end of the range.",
        _with(lambda length, horizon, start, stop: range(max(start, length), stop - horizon)),
    ),
    Mistake(
        "a last window with one target too many in the next part",
        "The part is [start, stop): values[stop] is no longer in it.",
        _with(lambda length, horizon, start, stop: range(max(start, length), stop - horizon + 2)),
    ),
    Mistake(
        "windows that do not overlap",
        "Every place is asked for, not every `horizon`-th one: the next window begins one reading later.",
        _with(lambda length, horizon, start, stop: _asked(length, horizon, start, stop)[::horizon]),
    ),
    Mistake("inputs in reverse order", "The latest reading comes last.", _backwards),
    Mistake(
        "targets as differences to the last input",
        "The readings themselves are asked for. Differences come later in this lesson.",
        _differences,
    ),
)


def _counted(gru: Callable[[int, int, int, int], int], dense: Callable[[int, int, int], int] | None = None) -> Callable:
    """Other counts: gru(T, D, H, biases) and dense(T, H, K)."""
    dense = dense or (lambda T, H, K: H * K + K)
    return lambda T, D, H, K, reset_after: (gru(T, D, H, 2 if reset_after else 1), dense(T, H, K))


def _gru(T: int, D: int, H: int, biases: int) -> int:
    """The weights of a GRU with so many biases for each block and unit."""
    return 3 * (D * H + H * H + biases * H)


COUNT = (
    Mistake(
        "weights for every time step",
        "The same weights serve all T steps: no shape contains T.",
        _counted(lambda T, D, H, b: T * _gru(T, D, H, b)),
    ),
    Mistake(
        "T in place of D",
        "The layer reads one step at a time. How long is the vector that it sees?",
        _counted(lambda T, D, H, b: _gru(D, T, H, b)),
    ),
    Mistake(
        "one bias, also with reset_after=True",
        "With reset_after the candidate needs two biases, one inside the reset and one outside: bias is (2, 3H).",
        _counted(lambda T, D, H, b: _gru(T, D, H, 1)),
    ),
    Mistake(
        "two biases, also with reset_after=False",
        "Where both biases are added up before the gate, Keras keeps one: bias is (3H,).",
        _counted(lambda T, D, H, b: _gru(T, D, H, 2)),
    ),
    Mistake(
        "a layer without biases",
        "Keras adds biases unless use_bias=False.",
        _counted(lambda T, D, H, b: _gru(T, D, H, 0)),
    ),
    Mistake(
        "four blocks, as in an LSTM",
        "A GRU has two gates and a candidate.",
        _counted(lambda T, D, H, b: 4 * _gru(T, D, H, b) // 3),
    ),
    Mistake(
        "two blocks, the gates without the candidate",
        "The candidate has weights of its own, as many as a gate.",
        _counted(lambda T, D, H, b: 2 * _gru(T, D, H, b) // 3),
    ),
    Mistake(
        "one block",
        "Each of the two gates has its own weights beside those of the candidate.",
        _counted(lambda T, D, H, b: _gru(T, D, H, b) // 3),
    ),
    Mistake(
        "a recurrent kernel (H, H), shared by the blocks",
        "The recurrent kernel is (H, 3H): each block has its own square.",
        _counted(lambda T, D, H, b: _gru(T, D, H, b) - 2 * H * H),
    ),
    Mistake(
        "a Dense layer that reads the states of all steps",
        "Without return_sequences the GRU hands on its last state (H,) only.",
        _counted(_gru, lambda T, H, K: T * H * K + K),
    ),
    Mistake(
        "a Dense layer without its bias",
        "Dense(K) has K biases.",
        _counted(_gru, lambda T, H, K: H * K),
    ),
    Mistake(
        "the whole model in place of the GRU alone",
        "Two numbers are asked for: first the GRU, then Dense.",
        lambda T, D, H, K, reset_after: (_gru(T, D, H, 2 if reset_after else 1) + H * K + K, H * K + K),
    ),
)
