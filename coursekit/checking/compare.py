"""Compare what an answer returned with what the reference returns, one tensor at a time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from coursekit.checking import facts
from coursekit.checking.exercise import FLOAT32_TOLERANCE, Exercise, Tensor
from coursekit.checking.localise import localise
from coursekit.checking.outcome import Finding, FindingKind


def relative_error(got: np.ndarray, want: np.ndarray) -> float:
    """max|got-want| / max|want|: one number per tensor, and a finite one. Where `want` is zero everywhere, the absolute
    error."""
    if want.size == 0:
        return 0.0
    with np.errstate(all="ignore"):
        scale = float(np.abs(want).max()) or 1.0
        return float(np.nan_to_num(np.abs(got.astype(float) - want).max() / scale, nan=np.finfo(float).max))


def accepts(exercise: Exercise, tensor: Tensor, got: np.ndarray, want: np.ndarray) -> bool:
    """Whether `compare` would find nothing wrong, of arrays of numbers of one shape."""
    if tensor.exact:
        return bool(np.array_equal(got, want))
    return relative_error(got, want) <= (exercise.tolerance if exercise.strict else FLOAT32_TOLERANCE)


def compare(
    exercise: Exercise, tensor: Tensor, got: np.ndarray, want: np.ndarray, sizes: Mapping[str, int]
) -> tuple[Finding | None, bool]:
    """What is wrong with one tensor (None: nothing), and whether it is right only to float32 precision."""
    if got.shape != want.shape:
        return _shape(tensor, got, want), False
    if tensor.exact:
        return _exact(tensor, got, want), False
    bad = ~np.isfinite(got)
    if bad.any() and np.isfinite(want).all():
        seen = facts.NotFinite(int(bad.sum()), got.size, _first(bad) if got.ndim else ())
        return Finding(FindingKind.NAN, tensor.name, seen), False
    error = relative_error(got, want)
    if error <= exercise.tolerance:
        return None, False
    if error <= FLOAT32_TOLERANCE and not exercise.strict:
        return None, True
    with np.errstate(all="ignore"):  # numbers that are far off overflow on the way
        where = localise(got.astype(float), want, tensor, sizes, exercise.tolerance)
    return Finding(FindingKind.VALUE, tensor.name, None, where, error, exercise.tolerance), False


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
    if not want.ndim:
        return Finding(FindingKind.VALUE, tensor.name, facts.NumberDiffers(got.item()))
    seen = facts.EntriesDiffer(int(wrong.sum()), wrong.size)
    return Finding(FindingKind.VALUE, tensor.name, seen, (facts.FirstDifference(_first(wrong)),))


def _first(marked: np.ndarray) -> tuple[int, ...]:
    return tuple(int(k) for k in np.argwhere(marked)[0])
