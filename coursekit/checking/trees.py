"""Copy and compare arguments: arrays inside tuples, named tuples, lists and dicts.

Tensors and named tuples are told by their class. A value that a stranger wrote is never asked for its attributes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

_SMALL = 10_000
"""Entries of an array of which a copy is quicker than the functions that compare without one."""

_PLAIN = (str, bytes, bool, int, float, complex)


def is_tensor(value: Any) -> bool:
    """True for a torch tensor; torch is not imported for it."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def tensor_to_numpy(tensor: Any) -> np.ndarray:
    """The numbers of a torch tensor; bfloat16, which NumPy lacks, as float32."""
    tensor = tensor.detach().cpu()
    return tensor.float().numpy() if str(tensor.dtype) == "torch.bfloat16" else tensor.numpy()


def copy(value: Any) -> Any:
    """A deep copy of the arrays; everything that is not an array or a container is shared."""
    return map_arrays(lambda a: a.clone() if is_tensor(a) else np.array(a, copy=True, order="K"), value)


def map_arrays(f: Callable[[Any], Any], value: Any) -> Any:
    """The same containers with f applied to every array or tensor."""
    if isinstance(value, np.ndarray) or is_tensor(value):
        return f(value)
    if isinstance(value, tuple):
        parts = [map_arrays(f, v) for v in value]
        return type(value)(*parts) if hasattr(type(value), "_fields") else type(value)(parts)
    if isinstance(value, list):
        return type(value)(map_arrays(f, v) for v in value)
    if isinstance(value, dict):
        return {k: map_arrays(f, v) for k, v in value.items()}
    return value


def arrays(value: Any) -> Iterator[Any]:
    """Every array or tensor in the containers, in order."""
    if isinstance(value, np.ndarray) or is_tensor(value):
        yield value
    elif isinstance(value, (list, tuple, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from arrays(part)


def same(a: Any, b: Any) -> bool:
    """True if the two hold the same arrays, bit for bit (NaN equals NaN), and the same words and numbers beside them,
    in containers of the same size. Values of other classes are not compared.
    """
    if isinstance(a, np.ndarray) or is_tensor(a):
        return (isinstance(b, np.ndarray) or is_tensor(b)) and _equal(a, b)
    if isinstance(a, (list, tuple, dict)):
        if not isinstance(b, (list, tuple, dict)) or len(a) != len(b):
            return False
        left, right = (value.values() if isinstance(value, dict) else value for value in (a, b))
        return all(same(p, q) for p, q in zip(left, right, strict=True))
    return type(a) not in _PLAIN or (type(b) is type(a) and (a == b or (a != a and b != b)))


def _equal(a: Any, b: Any) -> bool:
    a, b = (tensor_to_numpy(v) if is_tensor(v) else v for v in (a, b))
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if a.size <= _SMALL and a.dtype.kind in "fiubc" and a.tobytes() == b.tobytes():
        return True
    return bool(np.array_equal(a, b)) or (a.dtype.kind == "f" and bool(np.array_equal(a, b, equal_nan=True)))


def records(value: Any) -> Iterator[type[tuple]]:
    """The class of every named tuple in the containers."""
    if isinstance(value, tuple) and hasattr(type(value), "_fields"):
        yield type(value)
    if isinstance(value, (list, tuple, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from records(part)
