"""What an answer returned, as plain data: the one place that says what can be read as numbers.

It runs where the answer ran, because reading an unusual container runs code of that container. What comes out is None,
bool, int, float, an array of real numbers, a list, tuple or dict (keys: texts and ints) of them; a text stands for what
cannot be read, and says what that is: "a set, which has no order". So a text is never a value.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import sys
import types
from collections import UserString
from collections.abc import Callable, Mapping, Set
from typing import Any

import numpy as np

from .state import settle_functions
from .unmuted import MUTED, TWICE, heard, say
from .unwritten import marked

MAX_NUMBERS = 2_000_000
"""In one array of an answer. The draws of this course ask for a few thousand."""

MAX_IN_ALL = 2 * MAX_NUMBERS
MAX_PARTS = 100_000  # of all lists, tuples and dicts together
MAX_ARRAYS = 4_000
MAX_DEPTH = 16
MAX_AXES = 16
MAX_KEYS = 1_000
MAX_KEY = 200  # characters
NO_NUMBERS = "which is not a real number or an array of real numbers"
_WHY_COMPLEX = " (a root, a power or a logarithm of a negative number, or an eigenvalue?)"


def returned(function: Callable[..., Any], *args: Any) -> Any:
    """What the function returns, as plain data. Functions of Python and NumPy that it has replaced are back.

    Warns of what the plain data does not show: muted floating-point events, and one array that was returned twice.
    """
    with heard() as muted, marked(function, *args):
        try:
            value = function(*args)
        finally:
            settle_functions()
    reader = _Reader()
    read = reader.read(value, 0)
    say([*(f"{MUTED}{event}" for event in muted), *([TWICE] if reader.twice else [])])
    return read


def plain(value: Any) -> Any:
    """The value as plain data. What the value's own code raises while it is iterated over is raised."""
    return _Reader().read(value, 0)


class _Reader:
    """Counts what it has read, so that whatever comes out can be sent to the grader."""

    def __init__(self) -> None:
        self.parts = self.arrays = self.numbers = 0
        self.places: set[tuple[Any, ...]] = set()
        self.twice = False  # one array in two places

    def read(self, value: Any, depth: int) -> Any:
        self.parts += 1
        if self.parts > MAX_PARTS:
            return f"a part beyond the first {MAX_PARTS}, far more than any draw asks for"
        if depth > MAX_DEPTH:
            return f"a value nested more than {MAX_DEPTH} levels deep"
        if value is None or type(value) in (bool, float):
            return value
        if isinstance(value, int):
            return _integer(value)
        if isinstance(value, np.ndarray):
            return self._array(value, depth)
        if isinstance(value, (complex, np.complexfloating)):
            return f"a complex number, {NO_NUMBERS}{_WHY_COMPLEX}"
        if isinstance(value, np.generic):
            return _scalar(value)
        if isinstance(value, (str, bytes, bytearray, UserString)):
            return f"{called(value)}, {NO_NUMBERS}"
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(value, torch.Tensor):
            return self._tensor(value, torch, depth)
        return self._container(value, depth)

    def _container(self, value: Any, depth: int) -> Any:
        if isinstance(value, Mapping):
            return self._mapping(value, depth)
        if isinstance(value, Set):
            return f"{called(value)}, which has no order"
        if isinstance(value, (list, tuple)):
            return self._sequence(value, depth)
        array = _array_of(value)
        if array is not None:
            return self._array(array, depth)
        if isinstance(value, type):
            return f"the class {value.__name__[:MAX_KEY]} itself, {NO_NUMBERS}"
        number = _number(value)
        if number is not None:
            return number
        if hasattr(type(value), "__iter__"):  # a deque, a range, a generator
            return self._sequence(value, depth)
        fields = None if depth else _fields(value)  # further inside it may be a cache, which is not looked at
        return f"{called(value)}, {NO_NUMBERS}" if fields is None else self._mapping(fields, depth)

    def _sequence(self, value: Any, depth: int) -> Any:
        few = list(itertools.islice(value, MAX_PARTS + 1))
        if len(few) > MAX_PARTS:
            return f"{called(value)} of more than {MAX_PARTS} parts, far more than any draw asks for"
        parts = [self.read(part, depth + 1) for part in few]
        return tuple(parts) if isinstance(value, tuple) else parts

    def _mapping(self, value: Mapping, depth: int) -> Any:
        pairs = list(itertools.islice(value.items(), MAX_KEYS + 1))
        if len(pairs) > MAX_KEYS:
            return f"{called(value)} of more than {MAX_KEYS} keys, far more than any draw asks for"
        keyed = ((_key(key), part) for key, part in pairs)
        return {key: self.read(part, depth + 1) for key, part in keyed if key is not None}

    def _array(self, array: np.ndarray, depth: int) -> Any:
        self.arrays += 1
        self.numbers += array.size
        if self.arrays > MAX_ARRAYS or array.size > MAX_NUMBERS or self.numbers > MAX_IN_ALL:
            return f"an array of {array.size} numbers, far more than any draw asks for"
        if array.ndim > MAX_AXES:
            return f"an array of {array.ndim} axes, far more than any draw asks for"
        if array.dtype.names is not None:
            return {name: self._array(array[name], depth) for name in array.dtype.names[:MAX_KEYS] if _key(name)}
        if array.dtype.kind == "O":
            return self.read(array.tolist(), depth + 1)
        if array.dtype.kind not in "fiub":
            return f"an array of {_kind(array.dtype)}, {NO_NUMBERS}{_WHY_COMPLEX if array.dtype.kind == 'c' else ''}"
        if isinstance(array, np.ma.MaskedArray):
            hidden = np.ma.getmaskarray(array)
            array = array.astype(float).filled(np.nan) if hidden.any() else array.data
        array = np.asarray(array)
        place = array.__array_interface__["data"][0], array.shape, array.strides
        self.twice |= array.size > 1 and place in self.places
        self.places.add(place)
        standard = np.dtype(float) if array.dtype.itemsize > 8 else array.dtype.newbyteorder("=")
        with np.errstate(all="ignore"):  # a long double may be beyond float64
            return array.astype(standard, copy=False)

    def _tensor(self, tensor: Any, torch: Any, depth: int) -> Any:
        if tensor.device.type == "meta":
            return "a tensor on the meta device, which holds no numbers"
        if tensor.is_nested:
            return self._sequence(tensor.unbind(), depth)
        if tensor.numel() > MAX_NUMBERS:
            return f"a tensor of {tensor.numel()} numbers, far more than any draw asks for"
        try:
            array = _array_of_tensor(tensor.detach(), torch)
        except (TypeError, RuntimeError, NotImplementedError, ValueError):
            return f"a tensor of {str(tensor.dtype).removeprefix('torch.')} without a NumPy form"
        return self._array(array, depth)


def called(value: Any) -> str:
    """The value's class with its article: "a Foo", "an OrderedDict"."""
    kind = type(value).__name__[:MAX_KEY]
    return f"an {kind}" if kind[:1] in "aeiouAEIOU" else f"a {kind}"


def _integer(value: int) -> int | float:
    value = int(value)
    if -(2**63) <= value < 2**63:
        return value
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def _scalar(value: np.generic) -> Any:
    kind = value.dtype.kind
    if kind in "iub":
        return bool(value) if kind == "b" else _integer(int(value))
    if kind == "f":
        return float(value)
    return f"a number or text of NumPy's type {value.dtype.name}, {NO_NUMBERS}"


def _fields(value: Any) -> dict[str, Any] | None:
    """What a dataclass or a namespace holds, by its names; None for any other."""
    if isinstance(value, types.SimpleNamespace):
        return vars(value)
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return None
    found = {field.name: (getattr(value, field.name, None), field.default) for field in dataclasses.fields(value)}
    return {name: part for name, (part, usual) in found.items() if part is not None or usual is not None}


def _number(value: Any) -> int | float | None:
    """A Fraction, a Decimal, whatever says that it is a real number; None for what does not."""
    try:
        if hasattr(type(value), "__index__"):
            return _integer(int(value))
        return float(value) if hasattr(type(value), "__float__") else None
    except Exception:
        return None


def _array_of(value: Any) -> np.ndarray | None:
    """The array that a Series, a sparse matrix, a memoryview holds; None for what offers none."""
    try:
        if hasattr(type(value), "toarray"):
            return np.asarray(value.toarray()) if math.prod(value.shape) <= MAX_NUMBERS else None
        if not hasattr(type(value), "__array__") and not hasattr(type(value), "__array_interface__"):
            value = memoryview(value)
        return np.asarray(value)
    except Exception:  # of a stranger's class: then it is no array
        return None


def _array_of_tensor(tensor: Any, torch: Any) -> np.ndarray:
    if tensor.is_quantized:
        tensor = tensor.dequantize()
    if tensor.layout != torch.strided:
        tensor = tensor.to_dense()
    tensor = tensor.cpu().resolve_conj().resolve_neg()
    try:
        return tensor.numpy()
    except TypeError:  # bfloat16 and the like, which NumPy lacks
        return tensor.float().numpy()


def _key(key: Any) -> str | int | None:
    """A key that names something: a short text or an int. None for any other."""
    if isinstance(key, str):
        return str.__str__(key) if len(key) <= MAX_KEY else None
    return int(key) if isinstance(key, int) and -(2**63) <= key < 2**63 else None


def _kind(dtype: np.dtype) -> str:
    return {"c": "complex numbers", "U": "texts", "S": "texts", "T": "texts"}.get(dtype.kind, f"type {dtype.name}")
