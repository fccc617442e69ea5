"""Wrong answers that every exercise has, whatever it asks: guesses, and right answers that are spoilt on their way out.

Nobody has to write them. They show which mistakes the draws of an exercise cannot see: a guess that earns something
means that too many draws are alike, a spoilt answer that passes means that no draw has the size at which it shows.
Each is a caller for `engine.evaluate` on the draws of one seed, which makes something else of what is right on them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from coursekit.checking import trees
from coursekit.checking.call import Call, Caller
from coursekit.checking.drawn import Drawn
from coursekit.checking.exercise import Exercise, Tensor
from coursekit.checking.values import as_array

_BATCH = ("N", "M", "n", "m")  # what the axis along a batch is called
_REACH = 7  # so many steps are enough for whoever tries an answer by hand


def _returning(known: Drawn, arrays_of: Callable[[list[np.ndarray], Mapping[str, Any]], list[Any]]) -> Caller:
    """A caller that returns what is made of the right arrays and the arguments."""

    def caller(exercise: Exercise, answer: Any, args: Mapping[str, Any], limit: float) -> Call:
        [want] = [want for draw, want in zip(known.draws, known.expected, strict=True) if draw.args is args]
        arrays = arrays_of(list(want.values()), args)
        return Call(value=arrays[0] if len(arrays) == 1 else tuple(arrays))

    return caller


# Guesses.

ARGUMENTS = "the arguments"

_CONSTANTS = (0.0, 1.0, -1.0, 0.5, 2.0, 3.0, np.nan)


def guesses(known: Drawn) -> Iterator[tuple[str, Caller]]:
    """Answers that compute nothing."""
    for constant in _CONSTANTS:
        constantly = _returning(known, lambda right, args, c=constant: [np.full(a.shape, c) for a in right])
        yield f"{constant:g} everywhere", constantly
    yield ARGUMENTS, _returning(known, _arguments)
    yield "the answer to the draw before", _late(known)


def _arguments(right: list[np.ndarray], args: Mapping[str, Any]) -> list[Any]:
    """For each array the next argument of its shape, else zeros."""
    left = [as_array(a) for a in trees.arrays(list(args.values()))]
    left += [np.asarray(a) for a in args.values() if isinstance(a, (bool, int, float))]
    found = []
    for wanted in right:
        place = next((k for k, a in enumerate(left) if a.shape == wanted.shape), None)
        found.append(np.zeros(wanted.shape) if place is None else left.pop(place))
    return found


def _late(known: Drawn) -> Caller:
    before: list[list[np.ndarray]] = []

    def last(right: list[np.ndarray], args: Mapping[str, Any]) -> list[Any]:
        before.append(right)
        return [np.zeros(a.shape) for a in right] if len(before) == 1 else before[-2]

    return _returning(known, last)


# Right answers, spoilt.


def _squeezed(tensor: Tensor, array: np.ndarray) -> np.ndarray | None:
    batched = array.ndim > 1 and any(axis in _BATCH for axis in tensor.axes)
    return np.squeeze(array) if batched else None


def _one_for_all(tensor: Tensor, array: np.ndarray) -> np.ndarray | None:
    batched = tensor.axes[:1] != () and tensor.axes[0] in _BATCH
    return np.repeat(array[:1], len(array), axis=0) if batched else None


def _cut_off(tensor: Tensor, array: np.ndarray) -> np.ndarray | None:
    if tensor.sequence is None:
        return None
    axis = tensor.axes.index(tensor.sequence)
    return np.take(array, np.minimum(np.arange(array.shape[axis]), _REACH - 1), axis=axis)


def _clipped(tensor: Tensor, array: np.ndarray) -> np.ndarray | None:
    return None if tensor.exact else np.clip(array, -0.5, 0.5)


def _a_little_off(tensor: Tensor, array: np.ndarray) -> np.ndarray | None:
    return None if tensor.exact else 1.001 * array


_SPOILT: dict[str, Callable[[Tensor, np.ndarray], np.ndarray | None]] = {
    "np.squeeze of every array": _squeezed,
    "the first row for all rows": _one_for_all,
    f"nothing new after {_REACH} steps": _cut_off,
    "numbers clipped to ±0.5": _clipped,
    "numbers that are 0.1 % too large": _a_little_off,
}


def spoilt(exercise: Exercise, known: Drawn) -> Iterator[tuple[str, Caller]]:
    """Right answers with a fault that the axes of the exercise allow. None of them is right on any seed."""
    for name, change in _SPOILT.items():
        if any(change(t, np.zeros((1,) * len(t.axes))) is not None for t in exercise.returns):
            yield name, _returning(known, _changed(exercise, change))


def _changed(exercise: Exercise, change: Callable[[Tensor, np.ndarray], np.ndarray | None]) -> Callable[..., list[Any]]:
    def arrays_of(right: list[np.ndarray], args: Mapping[str, Any]) -> list[Any]:
        new = [change(t, a) for t, a in zip(exercise.returns, right, strict=True)]
        return [a if b is None else b for a, b in zip(right, new, strict=True)]

    return arrays_of
