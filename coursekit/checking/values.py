"""Turn what an answer returned into the arrays that were asked for, whatever style it was written in.

What is read here is plain data, as `portable.plain` makes it of every returned value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from coursekit.checking import trees
from coursekit.checking.exercise import Tensor
from coursekit.checking.portable.plain import MAX_NUMBERS, NO_NUMBERS
from coursekit.checking.words import listed

_MAX_WORDS = 300  # characters of a text that says what a value is: a stranger's process can send any


FEW = 20
"""So many parts may be several results; more are the rows of one."""


class Described(str):
    """What came back, in the words of an exercise's `apply`, where that cannot be taken apart as its results."""


class NotUsable(Exception):
    """The returned value cannot be read as the tensors that were asked for; the message says why."""


class WrongCount(NotUsable):
    """More or fewer values came back than are asked for, or others together; `parts` are what came back."""

    def __init__(self, parts: tuple | list) -> None:
        super().__init__(f"The function returned {len(parts)} values.")
        self.parts = parts


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


@dataclass(frozen=True)
class Unpacked:
    """What came back, by the names asked for.

    arrays: those that can be read. unread: for the others, why not, to complete "The returned h ...".
    beside: what was taken for a cache and not looked at, such as "a tuple", or "".
    """

    arrays: dict[str, np.ndarray]
    unread: dict[str, str] = field(default_factory=dict)
    beside: str = ""


def unpack(value: Any, tensors: tuple[Tensor, ...], shapes: tuple[tuple[int, ...], ...]) -> Unpacked:
    """Read an answer's return value as what is asked for, and as nothing else. One rule holds for every exercise.

    One tensor comes alone, or as a list along its time axis. Several come as a tuple, a list or a named tuple in the
    order asked for, or as one array of all of them where they have one shape. Either may come as a dict, a dataclass or
    a namespace that has the names asked for. As many values as are asked for come back;
    one more may stand after them if it can be a cache, which is a tuple, a list, a dict or an object: (h, cache),
    (h, c, cache). None, a number, an array or the answer once more cannot.
    """
    if value is None:
        raise NotUsable("The function returned None. Is the `return` line missing?")
    beside = ""
    if isinstance(value, Mapping):
        value, beside = _named(value, tensors)
    elif isinstance(value, tuple) and len(value) == len(tensors) + 1 and _maybe_cache(value[-1], value[:-1]):
        first = value[0] if len(tensors) == 1 else value[:-1]
        if len(tensors) > 1 or _has_shape(first, tensors[0], shapes[0]):
            value, beside = first, _name(value[-1])
    if len(tensors) == 1:
        return Unpacked({tensors[0].name: _single(value, tensors[0], shapes[0])}, beside=beside)
    return _several(value, tensors, shapes, beside)


def _maybe_cache(value: Any, before: tuple = ()) -> bool:
    """Whether this can be a cache: no result, and not the first results before it once more."""
    if not isinstance(value, (tuple, list, dict, str)):  # a text stands for an object
        return False
    held = list(trees.arrays(value))
    if held:
        return len(held) == 1 or not trees.same(held, list(trees.arrays(before))[: len(held)])
    return not value or all(list(trees.arrays(part)) or part != value for part in before)


def _named(value: Mapping, tensors: tuple[Tensor, ...]) -> tuple[Any, str]:
    """The values of a dict in the order asked for, and what stands beside them."""
    names = [t.name for t in tensors]
    missing = [n for n in names if n not in value]
    if missing and len(names) == 1:
        raise NotUsable(f"What is returned has no {names[0]}; {names[0]} is asked for by itself.")
    if missing:
        raise NotUsable(f"What is returned has no {', '.join(missing)}; asked for are {', '.join(names)}.")
    more = [key for key in value if key not in names]
    if len(more) > 1 or not all(_maybe_cache(value[key]) for key in more):
        said = ", ".join(map(str, more))[:_MAX_WORDS]
        raise NotUsable(f"What is returned has more names than are asked for: {said}. Asked for: {', '.join(names)}.")
    found = [value[n] for n in names]
    return found[0] if len(names) == 1 else found, _name(value[more[0]]) if more else ""


def _single(value: Any, tensor: Tensor, shape: tuple[int, ...]) -> np.ndarray:
    stacked = _stack_along_time(value, tensor, shape)
    if stacked is not None:
        return stacked
    try:
        array = as_array(value)
    except NotUsable as reason:
        if isinstance(value, tuple) or (isinstance(value, list) and _holds(value, tensor, shape)):
            raise WrongCount(value) from None
        raise NotUsable(f"The returned value {reason}; {tensor.name} is asked for.") from None
    if array.shape != shape and isinstance(value, (tuple, list)) and _holds(value, tensor, shape):
        raise WrongCount(value)
    return array


def _holds(value: tuple | list, tensor: Tensor, shape: tuple[int, ...]) -> bool:
    """Whether one of a few parts is what is asked for, by its shape."""
    return len(value) <= FEW and any(_has_shape(part, tensor, shape) for part in value)


def _several(value: Any, tensors: tuple[Tensor, ...], shapes: tuple[tuple[int, ...], ...], beside: str) -> Unpacked:
    names = [t.name for t in tensors]
    if isinstance(value, Described):
        raise NotUsable(f"The function returned {value[:_MAX_WORDS]}.")
    if isinstance(value, np.ndarray) and value.ndim and all((len(names), *shape) == value.shape for shape in shapes):
        value = tuple(value)
    if not isinstance(value, (tuple, list)):
        kind = f"{_name(value)}{f' of the shape {value.shape}' if isinstance(value, np.ndarray) else ''}"
        raise NotUsable(f"The function returned {kind}; asked for are {len(names)} values: {', '.join(names)}.")
    if len(value) != len(names) or _together(value, tensors, shapes):
        raise WrongCount(value)
    arrays, unread = {}, {}
    for tensor, part, shape in zip(tensors, value, shapes, strict=True):
        try:
            array = _read(part, tensor, shape)
            if shape and array.shape != shape and isinstance(part, (tuple, list)) and _holds(part, tensor, shape):
                raise NotUsable(f"is {outline(part)}; one array is asked for")
            arrays[tensor.name] = array
        except NotUsable as reason:
            unread[tensor.name] = str(reason)
    return Unpacked(arrays, unread, beside)


def _together(value: tuple | list, tensors: tuple[Tensor, ...], shapes: tuple[tuple[int, ...], ...]) -> bool:
    """Whether all that is asked for stands in the first place, with something else beside it: ((h, c), None)."""
    first = value[0]
    if not isinstance(first, (tuple, list)) or len(first) != len(tensors) or _has_shape(first, tensors[0], shapes[0]):
        return False
    return all(_has_shape(*each) for each in zip(first, tensors, shapes, strict=True))


def _has_shape(value: Any, tensor: Tensor, shape: tuple[int, ...]) -> bool:
    try:
        return _read(value, tensor, shape).shape == shape
    except NotUsable:
        return False


def _read(value: Any, tensor: Tensor, shape: tuple[int, ...]) -> np.ndarray:
    stacked = _stack_along_time(value, tensor, shape)
    return as_array(value) if stacked is None else stacked


def _stack_along_time(value: Any, tensor: Tensor, shape: tuple[int, ...]) -> np.ndarray | None:
    """A list with one array per time step is a right answer too, if stacking it gives the shape asked for.

    Where there are as many steps as sequences, lists of lists are the array as it stands, written out.
    """
    if tensor.sequence is None or not isinstance(value, (list, tuple)) or _written_out(value, shape):
        return None
    axis = tensor.axes.index(tensor.sequence)
    if len(value) != shape[axis]:
        return None
    try:
        stacked = np.stack([as_array(v) for v in value], axis=axis)
    except (NotUsable, ValueError):
        return None
    return stacked if stacked.shape == shape else None


def _written_out(value: list | tuple, shape: tuple[int, ...]) -> bool:
    """Whether this is an array of this shape in the form of lists of lists of numbers, as `tolist` makes them."""
    if any(True for _ in trees.arrays(value)):
        return False
    try:
        return as_array(value).shape == shape
    except NotUsable:
        return False


def outline(value: Any) -> str:
    """What a plain value is, and of a few parts what these are: "a tuple of a number and a list"."""
    if value is None or not isinstance(value, (tuple, list)) or not value:
        return "None" if value is None else _name(value)
    parts = ["None" if part is None else _name(part) for part in value]
    if len(parts) > 2 and len(set(parts)) == 1:
        return f"{_name(value)} of {len(parts)} times {parts[0]}"
    return f"{_name(value)} of {listed(parts[:FEW])}"


def by_names(value: Mapping, asked: str) -> str:
    """The words for values that come back by names nobody asked for: "values by the names a and b; asked for ..."."""
    names = [str(name)[:_MAX_WORDS] for name in value]
    if not names:
        return f"a dict with no names; asked for {asked}"
    few = f"{listed(names[:FEW])}{' and others' if len(names) > FEW else ''}"
    return f"values by the name{'s' if len(names) > 1 else ''} {few}; asked for {asked}"


def _name(value: Any) -> str:
    """What a plain value is, in two words."""
    if isinstance(value, str):
        return value[:_MAX_WORDS].partition(",")[0]
    names = {list: "a list", tuple: "a tuple", dict: "a dict", np.ndarray: "an array", bool: "a truth value"}
    return names.get(type(value), "a number" if isinstance(value, (int, float)) else "an object")
