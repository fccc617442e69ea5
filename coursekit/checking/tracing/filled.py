"""Arrays that are filled entry by entry, and lists that grow: which line put the first wrong entry there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coursekit.checking.portable.record import Event, fills_a_part
from coursekit.checking.tracing.judge import Judged, Standing
from coursekit.checking.tracing.match import single


def first_wrong_entry(judged: Sequence[Judged], first: int, got: np.ndarray, want: np.ndarray) -> int | None:
    """Where the first wrong entry of a returned array came into being, if it was filled, or appended to.

    first: what was found to be wrong first: the return, or what is filled. None where that is the place, as far as this
    can tell; a value that is wrong by itself goes before.
    """
    event = judged[first].event
    if got.shape != want.shape or got.size < 2 or event.frame.depth or not (event.returned or event.name):
        return None
    close = np.isclose(got, want, rtol=1e-6, atol=1e-6 * float(np.abs(want).max()))
    same = [k for k, each in enumerate(judged) if each.event.frame is event.frame and each.event.name]
    ends = [k for k in same if _is(judged[k].event, got) and event.name in ("", judged[k].event.name)]
    if not ends:
        return None
    name = judged[ends[-1]].event.name
    chain = [k for k in same if k <= ends[-1] and judged[k].event.name == name]
    place = (
        _filled(judged, chain, close) if fills_a_part(judged[ends[-1]].event) else _appended(judged, chain, got, close)
    )
    if place is None:
        return None
    others = (k for k in range(first, place) if judged[k].standing is Standing.OFF and k not in chain)
    return next(others, place)


def _is(event: Event, array: np.ndarray) -> bool:
    return len(event.arrays) == 1 and event.arrays[0].shape == array.shape and np.array_equal(event.arrays[0], array)


def _filled(judged: Sequence[Judged], chain: Sequence[int], close: np.ndarray) -> int | None:
    """Of the runs that filled an array, the first that put a wrong entry into it which stayed there."""
    found = None
    for k in reversed(chain):
        event = judged[k].event
        if not fills_a_part(event) or event.arrays[0].shape != close.shape:
            break
        if np.any((event.arrays[0] != event.before[0]) & ~close):
            found = k
    return found


def _appended(judged: Sequence[Judged], chain: Sequence[int], got: np.ndarray, close: np.ndarray) -> int | None:
    """Where a list of numbers got its first wrong one; or where the variable did that was put into the list."""
    if got.ndim != 1 or close.all():
        return None
    place = int(np.flatnonzero(~close)[0])
    grown = [k for k in chain if _holds(judged[k].event, got[: place + 1])]
    if not grown:
        return None
    event = judged[grown[0]].event
    for k in range(grown[0] - 1, -1, -1):
        each = judged[k].event
        read = each.frame is event.frame and each.name in event.frame.lines.reads(event.line)
        if read and len(each.arrays) == 1 and single(each.arrays[0]) == got[place]:
            return k
    return grown[0]


def _holds(event: Event, numbers: np.ndarray) -> bool:
    """Whether a list holds these numbers and no others so far."""
    return len(event.arrays) == 1 and np.array_equal(event.arrays[0].ravel(), numbers)
