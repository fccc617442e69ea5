"""The arguments of a draw, what is expected and what came back, as a few lines of Python to copy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from coursekit.checking import trees
from coursekit.checking.outcome import Example
from coursekit.checking.portable.plain import called

_NUMBERS = 100  # of one array; of more only the shape is said
_CHARACTERS = 10_000
_WIDTH = 100
_SMALL = 1e-4  # numbers from here on are written without an exponent


def as_code(example: Example, names: Collection[str] = ()) -> str:
    """Assignments: `got` and `expected` by the names of the results, then each argument by its own name.

    names: of the results to show; all if there are none.
    """
    shown = [name for name in example.expected if name in names] or list(example.expected)
    lines = []
    if example.got is not None:
        lines += [f"got = {_by_name({name: example.got[name] for name in shown if name in example.got})}", ""]
    lines += [f"expected = {_by_name({name: example.expected[name] for name in shown})}", ""]
    return _within_bounds([*lines, *_assigned(example.inputs)])


def arguments_as_code(arguments: Mapping[str, Any]) -> str:
    """Assignments of each argument by its own name."""
    return _within_bounds(_assigned(arguments))


def _assigned(arguments: Mapping[str, Any]) -> list[str]:
    lines = []
    kinds = {kind.__name__: kind for kind in trees.records(tuple(arguments.values()))}
    if kinds:
        lines.append("from collections import namedtuple")
        lines += [f"{name} = namedtuple({name!r}, {' '.join(kind._fields)!r})" for name, kind in kinds.items()]
    return [*lines, *(f"{name} = {_written(value)}" for name, value in arguments.items())]


def _within_bounds(lines: list[str]) -> str:
    room, kept, left = _CHARACTERS, [], []
    for line in lines:
        if len(line) >= room:
            left.append(line.partition(" = ")[0])
            continue
        room -= len(line) + 1
        kept.append(line)
    if left:
        kept.append(f"# too long to show: {', '.join(left)}")
    return "\n".join(kept)


def _by_name(arrays: Mapping[str, np.ndarray]) -> str:
    parts = [f"    {name!r}: {_written(value, 4)}," for name, value in arrays.items()]
    return "\n".join(["{", *parts, "}"])


def _written(value: Any, indent: int = 0) -> str:
    if trees.is_tensor(value):
        return _array(trees.tensor_to_numpy(value), "torch.tensor", indent)
    if isinstance(value, np.ndarray):
        return _array(value, "np.array", indent)
    inner = indent + 4
    if isinstance(value, dict):
        parts = [f"{key!r}: {_written(part, inner)}" for key, part in value.items()]
        return _between("{", parts, "}", indent)
    if isinstance(value, tuple) and hasattr(type(value), "_fields"):
        parts = [f"{name}={_written(part, inner)}" for name, part in zip(type(value)._fields, value, strict=True)]
        return _between(f"{type(value).__name__}(", parts, ")", indent)
    if isinstance(value, (list, tuple)):
        left, right = "[]" if isinstance(value, list) else "()"
        comma = "," if isinstance(value, tuple) and len(value) == 1 else ""
        return _between(left, [_written(part, inner) for part in value], comma + right, indent)
    if value is None or isinstance(value, str):
        return repr(value)
    if isinstance(value, (bool, int, float, np.generic)):
        return _number(value.item() if isinstance(value, np.generic) else value)
    return repr(f"{called(value)}, which cannot be shown")


def _between(left: str, parts: list[str], right: str, indent: int) -> str:
    one_line = f"{left}{', '.join(parts)}{right}"
    if "\n" not in one_line and len(one_line) + indent < _WIDTH:
        return one_line
    rows = [f"{' ' * (indent + 4)}{part}," for part in parts]
    return "\n".join([left, *rows, " " * indent + right.lstrip(",")])


def _number(value: bool | int | float) -> str:
    return f"float('{value}')" if isinstance(value, float) and not np.isfinite(value) else repr(value)


def _array(array: np.ndarray, maker: str, indent: int) -> str:
    if array.size > _NUMBERS:
        return repr(f"an array {array.shape}, too large to show")
    if array.ndim == 0:
        return _number(array.item())
    prefix = " " * (indent + len(maker) + 1)
    size = np.abs(array[array != 0]).min(initial=1.0) if array.dtype.kind == "f" else 1.0
    told = np.array2string(
        array, separator=", ", precision=6, max_line_width=_WIDTH, prefix=prefix, threshold=_NUMBERS,
        suppress_small=bool(size >= _SMALL),
    )  # fmt: skip
    told = told.replace("nan", "np.nan").replace("inf", "np.inf")
    return f"{maker}({told})"
