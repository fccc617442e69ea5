"""How sure a comparison is: the mean difference of pairs, and an interval around it."""

from __future__ import annotations

import functools
import math
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


def _t_quantile(freedom: int, level: float) -> float:
    """The t with P(|T| < t) = level, by bisection."""
    low, high = 0.0, 1.0
    while _central_probability(high, freedom) < level:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _central_probability(middle, freedom) < level else (low, middle)
    return (low + high) / 2


def _central_probability(t: float, freedom: int) -> float:
    """P(|T| < t) for Student's t: a finite sum (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4)."""
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = 0.0
    for k in range(2 + odd, freedom + 1, 2):
        total += term
        term *= cosine**2 * (k - 1) / k
    return 2 / math.pi * (angle + sine * total) if odd else sine * total
