"""What people take for the sigmoid and for tanh, in any cell: known mistakes, as answers that can be run."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from coursekit.checking import Mistake

SLOPES = (1 / 5, 1 / 6, 1 / 4)
"""Of the hard sigmoids: Keras until version 2, PyTorch and Keras 3, and the tangent at zero."""


def hard_sigmoid(a: np.ndarray, slope: float = SLOPES[0]) -> np.ndarray:
    return np.clip(slope * a + 0.5, 0, 1)


def softsign(a: np.ndarray) -> np.ndarray:
    return a / (1 + np.abs(a))


def relu(a: np.ndarray) -> np.ndarray:
    return np.maximum(a, 0)


def hard_tanh(a: np.ndarray) -> np.ndarray:
    return np.clip(a, -1, 1)


HARD_GATE = (
    "a hard sigmoid, which is a clipped line, in place of the sigmoid",
    "A clipped line is exactly 0 or 1 from some argument on. The sigmoid has no corner, and reaches neither.",
)
SOFTSIGN = (
    "softsign, a / (1 + |a|), in place of tanh",
    "Both lie between -1 and 1, and are two functions: compare them at a = 1.",
)
CORNERS = (
    "a function with corners, ReLU or a clipped line, in place of tanh",
    "tanh has no corner: it bends towards -1 on one side and towards 1 on the other.",
)


HARD_GATES = tuple(f"a hard sigmoid of slope {slope:.3f}" for slope in SLOPES)
"""Faults of `faulty_step`; "softsign", "relu" and "hard tanh" are others."""


def torch_mistakes(answer: Callable[[str], Callable]) -> tuple[Mistake, Mistake, Mistake]:
    """The same of a GRU in PyTorch. answer: makes the wrong answer from a fault of `faulty_step`."""
    first, *others = map(answer, HARD_GATES)
    return (
        Mistake(*HARD_GATE, first, also=tuple(others)),
        Mistake(*SOFTSIGN, answer("softsign")),
        Mistake(*CORNERS, answer("relu"), also=(answer("hard tanh"),)),
    )


def gate_mistake(answer: Callable[[Callable], Callable]) -> Mistake:
    """answer: makes the wrong answer from what stands in the place of the sigmoid."""
    first, *others = (answer(partial(hard_sigmoid, slope=slope)) for slope in SLOPES)
    return Mistake(*HARD_GATE, first, also=tuple(others))


def state_mistakes(*answers: Callable[[Callable], Callable]) -> tuple[Mistake, Mistake]:
    """answers: each makes a wrong answer from what stands in the place of tanh, in one or in several places."""
    smooth, *other_smooth = (answer(softsign) for answer in answers)
    cornered, *other_cornered = (answer(function) for function in (relu, hard_tanh) for answer in answers)
    return (
        Mistake(*SOFTSIGN, smooth, also=tuple(other_smooth)),
        Mistake(*CORNERS, cornered, also=tuple(other_cornered)),
    )


# The way back: slopes of these functions, written with their values.

HARD_SLOPE = (
    "the slope of a hard sigmoid, one number, in place of that of the sigmoid",
    "Forward, the gates came out of the sigmoid. Is its slope the same at every value?",
)
SOFTSIGN_SLOPE = (
    "the slope of softsign in place of that of tanh",
    "Forward it was tanh. What is the derivative of tanh, in terms of its value?",
)


def hard_slope(value: np.ndarray, slope: float = SLOPES[0]) -> np.ndarray:
    return np.where((value > 0) & (value < 1), slope, 0.0)


def softsign_slope(value: np.ndarray) -> np.ndarray:
    return (1 - np.abs(value)) ** 2


def gate_slope_mistake(answer: Callable[[Callable], Callable]) -> Mistake:
    """answer: makes the wrong answer from the slope that is taken of each gate, as a function of the gate's value."""
    first, *others = (answer(partial(hard_slope, slope=slope)) for slope in SLOPES)
    return Mistake(*HARD_SLOPE, first, also=tuple(others))


def state_slope_mistake(*answers: Callable[[Callable], Callable]) -> Mistake:
    """answers: each makes a wrong answer from the slope that is taken of tanh, in one or in several places."""
    first, *others = (answer(softsign_slope) for answer in answers)
    return Mistake(*SOFTSIGN_SLOPE, first, also=tuple(others))
