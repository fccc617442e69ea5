"""Turn what an answer returned into arrays, whatever style it was written in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from coursekit.checking import trees
from coursekit.checking.exercise import Tensor

MAX_NUMBERS = 2_000_000
"""In one tensor of an answer. The draws of this course ask for a few thousand."""


class NotUsable(Exception):
    """The returned value cannot be read as the tensors that were asked for; the message says why."""


def as_array(value: Any) -> np.ndarray:
    """A NumPy array from a number, an array, a torch tensor or a (nested) list of them.

    Kinds are told by their class, never by what attributes a value has: those a stranger can choose.
    """
    if value is None:
        raise NotUsable("is None")
    plain = _without_tensors(value)
    try:
        array = np.asarray(plain)
    except ValueError:
        raise NotUsable("is a list whose parts have different shapes") from None
    except (OverflowError, MemoryError, RecursionError):
        raise NotUsable("is too large") from None
    if array.dtype.kind not in "fiub":
        raise NotUsable(f"is {_name(value)}, which is not a real number or an array of real numbers")
    if array.size > MAX_NUMBERS:
        raise NotUsable(f"has {array.size} numbers, which is far more than any draw asks for")
    return array


def _without_tensors(value: Any) -> Any:
    """Tensors as arrays, also in lists. What a list holds must be numbers: one text would make all of them texts, as
    long as the longest."""
    if trees.is_tensor(value):
        return trees.tensor_to_numpy(value)
    if not isinstance(value, (list, tuple)):
        return value
    parts = [_without_tensors(part) for part in value]
    if any(part is None or isinstance(part, (str, bytes, dict)) for part in parts):
        raise NotUsable(f"is {_name(value)} that does not hold numbers alone")
    return parts


def unpack(value: Any, tensors: tuple[Tensor, ...], shapes: tuple[tuple[int, ...], ...]) -> dict[str, np.ndarray]:
    """Arrays by name from an answer's return value.

    One tensor may come alone, as a list along its time axis, or first in a tuple such as (h, cache). Several may
    come as a tuple, a list or a named tuple in the order asked for, or as a dict with the names asked for.
    """
    if value is None:
        raise NotUsable("The function returned None. Is the `return` line missing?")
    if len(tensors) == 1:
        return {tensors[0].name: _single(value, tensors[0], shapes[0])}
    return _several(value, tensors, shapes)


def _single(value: Any, tensor: Tensor, shape: tuple[int, ...]) -> np.ndarray:
    if isinstance(value, Mapping) and tensor.name in value:
        value = value[tensor.name]
    stacked = _stack_along_time(value, tensor, shape)
    if stacked is not None:
        return stacked
    if isinstance(value, tuple) and len(value) > 1:
        try:
            first = as_array(value[0])
            if first.shape == shape:
                return first
        except NotUsable:
            pass
    try:
        return as_array(value)
    except NotUsable as reason:
        raise NotUsable(f"The returned value {reason}; {tensor.name} is asked for.") from None


def _several(value: Any, tensors: tuple[Tensor, ...], shapes: tuple[tuple[int, ...], ...]) -> dict[str, np.ndarray]:
    names = [t.name for t in tensors]
    if isinstance(value, Mapping):
        missing = [n for n in names if n not in value]
        if missing:
            raise NotUsable(f"The returned dict has no {', '.join(missing)}; asked for are {', '.join(names)}.")
        value = [value[n] for n in names]
    if not isinstance(value, (tuple, list)):
        raise NotUsable(f"The function returned {_name(value)}; asked for are {len(names)} values: {', '.join(names)}.")
    if len(value) != len(names):
        raise NotUsable(f"The function returned {len(value)} values; asked for are {len(names)}: {', '.join(names)}.")
    arrays = {}
    for tensor, part, shape in zip(tensors, value, shapes, strict=True):
        stacked = _stack_along_time(part, tensor, shape)
        try:
            arrays[tensor.name] = as_array(part) if stacked is None else stacked
        except NotUsable as reason:
            raise NotUsable(f"The returned {tensor.name} {reason}.") from None
    return arrays


def _stack_along_time(value: Any, tensor: Tensor, shape: tuple[int, ...]) -> np.ndarray | None:
    """A list with one array per time step is a right answer too, if stacking it gives the shape asked for."""
    if tensor.sequence is None or not isinstance(value, (list, tuple)):
        return None
    axis = tensor.axes.index(tensor.sequence)
    if len(value) != shape[axis]:
        return None
    try:
        stacked = np.stack([as_array(v) for v in value], axis=axis)
    except (NotUsable, ValueError):
        return None
    return stacked if stacked.shape == shape else None


def _name(value: Any) -> str:
    kind = type(value).__name__
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
