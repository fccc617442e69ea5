"""Memory that an answer has asked for and never written, made recognisable.

`np.empty` leaves whatever lay in memory: other numbers in every call, often zeros, and the right ones where an array
with these was there before. While an answer runs it holds one number, so that what is never written is told by it, and
whatever is computed from it is the same in every call.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .state import loaded_torch

MARK = -1.23046875
"""What stands there: a number that every type from float16 on holds exactly. It is of an ordinary size, so that what is
computed from it is too, and the numbers beside it still count."""

WHOLE_MARK = -60256
"""The same for integers."""

_MAKERS = ("empty", "empty_like")


@contextlib.contextmanager
def marked() -> Iterator[None]:
    """While this lasts, `empty` and `empty_like` of NumPy and of PyTorch hand out arrays that hold the mark, where
    their type can."""
    modules = [module for module in (np, loaded_torch()) if module is not None]
    before = [(module, name, getattr(module, name)) for module in modules for name in _MAKERS]
    lasting = [True]  # a module that is imported meanwhile may keep what stands here for longer
    for module, name, make in before:
        setattr(module, name, _marking(make, lasting))
    try:
        yield
    finally:
        lasting.clear()
        for module, name, make in before:
            setattr(module, name, make)


def _marking(make: Callable[..., Any], lasting: list[bool]) -> Callable[..., Any]:
    @functools.wraps(make)
    def made(*args: Any, **more: Any) -> Any:
        array = make(*args, **more)
        if lasting:
            _mark(array)
        return array

    return made


def _mark(array: Any) -> None:
    if isinstance(array, np.ndarray):
        if array.dtype.kind in "fc":
            array.fill(MARK)
        elif array.dtype.kind == "i" and array.dtype.itemsize >= 4:
            array.fill(WHOLE_MARK)
    elif array.is_floating_point():
        array.detach().fill_(MARK)


def unwritten(array: np.ndarray) -> np.ndarray:
    """Where an array of numbers holds a mark: an array of truth values."""
    return (array == MARK) | (array == WHOLE_MARK)
