"""Lesson 07: what a layer computed, as a list of operations, and how many matrix products are in it.

The list is written beside the layer, where a grader cannot believe what it says. So it is not believed: the grader runs
it again, here, in NumPy, on inputs that nobody has seen. A list that gives the right states for those is a layer, with
as many products as are in it, whoever wrote it; a forged one that does is the fused layer that was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Array = np.ndarray

PRODUCTS = {"mm", "addmm", "bmm", "baddbmm", "addbmm", "mv", "addmv", "dot", "vdot", "sum", "mean"}
"""Operations that are matrix products, or with which one can be written: elementwise products and a sum."""

OPTIONS = {"alpha", "beta", "value"}
NUMBERS = "fiub"  # kinds of arrays

MAX_STEPS = 5_000
MAX_NUMBERS = 100_000  # in one array, or in what goes into one: more than any draw needs
MAX_IN_ALL = 5_000_000
MAX_PARTS = 1_000  # of one operation, such as the steps of a sequence


class Unreadable(ValueError):
    """A list that cannot be run: not of the known form, or with an operation that is not in the table."""


def named(steps: Any, names: Any) -> Any:
    """Steps with the names of their operations in place of numbers; as they are if they are of another form.

    names: the names, one a line, as an array of bytes.
    """
    if type(steps) is not list or not isinstance(names, Array) or names.dtype != np.uint8 or names.size > MAX_NUMBERS:
        return steps
    known = names.tobytes().decode(errors="replace").split("\n")
    return [_named(step, known) for step in steps[: MAX_STEPS + 1]]


def _named(step: Any, known: Sequence[str]) -> Any:
    match step:
        case [int(number), *rest] if 0 <= number < len(known):
            return [known[number], *rest]
    return step


def count(steps: Any) -> int:
    """How many matrix products are in a list of operations; Unreadable if it is none."""
    if type(steps) is not list or len(steps) > MAX_STEPS:
        raise Unreadable("the list of operations is not one, or too long")
    return sum(_parts(step)[0].removesuffix("_") in PRODUCTS for step in steps)


def run(steps: Sequence[Any], inputs: Sequence[Array]) -> Array:
    """The result of the last operation, with the inputs in the places of the first values.

    A step is [operation, arguments, options, number of results]; a value among the arguments is {"value": its number},
    counted from 0 over the inputs and then the results in their order; an array is a constant. What is a view of a
    tensor in torch is a view here, so that an operation in place (its name ends in "_") reaches the same numbers.
    Raises Unreadable.
    """
    values: list[Array] = [np.array(one) for one in inputs]
    room = MAX_IN_ALL
    for step in steps:
        name, arguments, options, results = _parts(step)
        try:
            with np.errstate(all="ignore"):
                made = _made_by(name, [_argument(one, values) for one in arguments], options)
        except Unreadable:
            raise
        except Exception as error:  # the arguments are a stranger's, and may be of any kind
            raise Unreadable(f"{name[:80]} cannot be run again: {str(error)[:200]}") from None
        room -= sum(one.size for one in made)
        if len(made) != results or room < 0 or any(one.dtype.kind not in NUMBERS for one in made):
            raise Unreadable(f"{name[:80]} has other results than were written down")
        values += made
    if not steps:
        raise Unreadable("no operation was written down")
    return values[-1]


def _made_by(name: str, arguments: list[Any], options: dict[str, float]) -> list[Array]:
    operation = name.removesuffix("_")
    if operation not in _TABLE:
        raise Unreadable(f"{name[:80]} is not among the operations that can be run again")
    made = _TABLE[operation](*arguments, **options)
    if operation != name:
        arguments[0][...] = made
        made = arguments[0]
    return [np.asarray(one) for one in (made if type(made) is list else [made])]


def _parts(step: Any) -> tuple[str, list, dict[str, float], int]:
    match step:
        case [str(name), list(arguments), dict(options), int(results)] if set(options) <= OPTIONS:
            if all(type(value) in (int, float) for value in options.values()):
                return name, arguments, options, results
    raise Unreadable("a step of the list has no known form")


def _argument(one: Any, values: Sequence[Array]) -> Any:
    match one:
        case {"value": int(number)} if 0 <= number < len(values):
            return values[number]
        case np.ndarray() if one.size <= MAX_NUMBERS and one.dtype.kind in NUMBERS:
            return one
        case bool() | int() | float() | None:
            return one
        case list() if len(one) <= MAX_PARTS:
            return [_argument(part, values) for part in one]
    raise Unreadable("an argument of a step has no known form")


def _shape(array: Array, sizes: Sequence[int]) -> list[int]:
    """Sizes of an `expand`, in which -1 is the size that there is already."""
    known = [1] * (len(sizes) - array.ndim) + list(array.shape)
    return [have if size == -1 else size for size, have in zip(sizes, known, strict=True)]


def _sized(function: Callable[..., Array]) -> Callable[..., Array]:
    """For operations between two arrays that broadcast: refuses what would be large before it is computed."""

    def bounded(*arrays: Any, **options: float) -> Array:
        shape = np.broadcast_shapes(*(np.shape(one) for one in arrays))
        if int(np.prod([max(size, 1) for size in shape], dtype=object)) > MAX_NUMBERS:
            raise ValueError("too many numbers")
        return np.asarray(function(*arrays, **options))

    return bounded


def _product(a: Array, b: Array) -> Array:
    if a.size * b.shape[-1] > 20 * MAX_NUMBERS:
        raise ValueError("too many numbers")
    return np.asarray(a @ b)


def _batch(a: Array, b: Array) -> Array:
    return np.stack([_product(one, other) for one, other in zip(a, b, strict=True)])


def _scaled(c: Array, product: Array, beta: float = 1, alpha: float = 1) -> Array:
    return np.asarray(beta * c + alpha * product)


def _expand(array: Array, sizes: Sequence[int], *_: Any) -> Array:
    shape = _shape(array, sizes)
    if int(np.prod(shape, dtype=object)) > MAX_NUMBERS:
        raise ValueError("too many numbers")
    return np.broadcast_to(array, shape)


def _split(array: Array, size: int, axis: int = 0) -> list[Array]:
    if size < 1 or array.shape[axis] > MAX_PARTS * size:
        raise ValueError("too many parts")
    return np.split(array, range(size, array.shape[axis], size), axis)


def _split_with_sizes(array: Array, sizes: Sequence[int], axis: int = 0) -> list[Array]:
    return np.split(array, np.cumsum(sizes)[:-1].tolist(), axis)


def _slice(array: Array, axis: int = 0, start: int | None = None, end: int | None = None, step: int = 1) -> Array:
    return array[(slice(None),) * (axis % array.ndim) + (slice(start, end, step),)]


def _unbind(array: Array, axis: int = 0) -> list[Array]:
    return [np.squeeze(part, axis) for part in _split(array, 1, axis)]


def _joined(join: Callable[..., Array]) -> Callable[..., Array]:
    def bounded(arrays: list[Array], axis: int = 0) -> Array:
        if sum(one.size for one in arrays) > MAX_NUMBERS:
            raise ValueError("too many numbers")
        return join(arrays, axis=axis)

    return bounded


def _sum(array: Array, axes: Any = None, keep: bool = False, *_: Any) -> Array:
    return np.asarray(np.sum(array, None if not axes else tuple(axes), keepdims=keep))


def _mean(array: Array, axes: Any = None, keep: bool = False, *_: Any) -> Array:
    return np.asarray(np.mean(array, None if not axes else tuple(axes), keepdims=keep))


def _new(value: float) -> Callable[..., Array]:
    def make(like: Array, sizes: Any = None, *_: Any) -> Array:
        return _full(like.shape if sizes is None else sizes, value)

    return make


def _of_size(value: float) -> Callable[..., Array]:
    return lambda sizes, *_: _full(sizes, value)


def _full(sizes: Sequence[int], value: float) -> Array:
    return np.array(_expand(np.asarray(value), list(sizes)))  # a copy, which can be written to


def _same(array: Array, *_: Any) -> Array:
    return array


def _sigmoid(a: Array) -> Array:
    return 0.5 * (1 + np.tanh(0.5 * a))


def _view(array: Array, sizes: Sequence[int]) -> Array:
    return array.reshape(sizes)


def _squeeze(array: Array, axis: Any = None) -> Array:
    axes = range(array.ndim) if axis is None else axis if type(axis) is list else [axis]
    return np.squeeze(array, tuple(one for one in axes if array.shape[one] == 1))


_TABLE: Mapping[str, Callable[..., Any]] = {
    # products
    "mm": _product,
    "mv": _product,
    "dot": _product,
    "vdot": _product,
    "bmm": _batch,
    "addmm": lambda c, a, b, **scales: _scaled(c, _product(a, b), **scales),
    "baddbmm": lambda c, a, b, **scales: _scaled(c, _batch(a, b), **scales),
    "addmv": lambda c, a, b, **scales: _scaled(c, _product(a, b), **scales),
    "sum": _sum,
    "mean": _mean,
    # elementwise
    "add": _sized(lambda a, b, alpha=1: a + alpha * b),
    "sub": _sized(lambda a, b, alpha=1: a - alpha * b),
    "rsub": _sized(lambda a, b, alpha=1: b - alpha * a),
    "mul": _sized(lambda a, b: a * b),
    "div": _sized(lambda a, b: a / b),
    "neg": lambda a: -a,
    "reciprocal": lambda a: 1 / a,
    "exp": np.exp,
    "sigmoid": _sigmoid,
    "tanh": np.tanh,
    "lerp": _sized(lambda a, b, w: a + w * (b - a)),
    "addcmul": _sized(lambda c, a, b, value=1: c + value * a * b),
    # shapes
    "view": _view,
    "_unsafe_view": _view,
    "reshape": _view,
    "_reshape_alias": lambda array, sizes, *_: array.reshape(sizes),
    "t": lambda a: a.T,
    "transpose": np.swapaxes,
    "permute": lambda a, axes: np.transpose(a, axes),
    "expand": _expand,
    "unsqueeze": lambda a, axis: np.expand_dims(a, axis),
    "squeeze": _squeeze,
    "select": lambda a, axis, index: np.moveaxis(a, axis, 0)[index],
    "slice": _slice,
    "split": _split,
    "split_with_sizes": _split_with_sizes,
    "unbind": _unbind,
    "stack": _joined(np.stack),
    "cat": _joined(np.concatenate),
    # copies and new arrays
    "alias": _same,
    "detach": _same,
    "lift_fresh": _same,
    "return": _same,
    "clone": np.array,
    "_to_copy": np.array,
    "copy": lambda _, source, *rest: source,
    "zero": lambda a: 0.0 * a,
    "fill": lambda a, value: value,
    "new_zeros": _new(0.0),
    "new_ones": _new(1.0),
    "new_empty": _new(0.0),
    "zeros_like": lambda like: _full(like.shape, 0.0),
    "ones_like": lambda like: _full(like.shape, 1.0),
    "empty_like": lambda like: _full(like.shape, 0.0),
    "empty": _of_size(0.0),
    "zeros": _of_size(0.0),
    "ones": _of_size(1.0),
}
