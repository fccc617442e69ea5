"""Runnable mistakes of lesson 11: windows over gaps, scalers that saw the test, and ridges that punish too much."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake

# Whether the window that ends at `now` is kept: keep(minutes, now, length, ahead, step).
Keep = Callable[[np.ndarray, int, int, int, float], bool]


def _regular(steps: np.ndarray, step: float) -> bool:
    return bool((np.abs(steps - step) <= step / 2).all())


def _without_gap(minutes: np.ndarray, now: int, length: int, ahead: int, step: float) -> bool:
    return _regular(np.diff(minutes[now - length + 1 : now + ahead + 1]), step)


def _windows(keep: Keep = _without_gap, *, ahead_by: int = 0, last: int = 0) -> Callable:
    """Windows with another rule, targets `ahead_by` readings off, or an end of the loop `last` places off."""

    def answer(
        minutes: np.ndarray, values: np.ndarray, length: int, ahead: int, step: float
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        places = range(length - 1, len(values) - ahead - max(0, ahead_by) + last)
        now = np.array([k for k in places if keep(minutes, k, length, ahead + ahead_by, step)], int)
        return values[now[:, None] + np.arange(1 - length, 1)], values[now + ahead + ahead_by], now

    return answer


def _target_inside(minutes, values, length, ahead, step):
    inputs, _, now = _windows()(minutes, values, length, ahead, step)
    return inputs, values[now - length + 1 + ahead], now


def _first_place(minutes, values, length, ahead, step):
    inputs, targets, now = _windows()(minutes, values, length, ahead, step)
    return inputs, targets, now - length + 1


GAPS = (
    Mistake(
        "windows over gaps",
        "Side by side in the array is not side by side in time. Look at np.diff(minutes).",
        _windows(lambda minutes, now, length, ahead, step: True),
    ),
    Mistake(
        "a check of the inputs only, not of the way to the target",
        "With a gap after the last input the target is hours ahead, not `ahead` steps.",
        _windows(lambda m, now, length, ahead, step: _regular(np.diff(m[now - length + 1 : now + 1]), step)),
    ),
    Mistake(
        "a check of the way to the target only, not of the inputs",
        "A gap among the inputs makes them lie further back than they seem.",
        _windows(lambda m, now, length, ahead, step: _regular(np.diff(m[now : now + ahead + 1]), step)),
    ),
    Mistake(
        "a check of the whole span instead of each step",
        "A late reading and an early one cancel in the sum. Check every step.",
        _windows(
            lambda m, now, length, ahead, step: (
                abs(m[now + ahead] - m[now - length + 1] - (length + ahead - 1) * step) <= step / 2
            )
        ),
    ),
    Mistake(
        "a check for long steps only",
        "A reading that comes too early is irregular as well: the step has a lower limit too.",
        _windows(
            lambda m, now, length, ahead, step: bool(
                (np.diff(m[now - length + 1 : now + ahead + 1]) <= 1.5 * step).all()
            )
        ),
    ),
    Mistake(
        "a check that includes the step before the first input",
        "What came before the first input does not matter to the window.",
        _windows(lambda m, now, n, ahead, step: _regular(np.diff(m[max(now - n, 0) : now + ahead + 1]), step)),
    ),
    Mistake(
        "a check that stops one step before the target",
        "The last step, the one that ends at the target, counts too. Look at the end of the slice.",
        _windows(lambda m, now, length, ahead, step: _regular(np.diff(m[now - length + 1 : now + ahead]), step)),
    ),
    Mistake(
        "a target one reading too early",
        "`ahead` = 1 is the reading right after the last input.",
        _windows(ahead_by=-1, last=-1),
    ),
    Mistake(
        "a target one reading too late",
        "`ahead` = 1 is the reading right after the last input.",
        _windows(ahead_by=1),
    ),
    Mistake(
        "a target counted from the first input",
        "With ahead < length that target is one of the inputs: the model is shown its answer.",
        _target_inside,
    ),
    Mistake("windows without the last one", "The last target may be the last reading.", _windows(last=-1)),
    Mistake(
        "the place of the first input as `now`",
        "now is the moment of the forecast: the place of the last input.",
        _first_place,
    ),
)


def _by(numbers: Callable[[np.ndarray, np.ndarray], tuple], own: Callable | None = None) -> Callable:
    """Scaled by centre and scale from numbers(train, test); the test by own(train, test) if that is given."""

    def answer(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        (centre, scale), (centre_2, scale_2) = numbers(train, test), (own or numbers)(train, test)
        return (train - centre) / scale, (test - centre_2) / scale_2

    return answer


def _train(train: np.ndarray, test: np.ndarray) -> tuple[float, float]:
    return train.mean(), train.std()


def _test(train: np.ndarray, test: np.ndarray) -> tuple[float, float]:
    return test.mean(), test.std()


def _both(train: np.ndarray, test: np.ndarray) -> tuple[float, float]:
    together = np.concatenate([train, test])
    return together.mean(), together.std()


def _in_place(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    centre, scale = train.mean(), train.std()
    for windows in (train, test):
        windows -= centre
        windows /= scale
    return train, test


def _each_window(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return tuple((w - w.mean(axis=1, keepdims=True)) / w.std(axis=1, keepdims=True) for w in (train, test))


SCALING = (
    Mistake(
        "a scaler that was fitted on training and test windows together",
        "The mean and the deviation of the test are not known when the model is made.",
        _by(_both),
    ),
    Mistake(
        "a scaler that was fitted on the test windows",
        "The two numbers have to come from train.",
        _by(_test),
    ),
    Mistake(
        "a second scaler, fitted on the test windows, for the test",
        "The same reading must become the same number in train and in test. Use one pair of numbers for both.",
        _by(_train, _test),
    ),
    Mistake(
        "training windows that are scaled, and test windows that are not",
        "The model sees the test in the unit that it was trained in.",
        _by(_train, lambda train, test: (0.0, 1.0)),
    ),
    Mistake(
        "a mean and a deviation for each place in the window",
        "Every place holds the same quantity. One mean and one deviation for all numbers of train: no axis.",
        _by(lambda train, test: (train.mean(axis=0), train.std(axis=0))),
    ),
    Mistake(
        "windows that are each scaled by themselves",
        "Then a high and a low window look alike, and the level, which matters, is lost.",
        _each_window,
    ),
    Mistake(
        "a division by the variance",
        "The unit of a variance is that of the readings squared.",
        _by(lambda train, test: (train.mean(), train.var())),
    ),
    Mistake(
        "windows that are centred but not divided",
        "After centring comes the division by the standard deviation.",
        _by(lambda train, test: (train.mean(), 1.0)),
    ),
    Mistake(
        "windows that are divided but not centred",
        "Subtract the mean of train first.",
        _by(lambda train, test: (0.0, train.std())),
    ),
    Mistake(
        "a scaling by the smallest and the largest reading",
        "Use the mean and the standard deviation: one odd reading moves the smallest and the largest.",
        _by(lambda train, test: (train.min(), train.max() - train.min())),
    ),
    Mistake(
        "the sample's standard deviation (ddof=1)",
        "Take np.std as it comes.",
        _by(lambda train, test: (train.mean(), train.std(ddof=1))),
    ),
    Mistake(
        "windows that are changed in place",
        "train -= ... changes the caller's windows. Make new ones.",
        _in_place,
    ),
)


def _centred(X: np.ndarray, y: np.ndarray, penalty: np.ndarray, centre: bool = True) -> tuple[np.ndarray, float]:
    """Solve with a penalty matrix, X and y centred first or not; b makes the mean residual zero."""
    Xc, yc = (X - X.mean(axis=0), y - y.mean()) if centre else (X, y)
    w = np.linalg.solve(Xc.T @ Xc + penalty, Xc.T @ yc)
    return w, y.mean() - X.mean(axis=0) @ w


def _ridge(penalty: Callable[[np.ndarray, float], np.ndarray], centre: bool = True) -> Callable:
    return lambda X, y, strength: _centred(X, y, penalty(X, strength), centre)


def _eye(X: np.ndarray, strength: float) -> np.ndarray:
    return strength * np.eye(X.shape[1])


def _unit_deviations(X: np.ndarray, y: np.ndarray, strength: float) -> tuple[np.ndarray, float]:
    return _centred(X, y, strength * np.diag(X.var(axis=0)))


def _penalised_bias(X: np.ndarray, y: np.ndarray, strength: float) -> tuple[np.ndarray, float]:
    A = np.column_stack([X, np.ones(len(X))])
    both = np.linalg.solve(A.T @ A + strength * np.eye(A.shape[1]), A.T @ y)
    return both[:-1], both[-1]


def _no_bias(X: np.ndarray, y: np.ndarray, strength: float) -> tuple[np.ndarray, float]:
    return np.linalg.solve(X.T @ X + _eye(X, strength), X.T @ y), 0.0


def _least_squares(X: np.ndarray, y: np.ndarray, strength: float) -> tuple[np.ndarray, float]:
    mean = X.mean(axis=0)
    w = np.linalg.pinv(X - mean) @ (y - y.mean())
    return w, y.mean() - mean @ w


def _mean_as_bias(X: np.ndarray, y: np.ndarray, strength: float) -> tuple[np.ndarray, float]:
    return _centred(X, y, _eye(X, strength))[0], y.mean()


def _other_sign(X: np.ndarray, y: np.ndarray, strength: float) -> tuple[np.ndarray, float]:
    w, _ = _centred(X, y, _eye(X, strength))
    return w, y.mean() + X.mean(axis=0) @ w


def _ridge_in_place(X: np.ndarray, y: np.ndarray, strength: float) -> tuple[np.ndarray, float]:
    result = _centred(X, y, _eye(X, strength))
    X -= X.mean(axis=0)
    y -= y.mean()
    return result


RIDGE = (
    Mistake(
        "a ridge that penalises b as well",
        "A penalised b pulls the forecast's level to zero. Centre first, or leave b's entry of the penalty at 0.",
        _penalised_bias,
    ),
    Mistake("a fit without b", "X and y are far from zero. What does the line do at X = 0?", _no_bias),
    Mistake(
        "a b that ignores the mean of X",
        "b is the forecast at X = 0, not at the mean of X.",
        _mean_as_bias,
    ),
    Mistake("a b with the wrong sign of w", "At X = mean(X) the forecast is mean(y). Solve that for b.", _other_sign),
    Mistake(
        "least squares without a penalty",
        "strength has to appear on the diagonal.",
        _least_squares,
    ),
    Mistake(
        "a strength that is added to every entry of the matrix",
        "The penalty is sum(w**2): strength times the unit matrix. A number added to a matrix goes everywhere.",
        _ridge(lambda X, strength: np.full((X.shape[1], X.shape[1]), strength)),
    ),
    Mistake(
        "a penalty that is multiplied by the number of rows",
        "The squared errors are summed here, not averaged.",
        _ridge(lambda X, strength: len(X) * _eye(X, strength)),
    ),
    Mistake(
        "a penalty that is divided by the number of rows",
        "The squared errors are summed here, not averaged.",
        _ridge(lambda X, strength: _eye(X, strength) / len(X)),
    ),
    Mistake(
        "half the penalty",
        "The factor 2 of the derivative is in both terms and cancels.",
        _ridge(lambda X, strength: _eye(X, strength) / 2),
    ),
    Mistake(
        "the strength squared",
        "The penalty is strength * sum(w**2): w is squared, strength is not.",
        _ridge(lambda X, strength: _eye(X, strength**2)),
    ),
    Mistake(
        "a matrix of X as it is, with a b that is added afterwards",
        "Centre X and y before w is computed, not only for b.",
        _ridge(_eye, centre=False),
    ),
    Mistake(
        "inputs that are divided by their standard deviations first",
        "w is divided again afterwards, but the penalty has met another w. It belongs to the w of X as it is.",
        _unit_deviations,
    ),
    Mistake("X and y that are changed in place", "X -= ... changes the caller's array.", _ridge_in_place),
)
