"""The number that CPython gives a dict anew whenever something is written there (PEP 509).

To look at what a dict holds writes to each value's count of references: in a process that was forked, to thousands of
pages that it would else share. The number is part of no interface, so it is tried out when this module is imported.
"""

from __future__ import annotations

import builtins
import ctypes
import gc
import sys
from collections.abc import Mapping
from operator import itemgetter
from typing import Any

# As in `state`: whatever a learner puts in the place of Python's built-ins.
__builtins__ = vars(builtins).copy()

_first = itemgetter(0)


class Numbers:
    """Those of some dicts; none where this Python does not count."""

    def __init__(self, spaces: list[Mapping[str, Any]]) -> None:
        self._dicts = [_dict_of(space) for space in spaces]  # kept: their memory is read
        self._places = [_number_of(each) for each in self._dicts] if COUNTS else []

    def now(self) -> tuple[int, ...]:
        return tuple(map(_first, self._places))


def _dict_of(space: Mapping[str, Any]) -> dict[str, Any]:
    """The dict itself behind the view of it that a class gives."""
    return space if isinstance(space, dict) else gc.get_referents(space)[0]


def _number_of(of: dict[str, Any]) -> memoryview:
    """After the head of the object and the number of its entries."""
    place = id(of) + object.__basicsize__ + ctypes.sizeof(ctypes.c_ssize_t)
    return memoryview(ctypes.c_uint64.from_address(place)).cast("B").cast("Q")


def _tried_out() -> bool:
    if sys.implementation.name != "cpython" or sys.version_info >= (3, 14) or ctypes.sizeof(ctypes.c_ssize_t) != 8:
        return False
    tried: dict[str, Any] = {"a": 1}
    number = _number_of(tried)
    seen = [number[0]]
    for write in (lambda: tried.update(a=2), lambda: tried.update(b=2), lambda: tried.pop("a"), tried.clear):
        write()
        seen.append(number[0])
    return tried.get("a") is None and number[0] == seen[-1] and len(set(seen)) == len(seen)


COUNTS = _tried_out()
"""Whether this Python counts."""
