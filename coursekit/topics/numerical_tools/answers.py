"""Lesson 00, the right answers: sigmoid and softmax without overflow, a relative error, a gradient by differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)) for x of any shape. Every exponent is at or below zero."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def softmax(x: np.ndarray) -> np.ndarray:
    """exp(x) / sum(exp(x)) along the last axis of x (..., K). The largest exponent of each row is zero."""
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def relative_error(a: np.ndarray, b: np.ndarray) -> float:
    """max|a - b| / max|b|: how far `a` is from the reference `b` of the same shape, which is not zero everywhere."""
    return np.abs(a - b).max() / np.abs(b).max()


def numerical_gradient(f: Callable[[np.ndarray], np.ndarray], x: np.ndarray, upstream: np.ndarray) -> np.ndarray:
    """The gradient of sum(f(x) * upstream) with respect to x, of its shape, by central differences.

    upstream has the shape of f(x). f gets a copy of x each time, so that x never changes.
    """
    step = 1e-5
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[index] += step
        below[index] -= step
        gradient[index] = np.sum((f(above) - f(below)) * upstream) / (2 * step)
    return gradient
