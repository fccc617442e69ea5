"""Say where an array differs from the expected one: which time steps, which gate blocks, which entry, which factor."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np

from coursekit.checking.exercise import Tensor


def localise(
    got: np.ndarray, want: np.ndarray, tensor: Tensor, sizes: Mapping[str, int], tolerance: float
) -> list[str]:
    """Sentences about where `got` differs from `want`, two arrays of the same shape, the most telling first."""
    wrong = np.abs(got - want) > tolerance * max(float(np.abs(want).max(initial=0.0)), np.finfo(float).tiny)
    said = [
        _whole(got, want, sizes, tolerance),
        _blocks(wrong, tensor),
        _swapped_blocks(got, want, tensor, tolerance),
        _time(got, want, wrong, tensor),
        _shifted(got, want, tensor, tolerance),
        _other_axes(wrong, tensor),
        _worst(got, want, tensor),
    ]
    return [sentence for sentence in said if sentence]


def _close(a: np.ndarray, b: np.ndarray, tolerance: float) -> bool:
    return a.shape == b.shape and a.size > 0 and float(np.abs(a - b).max()) <= tolerance * float(np.abs(b).max())


def _whole(got: np.ndarray, want: np.ndarray, sizes: Mapping[str, int], tolerance: float) -> str:
    """One statement about the whole array: zero, transposed, or a constant factor."""
    if not got.any():
        return "It is zero everywhere."
    if got.ndim == 2 and got.shape[0] == got.shape[1] > 1 and _close(got, want.T, tolerance):
        return "It is the transpose of the expected matrix."
    scale = float((got * want).sum() / (want * want).sum()) if want.any() else 0.0
    if scale == 0.0 or abs(scale - 1) < 1e-6 or not _close(got, scale * want, 1e-6):
        return ""
    if abs(scale + 1) < 1e-6:
        return "Every number has the opposite sign."
    for name, size in sizes.items():
        if size > 1 and abs(scale * size - 1) < 1e-6:
            what = f"Every number is exactly 1/{size} of the expected one, and {name} = {size} here"
            return f"{what}: a mean where a sum belongs?"
        if size > 1 and abs(scale / size - 1) < 1e-6:
            return f"Every number is exactly {size} times the expected one, and {name} = {size} here."
    return f"Every number is {scale:.4g} times the expected one."


def _blocks(wrong: np.ndarray, tensor: Tensor) -> str:
    if not tensor.blocks:
        return ""
    parts = np.split(wrong, len(tensor.blocks), axis=0)
    bad = [name for name, part in zip(tensor.blocks, parts, strict=True) if part.any()]
    good = [name for name in tensor.blocks if name not in bad]
    if not good:
        return ""
    return f"The rows of {_and(bad)} are wrong, those of {_and(good)} are right."


def _swapped_blocks(got: np.ndarray, want: np.ndarray, tensor: Tensor, tolerance: float) -> str:
    if len(tensor.blocks) < 2:
        return ""
    have = np.split(got, len(tensor.blocks), axis=0)
    need = np.split(want, len(tensor.blocks), axis=0)
    for order in itertools.permutations(range(len(need))):
        if list(order) != sorted(order) and all(
            _close(h, need[k], tolerance) for h, k in zip(have, order, strict=True)
        ):
            found = ", ".join(tensor.blocks[k] for k in order)
            return f"Its blocks stand in the order {found}; expected is {', '.join(tensor.blocks)}."
    return ""


def _time(got: np.ndarray, want: np.ndarray, wrong: np.ndarray, tensor: Tensor) -> str:
    if tensor.sequence is None:
        return ""
    axis = tensor.axes.index(tensor.sequence)
    others = tuple(k for k in range(wrong.ndim) if k != axis)
    steps = np.flatnonzero(wrong.any(axis=others))
    length = wrong.shape[axis]
    if length == 1 or len(steps) == 0:
        return ""
    if len(steps) == length:
        error = np.abs(got - want).max(axis=others)
        if error[0] > 5 * error[-1] and np.all(np.diff(error) <= 0):
            return "Wrong at every time step, most at t=0 and less with every step after it."
        return "Wrong at every time step."
    if len(steps) == 1:
        return f"Wrong only at t={steps[0]}{', the last step' if steps[0] == length - 1 else ''}."
    if steps[-1] == length - 1 and len(steps) == length - steps[0]:
        return f"Right before t={steps[0]}, wrong from t={steps[0]} on."
    if steps[0] == 0 and len(steps) == steps[-1] + 1:
        return f"Right after t={steps[-1]}, wrong from t={steps[-1]} backwards."
    return f"Wrong at t = {', '.join(map(str, steps))}."


def _shifted(got: np.ndarray, want: np.ndarray, tensor: Tensor, tolerance: float) -> str:
    if tensor.sequence is None:
        return ""
    axis = tensor.axes.index(tensor.sequence)
    have, need = np.moveaxis(got, axis, 0), np.moveaxis(want, axis, 0)
    if len(need) < 2:
        return ""
    if _close(have, need[::-1], tolerance):
        return "The time steps stand in reverse order."
    if _close(have[1:], need[:-1], tolerance):
        return "Every time step is one late: position t holds what belongs to t-1."
    if _close(have[:-1], need[1:], tolerance):
        return "Every time step is one early: position t holds what belongs to t+1."
    return ""


def _other_axes(wrong: np.ndarray, tensor: Tensor) -> str:
    """Only some indices along an axis that is neither time nor gate blocks."""
    said = []
    for axis, name in enumerate(tensor.axes):
        if name == tensor.sequence or (axis == 0 and tensor.blocks) or wrong.shape[axis] == 1:
            continue
        bad = np.flatnonzero(wrong.any(axis=tuple(k for k in range(wrong.ndim) if k != axis)))
        if 0 < len(bad) < wrong.shape[axis] and len(bad) <= 3:
            said.append(f"index {', '.join(map(str, bad))} of axis {axis} ({name})")
    return f"Only {' and '.join(said)} is wrong." if said else ""


def _worst(got: np.ndarray, want: np.ndarray, tensor: Tensor) -> str:
    if got.ndim == 0:
        return ""
    index = np.unravel_index(int(np.abs(got - want).argmax()), got.shape)
    place = f"{tensor.name}[{', '.join(str(int(k)) for k in index)}]"
    if not tensor.blocks:
        return f"Largest error at {place}."
    block, row = divmod(int(index[0]), got.shape[0] // len(tensor.blocks))
    return f"Largest error at {place}, row {row} of {tensor.blocks[block]}."


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
