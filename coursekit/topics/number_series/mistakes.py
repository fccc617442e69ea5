"""Runnable mistakes of lesson 21 in forecasting: folds that know the test, errors scaled by something else."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake

Rows = Callable[[int, int, int, int], slice]  # (T, length, start, stop) -> which windows


def _fold(
    known: Callable[[np.ndarray, int, int], np.ndarray] = lambda values, start, stop: values[:start],
    scale: Callable[[np.ndarray, np.ndarray], np.ndarray] = lambda v, past: (v - past.mean()) / past.std(),
    train: Rows = lambda T, length, start, stop: slice(0, start - length),
    test: Rows = lambda T, length, start, stop: slice(start - length, stop - length),
    shift: int = 0,
) -> Callable:
    """A fold with one part exchanged. shift: how many readings the targets come too early."""

    def answer(values, length, start, stop):
        scaled = scale(values, known(values, start, stop))
        x = np.lib.stride_tricks.sliding_window_view(scaled[:-1], length)
        y = scaled[length - shift : len(scaled) - shift]
        rows = [part(len(values), length, start, stop) for part in (train, test)]
        return tuple(array[part].copy() for part in rows for array in (x, y))

    return answer


def _each_by_itself(values, length, start, stop):
    train_x, train_y, *_ = _fold()(values, length, start, stop)
    with np.errstate(all="ignore"):  # one reading has no spread
        return train_x, train_y, *_fold(lambda v, start, stop: v[start:stop])(values, length, start, stop)[2:]


def _by_windows(values, length, start, stop):
    """Mean and spread of all training windows, in which the readings in the middle stand several times."""
    windows = np.lib.stride_tricks.sliding_window_view(values[: start - 1], length)
    return _fold(lambda v, start, stop: windows)(values, length, start, stop)


def _window_by_window(values, length, start, stop):
    plain = _fold(scale=lambda v, past: v)(values, length, start, stop)
    found = []
    for x, y in (plain[:2], plain[2:]):
        centre, spread = x.mean(axis=1), x.std(axis=1)
        found += [(x - centre[:, None]) / spread[:, None], (y - centre) / spread]
    return tuple(found)


def _targets_as_they_are(values, length, start, stop):
    scaled, plain = (how(values, length, start, stop) for how in (_fold(), _fold(scale=lambda v, past: v)))
    return scaled[0], plain[1], scaled[2], plain[3]


def _shuffled(values, length, start, stop):
    train_x, train_y, test_x, test_y = _fold()(values, length, start, stop)
    x, y = np.concatenate([train_x, test_x]), np.concatenate([train_y, test_y])
    order = np.random.default_rng(0).permutation(len(x))
    known, asked = order[: len(train_x)], order[len(train_x) :]
    return x[known], y[known], x[asked], y[asked]


def _from_both_sides(values, length, start, stop):
    train_x, train_y, test_x, test_y = _fold()(values, length, start, stop)
    later_x, later_y, *_ = _fold(train=lambda T, length, start, stop: slice(stop - length, T))(
        values, length, start, stop
    )
    return np.concatenate([train_x, later_x]), np.concatenate([train_y, later_y]), test_x, test_y


FOLD = (
    Mistake(
        "a scale from the whole series",
        "Its mean knows how the series goes on after the test. Which readings are known on the first day of the test?",
        _fold(lambda values, start, stop: values),
    ),
    Mistake(
        "a scale from everything before stop, the test included",
        "On the first day of the test, its other days have not happened yet.",
        _fold(lambda values, start, stop: values[:stop]),
    ),
    Mistake(
        "a test that is scaled by its own readings",
        "Its mean is not known before it is over. Both parts get the numbers of the past.",
        _each_by_itself,
    ),
    Mistake(
        "each window scaled by itself",
        "One mean and one standard deviation serve the whole fold.",
        _window_by_window,
    ),
    Mistake(
        "a scale from the training windows, in which most readings stand several times",
        "Mean and standard deviation of values[:start] count every reading once.",
        _by_windows,
    ),
    Mistake(
        "minimum and maximum in place of mean and standard deviation",
        "The exercise asks for another scale.",
        _fold(scale=lambda v, past: (v - past.min()) / (past.max() - past.min())),
    ),
    Mistake(
        "a standard deviation with n - 1, as pandas has it",
        "NumPy divides by n unless it is told otherwise, and so does this exercise.",
        _fold(scale=lambda v, past: (v - past.mean()) / past.std(ddof=1)),
    ),
    Mistake(
        "a mean that is subtracted, and no division",
        "What is the standard deviation of your training readings now?",
        _fold(scale=lambda v, past: v - past.mean()),
    ),
    Mistake("readings that are not scaled", "All four arrays are scaled.", _fold(scale=lambda v, past: v)),
    Mistake(
        "targets that are not scaled",
        "A network answers in the unit of its inputs. All four arrays are scaled alike.",
        _targets_as_they_are,
    ),
    Mistake(
        "windows that are shuffled before the split",
        "A test window then has neighbours in training that hold its answer. What comes first stays first.",
        _shuffled,
    ),
    Mistake(
        "training windows from after the test",
        "That is cross-validation for data without an order. Who stands before the test has none of them.",
        _from_both_sides,
    ),
    Mistake(
        "training windows whose targets lie in the test",
        "The last target of the training is the reading just before start.",
        _fold(train=lambda T, length, start, stop: slice(0, stop - length)),
    ),
    Mistake(
        "training without its last window",
        "values[start - 1] is known, and may be a target.",
        _fold(train=lambda T, length, start, stop: slice(0, start - length - 1)),
    ),
    Mistake(
        "test windows that begin at start, so that the first targets are lost",
        "Inputs of a test window may lie before start: they are known by then. Each reading of the test is a target.",
        _fold(test=lambda T, length, start, stop: slice(start, max(start, stop - length))),
    ),
    Mistake(
        "a test that goes on after stop",
        "values[stop] belongs to the next fold.",
        _fold(test=lambda T, length, start, stop: slice(start - length, T - length)),
    ),
    Mistake(
        "targets that are the last input",
        "The target is the reading after the window. Is your last input equal to it?",
        _fold(shift=1),
    ),
)


def _scaled(
    error: Callable = lambda truth, forecast: np.abs(truth - forecast).mean(axis=0),
    unit: Callable = lambda history, truth, season: np.abs(history[season:] - history[:-season]).mean(),
) -> Callable:
    """An error with another numerator, or another unit."""
    return lambda history, truth, forecast, season: error(truth, forecast) / unit(history, truth, season)


def _step(season: int, values: np.ndarray) -> np.ndarray:
    return values[season:] - values[:-season]


SCALED = (
    Mistake(
        "errors scaled by the last reading repeated, whatever the season is",
        "The rival is the seasonal naive forecast. How far apart are the two readings that it compares?",
        _scaled(unit=lambda history, truth, season: np.abs(_step(1, history)).mean()),
    ),
    Mistake(
        "errors scaled within the test",
        "The unit is measured in the history: what is divided by must not depend on what is judged.",
        _scaled(unit=lambda history, truth, season: np.abs(np.diff(truth, axis=1)).mean()),
    ),
    Mistake(
        "errors scaled by the mean of the history",
        "A share of the level says nothing about how hard the series is. Divide by an error.",
        _scaled(unit=lambda history, truth, season: np.abs(history).mean()),
    ),
    Mistake(
        "errors scaled by the standard deviation of the history",
        "A strong season makes that large, and the season is the easy part. Divide by an error.",
        _scaled(unit=lambda history, truth, season: history.std()),
    ),
    Mistake(
        "errors that are not scaled",
        "A 1 should mean: as good as repeating the last season.",
        _scaled(unit=lambda history, truth, season: 1.0),
    ),
    Mistake(
        "a naive error that is divided by all readings of the history",
        "The first season has nothing before it. How many differences are there?",
        _scaled(unit=lambda history, truth, season: np.abs(_step(season, history)).sum() / len(history)),
    ),
    Mistake(
        "a naive error whose signs cancel",
        "A forecast that is too high as often as too low is not free of errors.",
        _scaled(unit=lambda history, truth, season: np.abs(_step(season, history).mean())),
    ),
    Mistake(
        "forecast errors whose signs cancel",
        "A forecast that is too high as often as too low is not free of errors.",
        _scaled(lambda truth, forecast: np.abs((truth - forecast).mean(axis=0))),
    ),
    Mistake(
        "squared errors above, absolute ones below",
        "Both are mean absolute errors, so that the units cancel.",
        _scaled(lambda truth, forecast: ((truth - forecast) ** 2).mean(axis=0)),
    ),
    Mistake(
        "roots of mean squared errors, above and below",
        "That is RMSSE. This one takes absolute values.",
        _scaled(
            lambda truth, forecast: np.sqrt(((truth - forecast) ** 2).mean(axis=0)),
            lambda history, truth, season: np.sqrt((_step(season, history) ** 2).mean()),
        ),
    ),
    Mistake(
        "errors as a share of the truth",
        "That is MAPE, which explodes where the truth is near zero.",
        lambda history, truth, forecast, season: np.abs((truth - forecast) / truth).mean(axis=0),
    ),
    Mistake(
        "the ratio the wrong way round",
        "Lower is better: the error of the forecast stands above.",
        lambda history, truth, forecast, season: 1 / _scaled()(history, truth, forecast, season),
    ),
    Mistake(
        "one number for each window",
        "The mean runs over the windows. What is left is one number for each step ahead, (H,).",
        _scaled(lambda truth, forecast: np.abs(truth - forecast).mean(axis=1)),
    ),
    Mistake(
        "one number for everything",
        "The mean runs over the windows only. What is left is one number for each step ahead, (H,).",
        _scaled(lambda truth, forecast: np.abs(truth - forecast).mean()),
    ),
)
