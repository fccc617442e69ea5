"""What a frequent error means, in words: Python and the libraries say it in terms of their own."""

from __future__ import annotations

import ast
import builtins
import linecache
import re
import types
from collections.abc import Callable
from itertools import islice
from typing import Any

import numpy as np

_PLAIN = (
    ast.Expression, ast.Name, ast.Attribute, ast.Subscript, ast.Slice, ast.Constant, ast.Tuple, ast.UnaryOp, ast.BinOp,
    ast.operator, ast.unaryop, ast.expr_context,
)  # fmt: skip
"""Expressions of these parts alone can be computed once more without doing anything else."""

_BUILTINS = vars(builtins).copy()
_LONGEST = 500  # characters of a message that are looked at; looking takes the square of them


def explained(message: str, shapes: tuple[tuple[int, ...], tuple[int, ...]] | None = None) -> str:
    """What a message about shapes, types or missing values means, as a sentence; "" for any other message.

    shapes: those of the two operands, where the message does not say them.
    """
    for pattern, words in _KNOWN.items():
        found = re.search(pattern, message[:_LONGEST], re.DOTALL)
        if found:
            return words(shapes, *found.groups())
    return ""


def operands(traceback: types.TracebackType | None) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The shapes of the two operands of the operation at which a frame has stopped, if they are two arrays."""
    if traceback is None:
        return None
    frame = traceback.tb_frame
    first, last, begin, end = next(islice(frame.f_code.co_positions(), traceback.tb_lasti // 2, None), (None,) * 4)
    if None in (first, last, begin, end):
        return None
    rows = linecache.getlines(frame.f_code.co_filename)[first - 1 : last]
    if not rows:
        return None
    rows = [row.encode() for row in rows]  # columns count bytes
    rows[-1] = rows[-1][:end]
    rows[0] = rows[0][begin:]
    try:
        tree = ast.parse(f"({b''.join(rows).decode()})", mode="eval").body
        if not isinstance(tree, ast.BinOp):
            return None
        found = tuple(_shape(side, frame) for side in (tree.left, tree.right))
    except Exception:  # of a stranger's code: then nothing is known
        return None
    return None if None in found else found


def taken_name(traceback: types.TracebackType) -> str:
    """Which of Python's functions is none where a frame has stopped, because a line gave its name to something else."""
    frame = traceback.tb_frame
    for name in (*frame.f_code.co_varnames, *frame.f_code.co_names):
        for where, names in (("this function", frame.f_locals), ("a cell", frame.f_globals)):
            if callable(_BUILTINS.get(name)) and name in names and not callable(names[name]):
                back = f", and run `del {name}` once" if where == "a cell" else ""
                return f"`{name}` is a function of Python's, and {where} uses its name for a value: rename that{back}."
    return ""


def _shape(side: ast.expr, frame: types.FrameType) -> tuple[int, ...] | None:
    whole = ast.Expression(side)
    if not all(isinstance(node, _PLAIN) for node in ast.walk(whole)):
        return None
    value = eval(compile(whole, "<operand>", "eval"), frame.f_globals, dict(frame.f_locals))
    return value.shape if type(value) is np.ndarray else None


def _times(left: tuple[int, ...], right: tuple[int, ...]) -> str:
    inner = left[-1], right[-2] if len(right) > 1 else right[0]
    said = f"{_said(left)} times {_said(right)}: the inner sizes {inner[0]} and {inner[1]} differ."
    if len(left) == len(right) == 2:
        turned = (["the second"] if left[1] == right[1] else []) + (["the first"] if left[0] == right[0] else [])
        said += f" Is {' or '.join(turned)} to be transposed?" if turned else ""
    return said


def _matmul(shapes: Any, size: str, other: str) -> str:
    if shapes is not None:
        return _times(*shapes)
    return f"(…, {other}) times ({size}, …): the inner sizes {other} and {size} differ. Is one to be transposed?"


def _entry_by_entry(a: tuple[int, ...], b: tuple[int, ...]) -> str:
    pairs = enumerate(zip(reversed(a), reversed(b), strict=False), start=1)
    differ = [(place, x, y) for place, (x, y) in pairs if x != y and 1 not in (x, y)]
    if not differ:
        return ""
    place, x, y = differ[0]
    axis = "the last axis" if place == 1 else f"axis -{place}"
    return f"{_said(a)} and {_said(b)} do not fit entry by entry: {x} and {y} differ on {axis}."


def _said(shape: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def _read(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text)))


_KNOWN: dict[str, Callable[..., str]] = {
    r"matmul: Input operand \d has a mismatch in its core dimension.*size (\d+) is different from (\d+)": _matmul,
    r"matmul: Input operand \d does not have enough dimensions": lambda shapes: (
        "`@` multiplies arrays, and one of the two is a single number: is `*` meant?"
    ),
    r"shapes (\([\d,]*\)) and (\([\d,]*\)) not aligned": lambda shapes, a, b: _times(_read(a), _read(b)),
    r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)": lambda shapes, *sizes: _times(
        tuple(map(int, sizes[:2])), tuple(map(int, sizes[2:]))
    ),
    r"operands could not be broadcast together with shapes (\([\d,]*\)) (\([\d,]*\))": lambda shapes, a, b: (
        _entry_by_entry(_read(a), _read(b))
    ),
    r"could not broadcast input array from shape (\([\d,]*\)) into shape (\([\d,]*\))": lambda shapes, a, b: (
        f"What is written has the shape {_said(_read(a))}, and the place for it {_said(_read(b))}."
    ),
    r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton dimension (\d+)": (
        lambda shapes, a, b, axis: f"Two tensors do not fit entry by entry: {a} and {b} differ on axis {axis}."
    ),
    r"except for the concatenation axis must match exactly, but along dimension (\d+), the array at index (\d+) has "
    r"size (\d+) and the array at index (\d+) has size (\d+)": lambda shapes, axis, j, a, k, b: (
        f"The arrays that are joined differ on axis {axis}: number {j} has {a} there, and number {k} has {b}."
    ),
    r"setting an array element with a sequence.*inhomogeneous shape": lambda shapes: (
        "Parts of different lengths or shapes do not make one array: deal with one after the other."
    ),
    r"(?:only [\w-]+ arrays can be converted to Python scalars|only one element tensors can be converted to)": (
        lambda shapes: (
            "An array stands where one number belongs. Functions of `math` take one number, NumPy's take arrays."
        )
    ),
    r"truth value of an array with more than one element|Boolean value of Tensor with more than one value": (
        lambda shapes: (
            "`if`, `while`, `and`, `or` and `not` ask for one True or False, and an array has one for each entry: "
            "np.where chooses entry by entry."
        )
    ),
    r"ufunc 'bitwise_xor' not supported|unsupported operand type\(s\) for \^": lambda shapes: (
        "`^` is no power in Python. A power is written `**`."
    ),
    r"(.*NoneType.*)": lambda shapes, said: (
        f"{said}. Something is None here: is a `return` missing in a function that it comes from?"
    ),
    r"'(?:numpy\.)?(ndarray|Tensor|float|float64|int|int64|list|tuple)' object is not callable": lambda shapes, kind: (
        f"Round brackets call a function, and this is of the type {kind}: are square ones meant, or is a `*` missing?"
    ),
    r"to have the same dtype, but got: (\w+) != (\w+)|must have the same dtype, but got (\w+) and (\w+)"
    r"|expected scalar type (\w+) but found (\w+)": lambda shapes, *kinds: (
        f"Tensors of two types meet, {' and '.join(kind for kind in kinds if kind)}: make both the same."
    ),
    r"EOF when reading a line": lambda shapes: (
        "input() waits for somebody to type, and nobody does while it is checked."
    ),
    r"maximum recursion depth exceeded": lambda shapes: "It calls itself again and again, and never comes to an end.",
}
