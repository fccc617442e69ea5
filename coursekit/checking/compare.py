"""Compare what an answer returned with what the reference returns, one tensor at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from coursekit.checking.exercise import FLOAT32_TOLERANCE, Exercise, Tensor
from coursekit.checking.localise import localise


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, as sentences for the learner.

    kind:   "shape", "value", "nan", "type", "raised", "timeout", "exited", "not written",
            "changed", "random", "shared" or "overflow".
    what:   one sentence: which tensor and how.
    where:  sentences that localise it.
    error:  relative error max|a-b| / max|b| where there is one, with the tolerance it was held to.
    """

    kind: str
    what: str
    where: tuple[str, ...] = ()
    tensor: str = ""
    error: float | None = None
    tolerance: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def relative_error(got: np.ndarray, want: np.ndarray) -> float:
    """max|got-want| / max|want|: one number per tensor, and a finite one. Where `want` is zero everywhere, the absolute
    error."""
    if want.size == 0:
        return 0.0
    with np.errstate(all="ignore"):
        scale = float(np.abs(want).max()) or 1.0
        return float(np.nan_to_num(np.abs(got.astype(float) - want).max() / scale, nan=np.finfo(float).max))


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
        first = tuple(int(k) for k in np.argwhere(bad)[0])
        at = f", the first at index {list(first)}" if first else ""
        what = f"{tensor.name} has {int(bad.sum())} of {got.size} entries that are NaN or infinite{at}."
        return Finding("nan", what, tensor=tensor.name), False
    error = relative_error(got, want)
    if error <= exercise.tolerance:
        return None, False
    if error <= FLOAT32_TOLERANCE and not exercise.strict:
        return None, True
    what = f"{tensor.name} has the right shape and wrong numbers."
    with np.errstate(all="ignore"):  # numbers that are far off overflow on the way
        where = localise(got.astype(float), want, tensor, sizes, exercise.tolerance)
    return Finding("value", what, tuple(where), tensor.name, error, exercise.tolerance), False


def _shape(tensor: Tensor, got: np.ndarray, want: np.ndarray) -> Finding:
    shape = got.shape if got.ndim else "a single number"
    what = f"{tensor.name} has the wrong shape: expected {tensor.describe_shape(want.shape)}, got {shape}."
    where = ()
    if sorted(got.shape) == sorted(want.shape) and got.ndim > 1:
        where = ("The sizes are right and their order is not: are two axes swapped?",)
    elif got.ndim == want.ndim - 1 and tensor.sequence is not None:
        k = tensor.axes.index(tensor.sequence)
        if got.shape == want.shape[:k] + want.shape[k + 1 :]:
            where = (f"The time axis ({tensor.sequence}) is missing: is only one time step returned?",)
    return Finding("shape", what, where, tensor.name)


def _exact(tensor: Tensor, got: np.ndarray, want: np.ndarray) -> Finding | None:
    wrong = np.atleast_1d(got != want)
    if not wrong.any():
        return None
    where = ()
    if want.ndim:
        first = [int(k) for k in np.argwhere(wrong)[0]]
        where = (f"The first difference is at index {first}.",)
        what = f"{tensor.name} differs in {int(wrong.sum())} of {wrong.size} entries."
    else:
        what = f"{tensor.name} is {got.item()}, which is not what is expected."
    return Finding("value", what, where, tensor.name)
