"""Small numerical tools: stable sigmoid and softmax, a relative error, and a numerical gradient."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def sigmoid(x) -> np.ndarray:
    """The logistic function 1 / (1 + exp(-x)), for x of any shape; exact to rounding at ±1000 too.

    It only ever takes the exponential of a negative number, so nothing overflows. float32 stays float32.
    """
    x = np.asarray(x)
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, np.ones_like(e), e) / (1 + e)


def softmax(x, axis: int = -1) -> np.ndarray:
    """exp(x) / sum(exp(x)) along `axis`, shape of x. The shift by the maximum cancels, and stops overflow."""
    x = np.asarray(x)
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def log_softmax(x, axis: int = -1) -> np.ndarray:
    """log(softmax(x)) along `axis`, without the logarithm of a number that has underflowed to zero."""
    x = np.asarray(x)
    shifted = x - x.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def relative_error(a, b) -> float:
    """max|a - b| / max|b|: how far `a` is from the reference `b`, in units of the largest entry of `b`.

    One number for the whole array: entry by entry, correct code fails wherever the reference is close to
    zero. Equal arrays give 0.0, all zeros and empty ones included. A zero reference with a non-zero `a`, and
    any NaN or infinity on either side, give inf, which passes no tolerance. ValueError if the shapes differ.
    """
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        raise ValueError(f"relative_error: the shapes differ, {a.shape} and {b.shape}")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float("inf")
    a, b = a.astype(np.float64), b.astype(np.float64)
    with np.errstate(over="ignore"):
        error = np.abs(a - b).max(initial=0.0)
    scale = np.abs(b).max(initial=0.0)
    if error == 0.0:
        return 0.0
    return float(error / scale) if scale > 0.0 else float("inf")


def numerical_gradient(f: Callable, x, upstream=None, step: float = 1e-5) -> np.ndarray:
    """The gradient of sum(f(x) * upstream) with respect to x by central differences; float64, shape of x.

    f(x) is a number or an array. `upstream` has its shape: the gradient of a loss with respect to f(x), all
    ones if left out. x is never changed: f gets its own copy each time, and its answer is copied, in case it
    returns the same array again. The error grows as step², and below about 1e-6 rounding takes over. Costs
    two calls of f per entry of x. Raises ValueError if `upstream` does not have the shape of f(x).
    """
    x = np.array(x, dtype=np.float64)

    def value(index: tuple[int, ...], shift: float) -> np.ndarray:
        shifted = x.copy()
        shifted[index] += shift
        return np.array(f(shifted), dtype=np.float64)

    gradient = np.empty_like(x)
    for index in np.ndindex(x.shape):
        slope = (value(index, step) - value(index, -step)) / (2 * step)
        weight = np.ones_like(slope) if upstream is None else np.asarray(upstream)
        if weight.shape != slope.shape:
            raise ValueError(f"upstream: expected the shape of f(x), {slope.shape}, got {weight.shape}")
        gradient[index] = np.sum(slope * weight)
    return gradient
