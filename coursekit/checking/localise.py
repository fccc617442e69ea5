"""Where an array differs from the expected one: which time steps, which gate blocks, which entry, which factor."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np

from coursekit.checking import facts
from coursekit.checking.exercise import Tensor
from coursekit.checking.facts import Fact
from coursekit.checking.portable.unwritten import unwritten

_TINY = float(np.finfo(float).tiny)
_FEW = 4  # of so few entries nothing is said that an accident can explain


def localise(
    got: np.ndarray, want: np.ndarray, tensor: Tensor, sizes: Mapping[str, int], tolerance: float
) -> tuple[Fact, ...]:
    """Facts about where `got` differs from `want`, two arrays of the same shape, the most telling first."""
    error = np.abs(got - want)
    wrong = error > tolerance * max(float(np.abs(want).max(initial=0.0)), _TINY)
    left = never_written(got, want)
    if left is not None:
        return left, *(fact for fact in [_largest(error, tensor)] if fact and left.count < got.size)
    found = [
        _whole(got, want, sizes, tolerance),
        never_filled(got, want, wrong, tensor),
        _blocks(wrong, tensor),
        _swapped_blocks(got, want, tensor, tolerance),
        _steps(error, wrong, tensor),
        _shifted(got, want, tensor, tolerance),
        _other_axes(wrong, tensor),
        _largest(error, tensor),
    ]
    return tuple(fact for fact in found if fact is not None)


def _close(a: np.ndarray, b: np.ndarray, tolerance: float) -> bool:
    return a.shape == b.shape and a.size > 0 and float(np.abs(a - b).max()) <= tolerance * float(np.abs(b).max())


def all_alike(array: np.ndarray) -> bool:
    """Whether one number stands in all of several entries."""
    return array.size > 1 and bool(array.min() == array.max())


def one_value(got: np.ndarray, want: np.ndarray) -> facts.Whole | None:
    """Zero or another constant in every entry."""
    if not got.any():
        return facts.Zero()
    if all_alike(got) and want.min() < want.max():
        return facts.Constant(float(got.flat[0]))
    return None


def never_written(got: np.ndarray, want: np.ndarray) -> facts.NeverWritten | None:
    """Entries that hold what lay in memory that `np.empty` gave out."""
    left = unwritten(got) & ~unwritten(want)
    if not left.any():
        return None
    first = tuple(int(k) for k in np.unravel_index(int(left.argmax()), left.shape))
    return facts.NeverWritten(int(left.sum()), left.size, first)


def never_filled(got: np.ndarray, want: np.ndarray, wrong: np.ndarray, tensor: Tensor) -> facts.NeverFilled | None:
    """The first entries, or time steps, right and the others zero, at which a loop has ended too early."""
    right = int(wrong.size - wrong.sum())
    if wrong.size < _FEW or not 0 < right <= wrong.size // 2 or np.any(got[wrong]) or not np.all(want[wrong]):
        return None
    if tensor.sequence is not None:
        by_step = np.moveaxis(wrong, tensor.axes.index(tensor.sequence), 0)
        steps = [not step.any() for step in by_step]
        whole = sum(steps)
        if whole and all(steps[:whole]) and all(step.all() for step in by_step[whole:]):
            return facts.NeverFilled(right, wrong.size, steps=whole)
    if wrong.reshape(-1)[:right].any():
        return None
    return facts.NeverFilled(right, wrong.size, tuple(int(k) for k in np.unravel_index(right - 1, wrong.shape)))


def _sums(got: np.ndarray, want: np.ndarray) -> facts.SumsAlong | None:
    """Entries that sum to 1, along another axis than those that are expected."""
    if got.ndim < 2 or min(got.shape) < 2 or want.min() < 0:
        return None
    expected, found = ([k for k in range(a.ndim) if np.allclose(a.sum(axis=k), 1)] for a in (want, got))
    if len(expected) != 1 or expected[0] in found:
        return None
    if np.isclose(got.sum(), 1):
        return facts.SumsAlong(None, expected[0])
    return facts.SumsAlong(found[0], expected[0]) if found else None


_FRACTIONS = 2**24  # a number of float32 beyond it has none, whatever was computed


def _whole(got: np.ndarray, want: np.ndarray, sizes: Mapping[str, int], tolerance: float) -> facts.Whole | None:
    """One value, whole numbers, transposed, sums along another axis, 1 minus all, or a constant factor."""
    constant = one_value(got, want)
    if constant is not None:
        return constant
    integers = np.array_equal(got, np.rint(got)) and np.abs(got).max(initial=0) < _FRACTIONS
    if got.size > 1 and integers and not np.any(want == np.rint(want)):
        indices = got.min() >= 0 and got.max() < max(got.size, *want.shape, *sizes.values())
        return facts.Indices() if indices and len(np.unique(got)) > 2 else facts.Integers()
    sums = _sums(got, want)
    if sums is not None:
        return sums
    if want.size and want.min() < want.max() and _close(got, 1 - want, tolerance):
        return facts.OneMinus()
    if got.ndim == 2 and got.shape[0] == got.shape[1] > 1 and _close(got, want.T, tolerance):
        return facts.Transposed()
    factor = float((got * want).sum() / (want * want).sum()) if want.any() else 0.0
    if factor == 0.0 or not np.isfinite(factor) or abs(factor - 1) < 1e-6 or not _close(got, factor * want, 1e-6):
        return None
    if abs(factor + 1) < 1e-6:
        return facts.OppositeSign()
    for name, size in sizes.items():
        if size > 1 and abs(factor * size - 1) < 1e-6:
            return facts.ScaledBySize(name, size, divided=True)
        if size > 1 and abs(factor / size - 1) < 1e-6:
            return facts.ScaledBySize(name, size, divided=False)
    if got.size == 1 and min(abs(f - round(f)) for f in (factor, 1 / factor)) > 1e-6:
        return None  # any two numbers have a factor
    return facts.Scaled(factor)


def _stacked(array: np.ndarray, tensor: Tensor) -> np.ndarray:
    """The entries of each block, (blocks, entries)."""
    return array.reshape(len(tensor.blocks), array.size // len(tensor.blocks))


def _blocks(wrong: np.ndarray, tensor: Tensor) -> facts.WrongBlocks | None:
    if not tensor.blocks:
        return None
    parts = _stacked(wrong, tensor).any(axis=1)
    bad = tuple(name for name, part in zip(tensor.blocks, parts, strict=True) if part)
    good = tuple(name for name in tensor.blocks if name not in bad)
    return facts.WrongBlocks(bad, good) if good else None


def _swapped_blocks(got: np.ndarray, want: np.ndarray, tensor: Tensor, tolerance: float) -> facts.BlockOrder | None:
    if len(tensor.blocks) < 2:
        return None
    have, need = _stacked(got, tensor), _stacked(want, tensor)
    if not have.size:
        return None
    close = np.abs(have[:, None] - need).max(axis=2) <= tolerance * np.abs(need).max(axis=1)
    if not close.any(axis=1).all():
        return None
    places = [np.flatnonzero(row).tolist() for row in close]  # for each block those at which it may belong
    for order in itertools.product(*places):
        if list(order) != sorted(order) and len(set(order)) == len(order):
            return facts.BlockOrder(tuple(tensor.blocks[k] for k in order), tensor.blocks)
    return None


def _steps(error: np.ndarray, wrong: np.ndarray, tensor: Tensor) -> facts.WrongSteps | None:
    if tensor.sequence is None:
        return None
    axis = tensor.axes.index(tensor.sequence)
    others = tuple(k for k in range(wrong.ndim) if k != axis)
    steps = tuple(int(t) for t in np.flatnonzero(wrong.any(axis=others)))
    length = wrong.shape[axis]
    if length == 1 or not steps:
        return None
    largest = error.max(axis=others)
    fading = len(steps) == length and largest[0] > 5 * largest[-1] and np.all(np.diff(largest) <= 0)
    return facts.WrongSteps(steps, length, bool(fading))


def _shifted(got: np.ndarray, want: np.ndarray, tensor: Tensor, tolerance: float) -> Fact | None:
    if tensor.sequence is None:
        return None
    axis = tensor.axes.index(tensor.sequence)
    have, need = np.moveaxis(got, axis, 0), np.moveaxis(want, axis, 0)
    if len(need) < 2:
        return None
    if _close(have, need[::-1], tolerance):
        return facts.ReversedSteps()
    if _close(have[1:], need[:-1], tolerance):
        return facts.ShiftedSteps(late=True)
    if _close(have[:-1], need[1:], tolerance):
        return facts.ShiftedSteps(late=False)
    return None


def _other_axes(wrong: np.ndarray, tensor: Tensor) -> facts.WrongIndices | None:
    """Only some indices along an axis that is neither time nor gate blocks."""
    along = []
    for axis, name in enumerate(tensor.axes):
        if name == tensor.sequence or (axis == 0 and tensor.blocks) or wrong.shape[axis] == 1:
            continue
        bad = np.flatnonzero(wrong.any(axis=tuple(k for k in range(wrong.ndim) if k != axis)))
        if 0 < len(bad) < wrong.shape[axis] and len(bad) <= 3:
            along.append((axis, name, tuple(int(k) for k in bad)))
    return facts.WrongIndices(tuple(along)) if along else None


def _largest(error: np.ndarray, tensor: Tensor) -> facts.LargestError | None:
    if error.ndim == 0:
        return None
    index = tuple(int(k) for k in np.unravel_index(int(error.argmax()), error.shape))
    if not tensor.blocks:
        return facts.LargestError(index)
    block, row = divmod(index[0], len(error) // len(tensor.blocks))
    return facts.LargestError(index, tensor.blocks[block], row)
