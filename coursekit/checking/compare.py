"""Compare what an answer returned with what the reference returns, one tensor at a time."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from enum import StrEnum

import numpy as np

from coursekit.checking import facts
from coursekit.checking.exercise import FLOAT32_TOLERANCE, Exercise, Tensor
from coursekit.checking.localise import localise, never_filled, never_written, one_value
from coursekit.checking.outcome import Finding, FindingKind

_PRECISIONS = {"float16": 1e-2, "bfloat16": 5e-2, "float32": FLOAT32_TOLERANCE}
"""Relative errors below which numbers of a type are right for what they are."""


class Rounded(StrEnum):
    """How a tensor that counts as right is less exact than float64 arithmetic makes it."""

    NO = "no"
    FLOAT32 = "float32"
    OTHERWISE = "otherwise"


def relative_error(got: np.ndarray, want: np.ndarray) -> float:
    """max|got-want| / max|want|: one number per tensor, and a finite one. Where `want` is zero everywhere, the absolute
    error."""
    if want.size == 0:
        return 0.0
    with np.errstate(all="ignore"):
        scale = float(np.abs(want).max()) or 1.0
        error = float(np.abs(got.astype(float, copy=False) - want).max() / scale)
    return error if math.isfinite(error) else sys.float_info.max


def accepts(exercise: Exercise, tensor: Tensor, got: np.ndarray, want: np.ndarray) -> bool:
    """Whether `compare` would find nothing wrong, of arrays of numbers of one shape."""
    if tensor.exact:
        return bool(np.array_equal(got, want))
    return relative_error(got, want) <= (exercise.tolerance if exercise.strict else FLOAT32_TOLERANCE)


def compare(
    exercise: Exercise, tensor: Tensor, got: np.ndarray, want: np.ndarray, sizes: Mapping[str, int]
) -> tuple[Finding | None, Rounded]:
    """What is wrong with one tensor (None: nothing), and whether it is right to less than float64 precision."""
    if got.shape != want.shape:
        return _shape(tensor, got, want), Rounded.NO
    bad = ~np.isfinite(got)
    if tensor.exact and not bad.any():
        return _exact(tensor, got, want), Rounded.NO
    if bad.any() and np.isfinite(want).all():
        seen = facts.NotFinite(int(bad.sum()), got.size, _first(bad) if got.ndim else ())
        return Finding(FindingKind.NAN, tensor.name, seen), Rounded.NO
    error = relative_error(got, want)
    if error <= exercise.tolerance:
        return None, Rounded.NO
    precision = _precision(got)
    if error <= FLOAT32_TOLERANCE and not exercise.strict:
        return None, Rounded.FLOAT32 if precision else Rounded.OTHERWISE
    if error <= _PRECISIONS.get(precision, 0.0):
        low = facts.LowPrecision(precision)
        return Finding(FindingKind.VALUE, tensor.name, low, (), error, exercise.tolerance), Rounded.NO
    with np.errstate(all="ignore"):  # numbers that are far off overflow on the way
        where = localise(got.astype(float), want, tensor, sizes, exercise.tolerance)
    return Finding(FindingKind.VALUE, tensor.name, None, where, error, exercise.tolerance), Rounded.NO


def _precision(got: np.ndarray) -> str:
    """The least precise type whose numbers these are, whatever type they have now; "" for float64."""
    with np.errstate(all="ignore"):
        single = got.astype(np.float32)
        if np.any((single != got) & (got == got)):  # NaN is NaN in every type
            return ""
        if np.array_equal(single.astype(np.float16), got, equal_nan=True):
            return "float16"
    return "float32" if (single.view(np.uint32) & 0xFFFF).any() else "bfloat16"


def _shape(tensor: Tensor, got: np.ndarray, want: np.ndarray) -> Finding:
    where = ()
    if sorted(got.shape) == sorted(want.shape) and got.ndim > 1:
        where = (facts.SwappedAxes(),)
    elif got.ndim == want.ndim - 1 and tensor.sequence is not None:
        k = tensor.axes.index(tensor.sequence)
        if got.shape == want.shape[:k] + want.shape[k + 1 :]:
            where = (facts.NoTimeAxis(tensor.sequence),)
    return Finding(FindingKind.SHAPE, tensor.name, facts.WrongShape(want.shape, got.shape, tensor.axes), where)


def _exact(tensor: Tensor, got: np.ndarray, want: np.ndarray) -> Finding | None:
    wrong = got != want
    if not np.any(wrong):
        return None
    broken = got != np.rint(got) if got.dtype.kind == "f" else np.zeros(got.shape, bool)
    if broken.any():
        seen = facts.NotWhole(int(broken.sum()), got.size, float(got[broken].flat[0]))
        return Finding(FindingKind.VALUE, tensor.name, seen)
    if not want.ndim:
        return Finding(FindingKind.VALUE, tensor.name, facts.NumberDiffers(got.item()))
    seen = facts.EntriesDiffer(int(wrong.sum()), wrong.size)
    numbers = got.astype(float), want.astype(float)
    found = (
        never_written(*numbers) or one_value(*numbers),
        never_filled(*numbers, wrong, tensor),
        facts.FirstDifference(_first(wrong)),
    )
    return Finding(FindingKind.VALUE, tensor.name, seen, tuple(fact for fact in found if fact is not None))


def _first(marked: np.ndarray) -> tuple[int, ...]:
    return tuple(int(k) for k in np.argwhere(marked)[0])
