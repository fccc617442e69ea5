"""Which values of a recording belong to the right computation, and which is the first that does not."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from coursekit.checking.portable.record import MAX_SECONDS, Arrays, Event, Frame, Recording, fills_a_part, grows
from coursekit.checking.tracing.landmarks import Landmarks
from coursekit.checking.tracing.match import Found, proves_nothing


class Standing(Enum):
    """What a value proves. RIGHT: it is one of the right computation. OPEN: nothing, either way. OFF: it is none."""

    RIGHT = "right"
    OPEN = "open"
    OFF = "off"


@dataclass(frozen=True, eq=False)
class Judged:
    """An event with its standing, and what it was found to be. whole: False where only what changed is right."""

    event: Event
    standing: Standing
    found: Found | None = None
    whole: bool = True

    @property
    def line(self) -> int:
        return self.event.frame.lines.first(self.event.line)


def judge(recording: Recording, known: Landmarks, sizes: Mapping[str, int]) -> list[Judged]:
    """Every event with its standing. A value that leads to a right one is not off, however it looks; nor is one that
    nothing reads, nor what a call computes that returns the right value. [] if it takes too long."""
    cache: dict[tuple, tuple[Standing, Found | None, bool]] = {}
    judged, unfilled = [], recording.superseded()
    until = time.thread_time() + MAX_SECONDS
    for event in recording.events:
        if event in unfilled:
            judged.append(Judged(event, Standing.OPEN))
            continue
        if time.thread_time() > until:
            return []
        key = tuple(a.tobytes() + str(a.shape).encode() for a in (*event.arrays, *event.before))
        if key not in cache:
            cache[key] = _standing(event, known, sizes)
        judged.append(Judged(event, *cache[key]))
    return _acquitted(judged)


def _standing(event: Event, known: Landmarks, sizes: Mapping[str, int]) -> tuple[Standing, Found | None, bool]:
    standings = [_of_array(array, known, sizes) for array in event.arrays]
    telling = [s for s in standings if s[0] is not Standing.OPEN]
    if not telling:
        return Standing.OPEN, None, True
    if all(s is Standing.RIGHT for s, _ in telling):
        return Standing.RIGHT, telling[0][1] if len(telling) == 1 else None, True
    if _change_is_right(event.arrays, event.before, known):
        return Standing.RIGHT, None, False
    off = next(found for standing, found in telling if standing is Standing.OFF)
    return Standing.OFF, off if len(event.arrays) == 1 else None, True


def _of_array(array: np.ndarray, known: Landmarks, sizes: Mapping[str, int]) -> tuple[Standing, Found | None]:
    if proves_nothing(array):
        found = known.find_single(array)
        return (Standing.OPEN if found is None else Standing.RIGHT), found
    found = known.index.find(array, sizes)
    if found is not None and found.sign > 0 and not found.axis:
        return Standing.RIGHT, found
    if found is not None and any(mark.name for mark in found.marks):
        return Standing.OFF, found
    if found is not None:
        return Standing.OPEN, None
    if _has_a_wrong_block(array, known):
        return Standing.OFF, None
    pieces = known.index.pieces(array)
    if pieces:
        return Standing.RIGHT, Found(tuple(mark for piece in pieces for mark in piece.marks), whole=False)
    if known.loose.find(array) is not None:
        return Standing.OPEN, None
    return Standing.OFF, None


def _has_a_wrong_block(array: np.ndarray, known: Landmarks) -> bool:
    """Whether it is a named value of the right answer in some blocks, at their places, and not in others."""
    for _, named in known.named:
        if named.shape != array.shape:
            continue
        for axis, length in enumerate(named.shape):
            for count in (2, 3, 4):
                if length % count == 0 and length > count:
                    pairs = zip(np.split(array, count, axis), np.split(named, count, axis), strict=True)
                    same = [np.allclose(a, b, rtol=1e-6, atol=1e-9) for a, b in pairs if not proves_nothing(b)]
                    if any(same) and not all(same):
                        return True
    return False


def _change_is_right(arrays: Arrays, before: Arrays, known: Landmarks) -> bool:
    """True where the entries that changed, or what was added to all of them, are of the right computation."""
    if len(arrays) != 1 or len(before) != 1 or arrays[0].shape != before[0].shape:
        return False
    new, old = arrays[0], before[0]
    changed = new != old
    box = tuple(slice(k.min(), k.max() + 1) for k in changed.nonzero())
    for candidate in (new[box], new - old):
        found = None if proves_nothing(candidate) else known.index.find(candidate)
        if found is not None and found.sign > 0:
            return True
    if not proves_nothing(new[box]) and known.index.pieces(new[box]):
        return True
    # Single numbers of an array that is filled in a loop prove nothing yet.
    return bool(new[box].size < 3 and not old[box].any())


def _acquitted(judged: list[Judged]) -> list[Judged]:
    """The same with those values open that are off and did no harm, from the last to the first."""
    right_calls, made_right = _right_calls(judged), _made_right(judged)
    later: dict[Frame, list[_Run]] = {}
    result = list(judged)
    for number in range(len(judged) - 1, -1, -1):
        each = judged[number]
        event, runs = each.event, later.setdefault(each.event.frame, [])
        if not runs or (runs[-1].line, runs[-1].hit) != (event.line, event.hit):
            runs.append(_Run(event.line, event.hit, event.frame.lines.reads(event.line)))
        run = runs[-1]
        if each.standing is Standing.OFF:
            led = _leads_to(event, runs)
            if event.frame in right_calls or number in made_right or led is not Standing.OFF:
                result[number] = Judged(event, Standing.OPEN, each.found)
                run.right |= led is Standing.RIGHT
            else:
                run.off = True
        elif each.standing is Standing.RIGHT and each.whole and (event.name or event.returned):
            run.right = True
        if event.name:
            run.gives.add(event.name)
    return result


def _made_right(judged: list[Judged]) -> set[int]:
    """The values that are filled, or appended to, until they are right: what they lack was still to come."""
    later: dict[tuple[Frame, str], tuple[Event, bool]] = {}
    found = set()
    for number in range(len(judged) - 1, -1, -1):
        each = judged[number]
        if not each.event.name:
            continue
        place = each.event.frame, each.event.name
        after, right = later.get(place, (None, False))
        if right and (fills_a_part(after) or grows(after)):
            found.add(number)
        else:
            right = each.standing is Standing.RIGHT and each.whole
        later[place] = each.event, right
    return found


_SHORT = 4  # values


def _right_calls(judged: list[Judged]) -> set[Frame]:
    """The calls of helpers that return a right value; and of a short function of one array, such as a sigmoid: what it
    was handed may be wrong as well, and the line that called it tells of both."""
    ended = [j for j in judged if j.event.returned and j.event.frame.depth > 0]
    right = {j.event.frame for j in ended if j.standing is Standing.RIGHT}
    count = Counter(j.event.frame for j in judged)
    return right | {f for f in (j.event.frame for j in ended) if f.takes_one and count[f] <= _SHORT}


@dataclass
class _Run:
    """One run of a line: what it reads and gives values to, and whether those are right or off."""

    line: int
    hit: int
    reads: set[str]
    gives: set[str] = field(default_factory=set)
    right: bool = False
    off: bool = False


_LOOK_AHEAD = 2000  # runs of lines


def _leads_to(event: Event, runs: list[_Run]) -> Standing:
    """What became of a value: RIGHT if a right one was computed from it, OPEN if nothing reads it, else OFF."""
    if not event.name:
        return Standing.OFF
    read = False
    for run in runs[-2 : -2 - _LOOK_AHEAD : -1]:
        if event.name in run.reads:
            read = True
            if run.right and not run.off:
                return Standing.RIGHT
        if event.name in run.gives:
            break
    return Standing.OFF if read or event.frame.hands_on(event.name) else Standing.OPEN
