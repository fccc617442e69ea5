"""The known mistakes of lesson 00, as answers that can be run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.recurrence.squashing_mistakes import gate_mistake
from coursekit.reference.numerics import log_softmax
from coursekit.topics.numerical_tools.answers import sigmoid, softmax

# Sigmoid.


def _sigmoid_of_positive(x):
    return 1 / (1 + np.exp(-np.abs(x)))


def _both_branches(x):
    return np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x)))


def _falling(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, e, 1) / (1 + e)


def _sigmoid_in_place(x):
    positive = x >= 0
    np.abs(x, out=x)
    e = np.exp(-x)
    return np.where(positive, 1, e) / (1 + e)


SIGMOID = (
    Mistake(
        "an exponential that overflows for negative numbers: 1 / (1 + exp(-x))",
        "The number is right by luck (1 / infinity is 0), and NumPy warns. What is -x when x is -1000?",
        lambda x: 1 / (1 + np.exp(-x)),
    ),
    Mistake(
        "an exponential that overflows for positive numbers: exp(x) / (1 + exp(x))",
        "At x = 1000 this is infinity divided by infinity, which is nan. Write it so that no exponent is positive.",
        lambda x: np.exp(x) / (1 + np.exp(x)),
    ),
    Mistake(
        "np.where around two forms that are both computed for every number",
        "np.where chooses afterwards: both of its arguments are computed in full, and each overflows on one "
        "side. The exponential itself has to be harmless for both signs.",
        _both_branches,
    ),
    Mistake(
        "a sigmoid that falls: 1 / (1 + exp(x))",
        "The sigmoid rises from 0 to 1. What should it be at x = 1000?",
        lambda x: 1 / (1 + np.exp(x)),
    ),
    Mistake(
        "two cases that are exchanged, so that the sigmoid falls",
        "No exponential overflows, which is good. Which of the two cases belongs to x >= 0?",
        _falling,
    ),
    Mistake(
        "the case of positive numbers for all numbers",
        "With |x| alone the sign of x is forgotten. What should the result be at x = -1000?",
        _sigmoid_of_positive,
    ),
    Mistake(
        "tanh in place of the sigmoid",
        "tanh lies between -1 and 1, the sigmoid between 0 and 1. What should it be at x = 0?",
        np.tanh,
    ),
    gate_mistake(lambda hard: hard),
    Mistake(
        "a division of the 1 alone: 1 / 1 + exp(-x)",
        "A division comes before a sum. What has to stand below the line as a whole?",
        lambda x: 1 / 1 + np.exp(-x),
    ),
    Mistake(
        "the slope of the sigmoid, s * (1 - s)",
        "That is the derivative, which a later lesson needs. What is asked for is s itself.",
        lambda x: sigmoid(x) * sigmoid(-x),
    ),
    Mistake(
        "a sigmoid that changes x in place",
        "`x[...] = ...`, `x *= -1` and `out=x` change the caller's array. Compute into a new one.",
        _sigmoid_in_place,
    ),
)


# Softmax.


def _softmax(x, shift_axis=-1, sum_axis=-1):
    e = np.exp(x - x.max(axis=shift_axis, keepdims=True))
    return e / e.sum(axis=sum_axis, keepdims=True)


def _softmax_in_place(x):
    x -= x.max(axis=-1, keepdims=True)
    e = np.exp(x)
    return e / e.sum(axis=-1, keepdims=True)


SOFTMAX = (
    Mistake(
        "a softmax that overflows: no maximum is subtracted",
        "exp(1000) is infinity for a computer. Subtracting one number from a whole row changes nothing in its softmax.",
        lambda x: np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True),
    ),
    Mistake(
        "one maximum of the whole array, subtracted from every row",
        "A row that lies far below the maximum of another row becomes exp(-800) = 0 everywhere, and then 0 /"
        " 0. Every row needs its own maximum.",
        lambda x: _softmax(x, shift_axis=None),
    ),
    Mistake(
        "a softmax along the first axis",
        "Along which axis do your results add up to 1? It must be the last one.",
        lambda x: _softmax(x, 0, 0),
    ),
    Mistake(
        "a softmax along axis 1, which is the last one only where there are two",
        "x may have any number of axes. Which number stands for the last one?",
        lambda x: _softmax(x, 1, 1),
    ),
    Mistake(
        "the logarithm of the softmax",
        "Asked for are the probabilities themselves: they lie between 0 and 1.",
        lambda x: np.log(softmax(x)),
        also=(lambda x: log_softmax(x),),
    ),
    Mistake(
        "a sum over the whole array",
        "Every row is a distribution of its own: each adds up to 1, not all of them together.",
        lambda x: _softmax(x, sum_axis=None),
    ),
    Mistake(
        "exponentials that are not divided by their sum",
        "Probabilities add up to 1. What do your rows add up to?",
        lambda x: np.exp(x - x.max(axis=-1, keepdims=True)),
    ),
    Mistake(
        "a softmax of -x",
        "The largest number gets the largest probability.",
        lambda x: softmax(-x),
    ),
    Mistake(
        "the sigmoid in place of the softmax",
        "The sigmoid looks at one number at a time. In a softmax the entries of a row compete: they add up to 1.",
        sigmoid,
    ),
    Mistake(
        "a softmax that changes x in place",
        "`x -= ...` changes the caller's array. `x = x - ...` makes a new one.",
        _softmax_in_place,
    ),
)


# Relative error.


def _error_in_place(a, b):
    a -= b
    return np.abs(a).max() / np.abs(b).max()


_BY_ENTRY = (
    "Where the reference is near zero, such a ratio is huge or nan although the answer is fine. Take the two"
    " maxima first, and divide once."
)

RELATIVE_ERROR = (
    Mistake(
        "a division entry by entry: max(|a - b| / |b|)",
        _BY_ENTRY,
        lambda a, b: (np.abs(a - b) / np.abs(b)).max(),
    ),
    Mistake(
        "a division entry by entry, with |a| + |b| below the line",
        _BY_ENTRY,
        lambda a, b: (np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b))).max(),
    ),
    Mistake(
        "differences that keep their sign: max(a - b) / max|b|",
        "An answer that is far too small must not look good. What happens to a negative difference?",
        lambda a, b: (a - b).max() / np.abs(b).max(),
    ),
    Mistake(
        "a scale that keeps its sign: max|a - b| / max(b)",
        "The largest entry of b may be a negative one.",
        lambda a, b: np.abs(a - b).max() / b.max(),
    ),
    Mistake(
        "a mean in place of the maximum",
        "One wrong entry among a million must show. In a mean it disappears.",
        lambda a, b: np.abs(a - b).mean() / np.abs(b).mean(),
        also=(lambda a, b: np.abs(a - b).mean() / np.abs(b).max(),),
    ),
    Mistake(
        "the largest entry of a as the scale",
        "b is the reference, and the unit. An answer must not choose its own scale.",
        lambda a, b: np.abs(a - b).max() / np.abs(a).max(),
    ),
    Mistake(
        "the largest entry of a and b together as the scale",
        "b is the reference, and the unit. An answer that is far too large must not make its own error small.",
        lambda a, b: np.abs(a - b).max() / max(np.abs(a).max(), np.abs(b).max()),
        also=(lambda a, b: np.abs(a - b).max() / (np.abs(a) + np.abs(b)).max(),),
    ),
    Mistake(
        "an absolute error",
        "Is 0.001 a large error? That depends on how large the entries of b are.",
        lambda a, b: np.abs(a - b).max(),
    ),
    Mistake(
        "a ratio of Euclidean norms",
        "That is a good measure too, but another one: a single wrong entry counts less in a large array. "
        "Here both are maxima.",
        lambda a, b: np.linalg.norm(a - b) / np.linalg.norm(b),
    ),
    Mistake(
        "a relative error that changes a in place",
        "`a -= b` changes the caller's array. Put the difference into a new one.",
        _error_in_place,
    ),
)


# Numerical gradient.


def _differences(ahead: float, behind: float, divisor: float | None = None, weigh: Callable = np.multiply) -> Callable:
    """(f(x + ahead) - f(x + behind)) / (ahead - behind), entry by entry of x."""

    def gradient(f, x, upstream):
        result = np.zeros_like(x)
        for index in np.ndindex(x.shape):
            first, second = x.copy(), x.copy()
            first[index] += ahead
            second[index] += behind
            slope = (f(first) - f(second)) / (divisor or ahead - behind)
            result[index] = weigh(slope, upstream).sum()
        return result

    return gradient


def _in_place(restore: Callable, keep: Callable = np.array, h: float = 1e-5) -> Callable:
    """Central differences that shift x itself, and put it back with `restore(x, index, old, h)`."""

    def gradient(f, x, upstream):
        result = np.zeros_like(x)
        for index in np.ndindex(x.shape):
            old = x[index]
            x[index] += h
            above = keep(f(x))
            x[index] -= 2 * h
            below = keep(f(x))
            restore(x, index, old, h)
            result[index] = ((above - below) * upstream).sum() / (2 * h)
        return result

    return gradient


def _put_back(x, index, old, h):
    x[index] = old


def _step_back(x, index, old, h):
    x[index] += h


def _leave(x, index, old, h):
    pass


def _all_entries_at_once(f, x, upstream, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h) * upstream


_ONE_SIDED = (
    "Its error shrinks only like the step, that of the central difference like its square. Take one value on"
    " either side of x."
)
_TOO_SMALL = (
    "The two values of f agree in almost all digits, and their difference is mostly rounding. The lesson's "
    "figure shows which step is best."
)

NUMERICAL_GRADIENT = (
    *(
        Mistake(f"a one-sided difference, (f(x + h) - f(x)) / h with h = {h:g}", _ONE_SIDED, _differences(h, 0.0))
        for h in (1e-4, 1e-5, 1e-6)
    ),
    Mistake("a one-sided difference to the left, (f(x) - f(x - h)) / h", _ONE_SIDED, _differences(0.0, -1e-5)),
    *(Mistake(f"a step that is too small: h = {h:g}", _TOO_SMALL, _differences(h, -h)) for h in (1e-10, 1e-12)),
    Mistake(
        "a step that is too large: h = 0.01",
        "The error of the central difference grows like the square of its step. The lesson's figure shows "
        "which is best.",
        _differences(1e-2, -1e-2),
    ),
    Mistake(
        "a division by h in place of 2h",
        "The two points lie on either side of x. How far apart are they?",
        _differences(1e-5, -1e-5, divisor=1e-5),
    ),
    Mistake(
        "an upstream gradient that is ignored",
        "The loss is sum(f(x) * upstream). Each entry of f(x) has its own weight in it.",
        _differences(1e-5, -1e-5, weigh=lambda slope, upstream: slope),
    ),
    Mistake(
        "one shift of all entries of x at once",
        "That is right only if every entry of f(x) depends on one entry of x. Shift a single entry, and do "
        "this for each.",
        _all_entries_at_once,
    ),
    Mistake(
        "values of f that are not copied before x changes again",
        "f may return a view of x, as x.T is. When x changes, the value that you kept changes with it, and "
        "the difference is zero. Copy the value, or give f a copy of x.",
        _in_place(_put_back, keep=np.asarray),
    ),
    Mistake(
        "an x that is not restored",
        "After both shifts the entry must be what it was, or the next entry is differentiated somewhere else.",
        _in_place(_leave),
    ),
    Mistake(
        "an x that is restored only up to rounding",
        "x + h - 2h + h is not always x in floating-point numbers. Keep the old value and put it back, or "
        "shift a copy.",
        _in_place(_step_back),
    ),
)
