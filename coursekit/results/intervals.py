"""How sure a comparison is: the mean difference of pairs and an interval around it, and what a count still allows."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Interval(NamedTuple):
    """A mean, and the ends of its confidence interval."""

    mean: float
    low: float
    high: float


def paired_comparison(a, b, t_table) -> Interval:
    """The mean of a - b over pairs (S,), and its interval by Student's t (Gosset 1908).

    a, b: (S,) results of two methods, entry s of both from the same seed. t_table[k]: the quantile for k
    degrees of freedom (`t_table`). Pairs share what their seed decides, data above all; it cancels in a - b.
    """
    difference = np.asarray(a, float) - np.asarray(b, float)
    mean, half = difference.mean(), t_table[len(difference) - 1] * standard_error(difference)
    return Interval(float(mean), float(mean - half), float(mean + half))


def standard_error(values) -> float:
    """The standard deviation of the mean of values (S,), estimated from the values themselves."""
    return float(np.std(values, ddof=1) / np.sqrt(len(values)))


def bootstrap_interval(
    statistic: Callable[[np.ndarray], float], cases: int, draws: int = 2000, seed: int = 0
) -> Interval:
    """A statistic of the cases, and its 95 % interval: they are drawn again and again with replacement (Efron 1979).

    statistic: of the cases with these numbers, an array (cases,) in which one may stand several times, or never.
    """
    rng = np.random.default_rng(seed)
    found = [statistic(rng.integers(cases, size=cases)) for _ in range(draws)]
    low, high = np.percentile(found, (2.5, 97.5))
    return Interval(float(statistic(np.arange(cases))), float(low), float(high))


def mean_interval(values, *, ratio: bool = False) -> Interval:
    """Mean and 95 % interval of values (S,). ratio: of their logarithms, given back as ratios."""
    values = np.asarray(values, float)
    if len(values) < 2:
        raise ValueError(f"values: an interval needs at least two, got {len(values)}")
    if not ratio:
        return paired_comparison(values, np.zeros_like(values), t_table(len(values)))
    if values.min() <= 0:
        raise ValueError(f"values: ratios are positive, got {values.min():g}")
    logs = np.log(values)
    return Interval(*(math.exp(end) for end in paired_comparison(logs, np.zeros_like(logs), t_table(len(logs)))))


@functools.cache
def t_table(size: int, level: float = 0.95) -> np.ndarray:
    """Entry k: how many standard errors an interval of that level reaches to each side, for k degrees of
    freedom. (size,); entry 0 is infinite, because one value says nothing about its own spread.
    """
    table = np.array([math.inf, *(_t_quantile(k, level) for k in range(1, size))])
    table.flags.writeable = False
    return table


def poisson_upper(count: int, level: float = 0.95) -> float:
    """The largest mean of a Poisson number that is still compatible with `count`: P(at most count) = 1 - level.

    For a count of zero it is 3.0, the rule of three (Hanley and Lippman-Hand 1983). Raises ValueError for a count below
    zero, or a level that is not between 0 and 1.
    """
    from mpmath import mp  # here: loading it takes a tenth of a second, and most who import this need no quantile

    if count < 0 or not 0 < level < 1:
        raise ValueError(f"expected a count from 0 and a level between 0 and 1, got {count} and {level}")
    beyond = count + 10 * math.sqrt(count + 1) - math.log(1 - level) + 10

    def short(mean):  # P(at most count) is the regularised upper gamma function (Abramowitz and Stegun 1964, 26.4.21)
        return mp.gammainc(count + 1, mean, regularized=True) - (1 - level)

    return float(mp.findroot(short, (0, beyond), solver="illinois"))


@functools.cache
def _t_quantile(freedom: int, level: float) -> float:
    """The t with P(|T| < t) = level, which is the regularised beta function of t² / (freedom + t²), 26.7.1 there."""
    from mpmath import mp

    def short(part):
        return mp.betainc(0.5, freedom / 2, 0, part, regularized=True) - level

    part = mp.findroot(short, (0, 1), solver="illinois")
    return float(mp.sqrt(freedom * part / (1 - part)))
