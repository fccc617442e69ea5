"""Readings over time, and how they come to lie on an even grid: every reading is kept, or the file is refused."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from coursekit.sources.text_file import BadFile

_LARGEST_GRID = 5_000_000  # rows: more than this after filling gaps is a wrong time in the file, not a long gap
_SECOND = 1_000_000  # all times below are whole microseconds
_COARSEST_CLOCK = 60 * _SECOND  # stamps that are multiples of more, such as days, are not rounded: they are meant
_SEVERAL = 8  # steps over which rounding evens out
_FEW = 4  # steps: after a gap of more the grid may begin anew
_LONG = 100  # steps: over such a gap they cannot be counted to one
_NEAR = 0.1  # of a step: how far a difference may be from a whole number of steps and still be regular


class Series(NamedTuple):
    """What a file holds.

    times: (T,) datetime64[us], strictly increasing, in UTC where the file gives an offset; None without a time column.
    values: (T,) for one column, (T, K) for several; float64, NaN where a cell is empty.
    """

    times: np.ndarray | None
    values: np.ndarray


def evenly_spaced(series: Series) -> tuple[np.ndarray, np.timedelta64]:
    """The values on a regular grid, NaN where a reading is missing, and the time between two of its points.

    Each reading goes to a point of its own. Times may be rounded (360 readings a second in milliseconds), may waver by
    less than half a step, and may be months. Returns values (T', ...) and the step; of months, their mean length.
    Raises BadFile if the series has no times, if fewer than half of its steps are regular, or if two readings belong to
    one point.
    """
    if series.times is None:
        raise BadFile("the series has no times to space evenly: read it with time='name of the column'")
    if len(series.times) < 2:
        raise BadFile("one time has no step: use a longer recording")
    ticks = series.times.astype("datetime64[us]").astype(np.int64)
    ticks = ticks - ticks[0]
    differences = np.diff(ticks)
    places = _places_of_a_coarse_clock(ticks)
    if places is None:
        places = _places(ticks, *_regular(differences))
    step = _step(ticks, places)
    if places[-1] >= _LARGEST_GRID:
        raise BadFile(
            f"from the first to the last time there are {places[-1]:,} steps of {step / _SECOND:g} s: look for a wrong "
            "date, or cut the recording"
        )
    if not (apart := np.diff(places) > 0).all():
        one, two = series.times[apart.argmin() : apart.argmin() + 2]
        raise BadFile(
            f"the readings at {one} and {two} belong to one point of a grid with steps of {step / _SECOND:g} s: take "
            "one of them out, or resample the recording first"
        )
    grid = np.full((places[-1] + 1, *series.values.shape[1:]), np.nan)
    grid[places] = series.values
    return grid, np.timedelta64(round(step * 1000), "ns")


def seconds(step: np.timedelta64) -> float:
    """A time difference in seconds."""
    return float(step / np.timedelta64(1, "s"))


def _regular(differences: np.ndarray) -> tuple[float, np.ndarray]:
    """The step, and which differences are whole numbers of it. Raises BadFile if fewer than half are."""
    commonest = _commonest(differences)
    step = differences[differences < 1.75 * commonest].mean()
    for _ in range(3):
        single = np.round(differences / step) == 1
        step = differences[single].mean() if single.any() else step
    counts = np.round(differences / step)
    if (few := (counts >= 1) & (counts <= _FEW)).any():  # those with a gap are rounded as well
        step = differences[few].sum() / counts[few].sum()
    for tried in (step, *_frequent(differences)):
        near = _near(differences, tried)
        if near.mean() >= 0.5:
            return tried, near
    raise BadFile(
        f"the times have no regular step (commonest: {commonest / _SECOND:g} s): resample the recording first"
    )


def _near(differences: np.ndarray, step: float) -> np.ndarray:
    """Which differences are whole numbers of the step, or may be so before they were rounded, (T - 1,)."""
    unit = np.gcd.reduce(differences)
    counts = np.round(differences / step)
    off = differences - counts * step
    rounded = unit <= min(_COARSEST_CLOCK, step) and _evens_out(np.where(counts <= _FEW, off, 0), unit + _NEAR * step)
    return (counts > 0) & (np.abs(off) <= max(_NEAR * step, unit if rounded else 0))


def _evens_out(off: np.ndarray, most: float) -> bool:
    """Rounding adds up to nothing over several steps. Where two steps take turns for a while, their mean does not."""
    sums = np.concatenate([[0], np.cumsum(off)])
    return bool((np.abs(sums[_SEVERAL:] - sums[:-_SEVERAL]) <= most).mean() >= 0.9) if len(sums) > _SEVERAL else True


def _frequent(differences: np.ndarray) -> np.ndarray:
    """Every fourth difference, or more, is one of these; the shortest first."""
    kinds, counts = np.unique(differences, return_counts=True)
    return kinds[counts >= 0.25 * len(differences)].astype(float)


def _commonest(differences: np.ndarray) -> float:
    """The commonest difference; the one in the middle if hardly two are equal."""
    kinds, counts = np.unique(differences, return_counts=True)
    return float(kinds[counts.argmax()]) if counts.max() >= 0.1 * len(differences) else float(np.median(differences))


def _places(ticks: np.ndarray, step: float, near: np.ndarray) -> np.ndarray:
    """The point of the grid for each reading, (T,).

    Where every short difference is regular, they are counted one by one: so a slow clock adds up to nothing, and after
    a gap the grid may begin anew. Else a late reading is followed by an early one, and the whole recording decides: of
    two steps the one from whose grid the readings stay nearer, as the commonest between the 1st and the 16th drifts.
    """
    differences = np.diff(ticks)
    counted = np.round(differences / step).astype(np.int64)
    if (counted > 0).all() and (near | (differences > 1.5 * step)).all():
        return np.concatenate([[0], np.cumsum(counted)])
    tried = [(each, np.round(ticks / each).astype(np.int64)) for each in (_commonest(differences), step)]
    fit = [one for one in tried if (np.diff(one[1]) > 0).all()] or tried[-1:]
    return min(fit, key=lambda one: np.abs(ticks / one[0] - one[1]).max())[1]


def _places_of_a_coarse_clock(ticks: np.ndarray) -> np.ndarray | None:
    """The points for stamps that are rounded to hardly less than a step, such as 900 a second in milliseconds.

    Then differences of one unit and of two alternate in a pattern that no gaps make: with one step for each, all stamps
    between two long gaps lie within one unit of a straight line, and all these lines are parallel. None if not.
    """
    differences = np.diff(ticks)
    unit = np.gcd.reduce(differences)
    short = differences <= 2 * unit
    double = (differences == 2 * unit).sum()
    # A few differences of two units can be gaps that happen to lie evenly; so can many by a clock of whole minutes.
    fewest = 6 if unit <= _SECOND else max(6, 0.2 * len(differences))
    if differences.min() > unit or double < fewest or unit > _COARSEST_CLOCK:
        return None
    step = differences[short].mean()
    starts = np.flatnonzero(np.concatenate([[True], differences > _LONG * step]))
    for _ in range(3):
        places = np.concatenate([[0], np.cumsum(np.where(short, 1, np.round(differences / step)))]).astype(np.int64)
        across, up = (values - np.repeat(*_means(values, starts)) for values in (places, ticks))
        step = across @ up / (across @ across)
    off = up - step * across
    spread = np.maximum.reduceat(off, starts) - np.minimum.reduceat(off, starts)
    return places if spread.max() <= 1.1 * unit else None


def _means(values: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean of each part that begins at one of these indices, and how long the part is."""
    lengths = np.diff([*starts, len(values)])
    return np.add.reduceat(values, starts) / lengths, lengths


def _step(ticks: np.ndarray, places: np.ndarray) -> float:
    """The time between two points in microseconds: the commonest difference if all agrees with it, else the mean."""
    mean, differences = ticks[-1] / max(places[-1], 1), np.diff(ticks)
    single = differences[np.diff(places) == 1]
    if not len(single):
        return mean
    commonest, unit = _commonest(single), np.gcd.reduce(differences)
    exact = abs(single.mean() - commonest) <= min(0.05 * unit, 0.001 * commonest)
    return commonest if exact or abs(commonest * places[-1] - ticks[-1]) <= _NEAR * commonest else mean
