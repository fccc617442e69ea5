"""Lesson 00, numerical tools: stable sigmoid and softmax, a relative error, a gradient by differences."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.topics.numerical_tools import mistakes
from coursekit.topics.numerical_tools.answers import numerical_gradient, relative_error, sigmoid, softmax

LESSON = "00_numerical_tools"


def _numbers(rng: np.random.Generator, low: float, high: float, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers from low to high in steps of 1/8: float32 holds them exactly, even near 1000."""
    return rng.integers(round(8 * low), round(8 * high), shape) / 8


def _draw_sigmoid(rng: np.random.Generator) -> Iterator[Draw]:
    # Far to the left and far to the right are two draws: the forms that overflow do so on one side or on both.
    yield Draw("a few numbers", {"x": rng.standard_normal((4, 3)) * 2}, {"N": 4, "H": 3})
    yield Draw("far to the left", {"x": _numbers(rng, -1000, -750, (2, 5))}, {"N": 2, "H": 5})
    yield Draw("far to the right", {"x": _numbers(rng, 750, 1000, (1, 7))}, {"N": 1, "H": 7})
    wide = np.concatenate([rng.standard_normal((2, 3, 2)), _numbers(rng, -1000, 1000, (2, 3, 2))], axis=2)
    yield Draw("three axes", {"x": wide}, {"N": 2, "T": 3, "H": 4})


register(
    Exercise(
        name="sigmoid",
        lesson=LESSON,
        asks="1 / (1 + exp(-x)) for every number of x, an array of any shape, without overflow at ±1000.",
        reference=sigmoid,
        returns=(Tensor("sigmoid(x)", ("...",)),),
        draw=_draw_sigmoid,
        no_overflow=True,
        mistakes=mistakes.SIGMOID,
        hints=(
            "np.exp(-x) overflows when x is a large negative number, np.exp(x) when it is a large positive "
            "one. Which exponential never overflows, whatever the sign of x?",
            "e = np.exp(-np.abs(x)) lies between 0 and 1. For x >= 0 the sigmoid is 1 / (1 + e).",
            "For x < 0, multiply numerator and denominator of 1 / (1 + exp(-x)) by exp(x), which is e there.",
            "np.where(x >= 0, ..., ...) chooses the numerator: 1 or e. The denominator is the same for both signs.",
        ),
        points=2,
    )
)


def _draw_softmax(rng: np.random.Generator) -> Iterator[Draw]:
    yield Draw("a few rows", {"x": rng.standard_normal((4, 3)) * 2}, {"N": 4, "K": 3})
    yield Draw("three axes", {"x": rng.standard_normal((2, 1, 5)) * 2}, {"N": 2, "T": 1, "K": 5})
    large = _numbers(rng, -1000, 970, (3, 6))
    large[np.arange(3), rng.integers(0, 6, 3)] = _numbers(rng, 980, 1000, (3,))
    yield Draw("large numbers", {"x": large}, {"N": 3, "K": 6})
    heights = np.array([0.0, -800.0, 400.0, -1600.0])[:, None]
    yield Draw("rows at different heights", {"x": _numbers(rng, -3, 3, (4, 5)) + heights}, {"N": 4, "K": 5})


register(
    Exercise(
        name="softmax",
        lesson=LESSON,
        asks="exp(x) / sum(exp(x)) along the last axis of x, an array of any shape, without overflow.",
        reference=softmax,
        returns=(Tensor("softmax(x)", ("...", "K")),),
        draw=_draw_softmax,
        no_overflow=True,
        mistakes=mistakes.SOFTMAX,
        hints=(
            "Adding the same number to all entries of a row does not change its softmax. Which number makes "
            "the largest exponent zero?",
            "x.max(axis=-1, keepdims=True) is the largest entry of every row, shaped so that it can be subtracted.",
            "e = np.exp(x - largest), then divide by the sum of e along the same axis, with keepdims=True again.",
        ),
        points=2,
    )
)


def _reference_and_answer(
    rng: np.random.Generator, shape: tuple[int, ...], far: float, zeros: bool = True, beyond: bool = False
) -> dict[str, np.ndarray]:
    """Arguments a and b in which every way to measure wrongly gives another number than the right way.

    beyond: whether the largest entry of a is larger than that of b.
    """
    b = rng.uniform(0.3, 1.0, shape) * rng.choice([-1.0, 1.0], shape)
    a = b + rng.uniform(0.05, 0.2, shape) * rng.choice([-1.0, 1.0], shape)
    flat_a, flat_b = a.reshape(-1), b.reshape(-1)
    largest, worst, zero_in_both, zero = rng.choice(b.size, 4, replace=False)
    flat_b[largest] = -rng.uniform(2.7, 3.3)  # the largest entry is negative, and so is the one of a, a smaller one
    flat_a[largest] = flat_b[largest] + rng.uniform(0.2, 0.3) * (-1 if beyond else 1)
    flat_b[worst] = 1.2  # the largest difference is a negative one, at an entry that is not large
    flat_a[worst] = flat_b[worst] - far * rng.uniform(0.5, 0.9)
    flat_a[zero_in_both] = flat_b[zero_in_both] = 0.0
    flat_a[zero], flat_b[zero] = rng.uniform(0.05, 0.2), 0.0
    if not zeros:  # where nothing is zero, a division entry by entry gives a number
        for place in (zero_in_both, zero):
            flat_b[place] = rng.uniform(0.3, 1.0)
            flat_a[place] = flat_b[place] + rng.uniform(0.05, 0.2)
    return {"a": a, "b": b}


def _draw_pairs(rng: np.random.Generator) -> Iterator[Draw]:
    for name, (shape, far) in {"small": ((2, 3), 1), "a vector": ((7,), 1), "far off": ((2, 3, 4), 5)}.items():
        yield Draw(name, _reference_and_answer(rng, shape, far), {"entries": int(np.prod(shape))})
    yield Draw("no zeros", _reference_and_answer(rng, (3, 4), 1, zeros=False), {"entries": 12})
    yield Draw("a beyond b", _reference_and_answer(rng, (5, 2), 1, beyond=True), {"entries": 10})


register(
    Exercise(
        name="relative_error",
        lesson=LESSON,
        asks="max|a - b| / max|b|: how far the array a is from the reference b, as one number.",
        reference=relative_error,
        returns=(Tensor("error"),),
        draw=_draw_pairs,
        mistakes=mistakes.RELATIVE_ERROR,
        hints=(
            "Two maxima, each over the whole array, and one division at the very end.",
            "np.abs(a - b).max() is the largest difference. Its unit is the largest entry of the reference.",
        ),
        points=1,
    )
)


# Functions to differentiate. Central differences with any step from 1e-4 down to 1e-7 are right to 2e-8 on them,
# one-sided ones with their best step are not: see `_valley`.


def _layer(rng: np.random.Generator):
    W, b = rng.uniform(-1, 1, (3, 4)), rng.uniform(-1, 1, 4)
    return lambda x: np.tanh(x @ W + b)


def _turned(x):
    return x.T  # a view: whoever changes x afterwards changes this as well


def _valley(x):
    """A square. Its central difference is exact whatever the step. The one-sided one is off by the step, and
    near the minimum, where the slope is small, that is much."""
    return (x**2).sum(axis=1)


def _table(x):
    return np.outer(np.sin(x), np.exp(x))


def _draw_functions(rng: np.random.Generator) -> Iterator[Draw]:
    near_zero = rng.uniform(1e-3, 2e-3, (3, 2)) * rng.choice([-1.0, 1.0], (3, 2))
    for name, f, x in (
        ("a layer, tanh(x @ W + b)", _layer(rng), rng.standard_normal((2, 3))),
        ("the transpose, x.T", _turned, rng.standard_normal((2, 3))),
        ("a sum of squares near its minimum", _valley, near_zero),
        ("a product of every pair", _table, rng.standard_normal(5)),
        ("another layer, one row", _layer(rng), rng.standard_normal((1, 3))),
    ):
        upstream = rng.uniform(0.5, 1.5, f(x).shape) * rng.choice([-1.0, 1.0], f(x).shape)
        yield Draw(name, {"f": f, "x": x, "upstream": upstream}, {"entries of x": x.size})


register(
    Exercise(
        name="numerical_gradient",
        lesson=LESSON,
        asks="The gradient of sum(f(x) * upstream) with respect to x, of its shape, by central differences.",
        reference=numerical_gradient,
        returns=(Tensor("gradient", ("...",)),),
        draw=_draw_functions,
        parts={"above": "x with a small step", "below": "x with a small step"},
        strict=True,
        mistakes=mistakes.NUMERICAL_GRADIENT,
        hints=(
            "Take one entry of x at a time. Let it be larger by a step, then smaller by the same step, and "
            "see how much f changes.",
            "`for index in np.ndindex(x.shape)` goes through all entries of an array of any shape.",
            "Give f a copy of x each time: plus = x.copy(); plus[index] += step. Then x itself never changes.",
            "np.sum((f(plus) - f(minus)) * upstream) / (2 * step) is the gradient at that entry. 1e-5 is a good step.",
        ),
        points=3,
    )
)
