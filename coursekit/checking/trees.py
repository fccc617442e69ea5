"""Copy and compare arguments: arrays inside tuples, named tuples, lists and dicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np


def copy(value: Any) -> Any:
    """A deep copy of the arrays; everything that is not an array or a container is shared."""
    return map_arrays(lambda a: a.clone() if hasattr(a, "clone") else np.array(a, copy=True, order="K"), value)


def map_arrays(f: Callable[[Any], Any], value: Any) -> Any:
    """The same containers with f applied to every array or tensor."""
    if isinstance(value, np.ndarray) or hasattr(value, "detach"):
        return f(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(map_arrays(f, v) for v in value))
    if isinstance(value, (list, tuple)):
        return type(value)(map_arrays(f, v) for v in value)
    if isinstance(value, dict):
        return {k: map_arrays(f, v) for k, v in value.items()}
    return value


def arrays(value: Any) -> Iterator[Any]:
    """Every array or tensor in the containers, in order."""
    if isinstance(value, np.ndarray) or hasattr(value, "detach"):
        yield value
    elif isinstance(value, (list, tuple, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from arrays(part)


def same(a: Any, b: Any) -> bool:
    """True if the two hold the same arrays, bit for bit (NaN equals NaN), in containers of the same size."""
    left, right = list(arrays(a)), list(arrays(b))
    return len(left) == len(right) and all(_equal(p, q) for p, q in zip(left, right, strict=True))


def _equal(a: Any, b: Any) -> bool:
    a, b = (v.detach().cpu().numpy() if hasattr(v, "detach") else v for v in (a, b))
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    return bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))
