"""A recorded call as plain data that can be sent: places in the source, arrays, and who held which of them when.

Nothing of the source travels. Who receives it has the source already, and looks up there what it is told of a line.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .record import Event, Frame, Recording

MAX_EVENTS, MAX_ARRAYS, MAX_BYTES = 3000, 2000, 8_000_000
MAX_CODES = 200  # functions
MAX_NAMES = 40  # of integers beside one event
MAX_COUNT = 10**9  # the largest of them


def packed(recording: Recording) -> tuple[list[Any], list[Any], list[Any], list[Any]] | None:
    """codes [name, first line], frames [code, depth], arrays, and events [frame, line, name, arrays, before, counts,
    hit, inner frame or -1, returned], with numbers for what stands in the lists before. None if that is too much."""
    if not recording.complete or len(recording.events) > MAX_EVENTS:
        return None
    codes: dict[int, int] = {}
    frames: dict[Frame, int] = {}
    sent_codes: list[Any] = []
    sent_frames: list[Any] = []
    arrays = _Arrays()

    def number(frame: Frame) -> int:
        if frame not in frames:
            if id(frame.code) not in codes:
                codes[id(frame.code)] = len(sent_codes)
                sent_codes.append([frame.code.co_name, frame.code.co_firstlineno])
            frames[frame] = len(sent_frames)
            sent_frames.append([codes[id(frame.code)], frame.depth])
        return frames[frame]

    def sent(event: Event) -> list[Any]:
        inner = -1 if event.inner is None else number(event.inner)
        held, before = arrays.numbers(event.arrays), arrays.numbers(event.before)
        counts = [[name, value] for name, value in event.counts or () if abs(value) < MAX_COUNT][:MAX_NAMES]
        return [number(event.frame), event.line, event.name, held, before, counts, event.hit, inner, event.returned]

    events = [sent(event) for event in recording.events]
    many = len(arrays.kept) > MAX_ARRAYS or len(codes) > MAX_CODES or len(frames) > MAX_EVENTS
    if many or sum(array.nbytes for array in arrays.kept) > MAX_BYTES:
        return None
    return sent_codes, sent_frames, arrays.kept, events


class _Arrays:
    """Each array once, however often it is held."""

    def __init__(self) -> None:
        self.kept: list[np.ndarray] = []
        self._known: dict[tuple[Any, ...], int] = {}

    def numbers(self, arrays: tuple[np.ndarray, ...]) -> list[int]:
        return [self._number(array) for array in arrays]

    def _number(self, array: np.ndarray) -> int:
        key = (array.shape, array.tobytes())
        if key not in self._known:
            self._known[key] = len(self.kept)
            self.kept.append(array)
        return self._known[key]
