"""Runnable mistakes of lesson 10: scores that know the future, thresholds that know the test, alarms counted twice."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.topics.anomaly.answers import count_alarms, moving_z_score
from coursekit.topics.anomaly.events import runs


def _z(window: Callable[[np.ndarray, int, int], np.ndarray], *, begin: int | None = None, ddof: int = 0) -> Callable:
    """Scores with another window: window(values, t, length). begin: the first reading with a score."""

    def answer(values: np.ndarray, length: int) -> np.ndarray:
        score = np.zeros(len(values))
        for t in range(length if begin is None else begin, len(values)):
            usual = window(values, t, length)
            score[t] = abs(values[t] - usual.mean()) / usual.std(ddof=ddof)
        return score

    return answer


def _before(values: np.ndarray, t: int, length: int) -> np.ndarray:
    return values[t - length : t]


def _centred(values: np.ndarray, t: int, length: int) -> np.ndarray:
    return values[max(0, t - length // 2) : t + length // 2 + 1]


def _signed(values: np.ndarray, length: int) -> np.ndarray:
    score = moving_z_score(values, length)
    return score * np.sign([values[t] - values[max(0, t - length) : t + 1].mean() for t in range(len(values))])


def _as_rolled(values: np.ndarray, length: int) -> np.ndarray:
    """Series.rolling(length) of pandas, as it comes."""
    return _z(lambda values, t, length: values[t - length + 1 : t + 1], begin=length - 1, ddof=1)(values, length)


def _over(spread: Callable[[np.ndarray, np.ndarray], float]) -> Callable:
    """The distance to the moving mean in another unit: spread(window, all values)."""

    def answer(values: np.ndarray, length: int) -> np.ndarray:
        score = np.zeros(len(values))
        for t in range(length, len(values)):
            usual = values[t - length : t]
            score[t] = abs(values[t] - usual.mean()) / spread(usual, values)
        return score

    return answer


Z_SCORE = (
    Mistake(
        "a window that ends with the reading itself",
        "An anomaly that helps to say what is usual makes itself look more usual.",
        _z(lambda values, t, length: values[t - length + 1 : t + 1]),
    ),
    Mistake(
        "rolling(length) of pandas as it comes: windows that end with the reading itself, deviations with length - 1",
        "shift(1) leaves the reading out of its window, and std(ddof=0) divides by length.",
        _as_rolled,
    ),
    Mistake(
        "a window around the reading, which looks into the future",
        "When reading t arrives, reading t + 1 does not exist yet.",
        _z(_centred),
    ),
    Mistake(
        "a window after the reading, which looks into the future",
        "values[t + 1:] has not been measured yet when an alarm at t has to be given.",
        _z(lambda values, t, length: values[t + 1 : t + 1 + length] if t + 2 < len(values) else values[t - length : t]),
    ),
    Mistake(
        "the mean and the standard deviation of the whole recording",
        "They contain the future, and a slow drift looks like an anomaly.",
        _z(lambda values, t, length: values),
    ),
    Mistake(
        "all readings so far instead of the last `length`",
        "With a drift, what was usual long ago is not usual now. Only `length` readings count.",
        _z(lambda values, t, length: values[:t]),
    ),
    Mistake(
        "a window that is one reading too short",
        "Count the readings in your window: there should be `length`, and t - 1 is the last.",
        _z(lambda values, t, length: values[t - length + 1 : t]),
    ),
    Mistake(
        "a window that leaves out the reading just before",
        "Reading t - 1 is known when t arrives.",
        _z(lambda values, t, length: values[max(0, t - length - 1) : t - 1]),
    ),
    Mistake(
        "scores with a sign",
        "Too low is as unusual as too high: the distance has no sign.",
        _signed,
    ),
    Mistake(
        "a division by the variance",
        "The score has no unit. What is the unit of a variance?",
        _over(lambda usual, values: usual.var()),
    ),
    Mistake(
        "a distance that is not divided by anything",
        "Whether three bar is much depends on the spread of the readings before.",
        _over(lambda usual, values: 1.0),
    ),
    Mistake(
        "the moving mean with the standard deviation of the whole recording",
        "The standard deviation comes from the same window as the mean.",
        _over(lambda usual, values: values.std()),
    ),
    Mistake(
        "the standard deviation with length - 1",
        "np.std divides by the number of readings unless it is told otherwise, and so do we here.",
        _z(_before, ddof=1),
    ),
    Mistake(
        "scores for readings that have too little past",
        "The first `length` scores are zero.",
        _z(lambda values, t, length: values[max(0, t - length) : t], begin=2),
    ),
    Mistake(
        "scores without the zeros for the first readings",
        "There is one score for each reading: the first `length` are zero.",
        lambda values, length: moving_z_score(values, length)[length:],
    ),
)


def _by_rank(
    allowed: Callable[[int, int, float, float], int],
    scores: Callable[[np.ndarray, np.ndarray], np.ndarray] = lambda valid, test: valid,
) -> Callable:
    """A threshold at another rank, or of other scores. allowed(V, M, alarms_per_day, per_day)."""

    def answer(valid: np.ndarray, test: np.ndarray, alarms_per_day: float, per_day: float) -> tuple:
        known = np.sort(scores(valid, test))
        threshold = known[-1 - allowed(len(known), len(test), alarms_per_day, per_day)]
        return threshold, test > threshold

    return answer


def _allowed(length: int, _: int, rate: float, per_day: float) -> int:
    return math.floor(rate * length / per_day)


def _threshold(of: Callable[[np.ndarray, float], float]) -> Callable:
    """Another threshold from the validation scores: of(valid, share of readings that may be above)."""

    def answer(valid: np.ndarray, test: np.ndarray, alarms_per_day: float, per_day: float) -> tuple:
        threshold = of(valid, alarms_per_day / per_day)
        return threshold, test > threshold

    return answer


def _at_least(valid: np.ndarray, test: np.ndarray, alarms_per_day: float, per_day: float) -> tuple:
    threshold = _by_rank(_allowed)(valid, test, alarms_per_day, per_day)[0]
    return threshold, test >= threshold


def _below(valid: np.ndarray, test: np.ndarray, alarms_per_day: float, per_day: float) -> tuple:
    threshold = _by_rank(_allowed)(valid, test, alarms_per_day, per_day)[0]
    return threshold, test < threshold


def _sorted_in_place(valid: np.ndarray, test: np.ndarray, alarms_per_day: float, per_day: float) -> tuple:
    valid.sort()
    return _by_rank(_allowed)(valid, test, alarms_per_day, per_day)


THRESHOLD = (
    Mistake(
        "a threshold from the test scores",
        "The test scores are those of the future: nobody has them when the threshold is set.",
        _by_rank(_allowed, lambda valid, test: test),
    ),
    Mistake(
        "a threshold from validation and test scores together",
        "The test scores are those of the future: nobody has them when the threshold is set.",
        _by_rank(_allowed, lambda valid, test: np.concatenate([valid, test])),
    ),
    Mistake(
        "alarms per day taken as alarms in the whole validation part",
        "How many days does the validation part last?",
        _by_rank(lambda V, M, rate, per_day: math.floor(rate)),
    ),
    Mistake(
        "the days of the test part",
        "The alarms allowed are those for the days of the validation part.",
        _by_rank(lambda V, M, rate, per_day: min(V - 1, math.floor(rate * M / per_day))),
    ),
    Mistake(
        "a number of alarms that is rounded up",
        "At most so many a day: 2.6 alarms allowed are two.",
        _by_rank(lambda V, M, rate, per_day: math.ceil(rate * V / per_day)),
    ),
    Mistake(
        "the smallest score that may still be above",
        "If k scores may be above the threshold, the threshold is the next lower one.",
        _by_rank(lambda *how: _allowed(*how) - 1),
    ),
    Mistake(
        "the largest validation score",
        "That allows no alarm at all in the validation part. How many are allowed?",
        _by_rank(lambda V, M, rate, per_day: 0),
    ),
    Mistake(
        "a rank counted from the lowest score",
        "The alarms are the highest scores, so count from the top.",
        _by_rank(lambda V, M, rate, per_day: V - 1 - math.floor(rate * V / per_day)),
    ),
    Mistake(
        "an interpolated quantile",
        "The threshold should be one of the scores. np.quantile goes between two of them unless it is told otherwise.",
        _threshold(lambda valid, share: float(np.quantile(valid, 1 - share))),
    ),
    Mistake(
        "a quantile, taken up to the next score",
        "A quantile counts the steps between the scores, one fewer than there are scores. Count the scores that may be "
        "above.",
        _threshold(lambda valid, share: float(np.quantile(valid, 1 - share, method="higher"))),
    ),
    Mistake(
        "three standard deviations above the mean",
        "The scores are not Gaussian, and three standard deviations do not say how many alarms a day that gives.",
        _threshold(lambda valid, share: valid.mean() + 3 * valid.std()),
    ),
    Mistake(
        "alarms at the threshold itself",
        "An alarm is above the threshold, as in the validation part.",
        _at_least,
    ),
    Mistake("alarms below the threshold", "A high score is unusual.", _below),
    Mistake(
        "an array that is sorted in place", "np.sort makes a new array. valid.sort() changes yours.", _sorted_in_place
    ),
)


def _readings(alarm: np.ndarray, anomalous: np.ndarray, tolerance: int, patience: int) -> tuple:
    return (alarm & anomalous).sum(), anomalous.sum(), (alarm & ~anomalous).sum()


def _false_readings(alarm: np.ndarray, anomalous: np.ndarray, tolerance: int, patience: int) -> tuple:
    return count_alarms(alarm, anomalous, tolerance, 0)


def _found_by_alarm(alarm: np.ndarray, anomalous: np.ndarray, tolerance: int, patience: int) -> tuple:
    right = count_alarms(alarm, anomalous, tolerance, patience)
    return sum(int(alarm[a : b + tolerance + 1].sum()) for a, b in runs(anomalous)), right.events, right.false


def _inside(alarm: np.ndarray, anomalous: np.ndarray, tolerance: int, patience: int) -> tuple:
    edges = np.flatnonzero(np.diff(anomalous.astype(int)))
    cut = anomalous.copy()
    for start, end in runs(anomalous):
        if start == 0 or end == len(anomalous) - 1:
            cut[start : end + 1] = False
    return count_alarms(alarm, cut, tolerance, patience) if len(edges) else (0, 0, 0)


def _both_sides(alarm: np.ndarray, anomalous: np.ndarray, tolerance: int, patience: int) -> tuple:
    wide = anomalous.copy()
    for start, _ in runs(anomalous):
        wide[max(0, start - tolerance) : start] = True
    return count_alarms(alarm, wide, tolerance, patience)


def _belonging(anomalous: np.ndarray, tolerance: int) -> np.ndarray:
    """True for the readings whose alarms belong to an event. (T,)"""
    belongs = np.zeros(len(anomalous), bool)
    for start, end in runs(anomalous):
        belongs[start : end + tolerance + 1] = True
    return belongs


def _chain(alarm: np.ndarray, anomalous: np.ndarray, tolerance: int, patience: int) -> tuple:
    right = count_alarms(alarm, anomalous, tolerance, patience)
    belongs = _belonging(anomalous, tolerance)
    places = np.flatnonzero(alarm & ~belongs)
    return right.found, right.events, int(len(places) > 0) + int((np.diff(places) > patience).sum())


def _silenced_by_events(alarm: np.ndarray, anomalous: np.ndarray, tolerance: int, patience: int) -> tuple:
    right = count_alarms(alarm, anomalous, tolerance, patience)
    belongs = _belonging(anomalous, tolerance)
    false, quiet_until = 0, -1
    for place in np.flatnonzero(alarm):
        if place > quiet_until or belongs[place]:
            false, quiet_until = false + (not belongs[place]), place + patience
    return right.found, right.events, false


def _joined(alarm: np.ndarray, anomalous: np.ndarray, tolerance: int, patience: int) -> tuple:
    return count_alarms(alarm, _belonging(anomalous, tolerance), 0, patience)


def _exchanged(alarm: np.ndarray, anomalous: np.ndarray, tolerance: int, patience: int) -> tuple:
    return count_alarms(anomalous, alarm, tolerance, patience)


def _with(tolerance_by: int | None = 0, patience_by: int = 0) -> Callable:
    """The right count with another tolerance or patience; tolerance_by None: no tolerance at all."""

    def answer(alarm: np.ndarray, anomalous: np.ndarray, tolerance: int, patience: int) -> tuple:
        tolerance = 0 if tolerance_by is None else tolerance + tolerance_by
        return count_alarms(alarm, anomalous, tolerance, patience + patience_by)

    return answer


COUNTING = (
    Mistake(
        "readings counted instead of events and alarms",
        "An event of ten readings is one event, and a telephone that rings for ten readings rang once.",
        _readings,
    ),
    Mistake(
        "every false reading counted as an alarm",
        "After a false alarm that counts, those in the next `patience` readings do not.",
        _false_readings,
    ),
    Mistake(
        "an event that is counted as often as there are alarms in it",
        "An event is found or it is not.",
        _found_by_alarm,
    ),
    Mistake(
        "no tolerance after an event",
        "An alarm up to `tolerance` readings after the end still finds the event, and is not false.",
        _with(tolerance_by=None),
    ),
    Mistake(
        "a tolerance that is one reading too short",
        "A slice leaves out its end: alarm[start:end + tolerance] misses the last reading that counts.",
        _with(tolerance_by=-1),
    ),
    Mistake(
        "a tolerance that is one reading too long",
        "The last reading that counts is end + tolerance.",
        _with(tolerance_by=1),
    ),
    Mistake(
        "a tolerance before an event as well",
        "An alarm before anything has happened was not caused by the event.",
        _both_sides,
    ),
    Mistake(
        "events at the edge of the recording that are overlooked",
        "A run may begin with the first reading or end with the last one: np.diff alone does not see that.",
        _inside,
    ),
    Mistake(
        "a silence that every alarm prolongs",
        "An alarm in the silence does not count, and so it begins no silence of its own.",
        _chain,
    ),
    Mistake(
        "a silence that is one reading too short",
        "After a counted alarm at p, the readings up to and including p + patience are silent.",
        _with(patience_by=-1),
    ),
    Mistake(
        "a silence that is one reading too long",
        "The reading p + patience + 1 is no longer silent.",
        _with(patience_by=1),
    ),
    Mistake(
        "a silence after an event",
        "Only false alarms that count silence the following ones. An event does not.",
        _silenced_by_events,
    ),
    Mistake(
        "events close to each other taken for one",
        "An event is a run of anomalous readings: where the run ends, it ends. The tolerance is for alarms.",
        _joined,
    ),
    Mistake(
        "alarms and labels exchanged", "The first argument is what was said, the second what was true.", _exchanged
    ),
)
