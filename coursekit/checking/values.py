"""Turn what an answer returned into the arrays that were asked for, whatever style it was written in.

What is read here is plain data, as `portable.plain` makes it of every returned value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from coursekit.checking.exercise import Tensor
from coursekit.checking.portable.plain import MAX_NUMBERS, NO_NUMBERS

_MAX_WORDS = 300  # characters of a text that says what a value is: a stranger's process can send any


class NotUsable(Exception):
    """The returned value cannot be read as the tensors that were asked for; the message says why."""


def as_array(value: Any) -> np.ndarray:
    """A NumPy array from a number, an array or a (nested) list of them.

    Kinds are told by their class, never by what attributes a value has: those a stranger can choose.
    """
    if value is None:
        raise NotUsable("is None")
    if isinstance(value, str):
        raise NotUsable(f"is {value[:_MAX_WORDS]}")
    _hold_numbers(value)
    try:
        array = np.asarray(value)
    except ValueError:
        raise NotUsable("is a list whose parts have different shapes") from None
    except (OverflowError, MemoryError, RecursionError):
        raise NotUsable("is too large") from None
    if array.dtype.kind not in "fiub":
        raise NotUsable(f"is {_name(value)}, {NO_NUMBERS}")
    if array.size > MAX_NUMBERS:
        raise NotUsable(f"has {array.size} numbers, which is far more than any draw asks for")
    return array


def _hold_numbers(value: Any) -> None:
    """What a list holds must be numbers: one text would make all of them texts, as long as the longest."""
    if not isinstance(value, (list, tuple)):
        return
    for part in value:
        if part is None or isinstance(part, (str, bytes, dict)):
            what = "None" if part is None else _name(part)
            raise NotUsable(f"is {_name(value)} that does not hold numbers alone, but also {what}")
        _hold_numbers(part)


def unpack(value: Any, tensors: tuple[Tensor, ...], shapes: tuple[tuple[int, ...], ...]) -> dict[str, np.ndarray]:
    """Arrays by name from an answer's return value.

    One tensor may come alone or as a list along its time axis. Several may come as a tuple, a list or a named tuple in
    the order asked for. Either may come as a dict with the names asked for, or first in a tuple whose other values are
    not looked at: (h, cache), (h, c, cache).
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
    if _more_than(value, (tensor,), (shape,)):
        return _read(value[0], tensor, shape)
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
    if _more_than(value, tensors, shapes):
        value = value[: len(names)]
    if len(value) != len(names):
        raise NotUsable(f"The function returned {len(value)} values; asked for are {len(names)}: {', '.join(names)}.")
    arrays = {}
    for tensor, part, shape in zip(tensors, value, shapes, strict=True):
        try:
            arrays[tensor.name] = _read(part, tensor, shape)
        except NotUsable as reason:
            raise NotUsable(f"The returned {tensor.name} {reason}.") from None
    return arrays


def _more_than(value: Any, tensors: tuple[Tensor, ...], shapes: tuple[tuple[int, ...], ...]) -> bool:
    """Whether a tuple begins with what is asked for, in the shapes asked for, and holds more, such as a cache."""
    if not isinstance(value, tuple) or len(value) <= len(tensors):
        return False
    try:
        first = [_read(*each) for each in zip(value, tensors, shapes, strict=False)]
    except NotUsable:
        return False
    return tuple(array.shape for array in first) == shapes


def _read(value: Any, tensor: Tensor, shape: tuple[int, ...]) -> np.ndarray:
    stacked = _stack_along_time(value, tensor, shape)
    return as_array(value) if stacked is None else stacked


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
    """What a plain value is, in two words."""
    if isinstance(value, str):
        return value[:_MAX_WORDS].partition(",")[0]
    names = {list: "a list", tuple: "a tuple", dict: "a dict", np.ndarray: "an array"}
    return names.get(type(value), "a number" if isinstance(value, (bool, int, float)) else "an object")
