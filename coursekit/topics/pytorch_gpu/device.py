"""Lesson 07, timing: a simulated device with a clock.

Real times differ from run to run. On this device they do not: its clock moves only when something is launched or waited
for, so that every way of timing gives one exact number, and a mistake can be named by it.
"""

from __future__ import annotations

from collections.abc import Sequence


class Device:
    """A processor that launches work, and an accelerator that does it later, in order. Times in one unit, any.

    launch: how long the processor needs to launch one call.
    work:   how long the accelerator needs for call k; the last one holds for all calls after it.
    wait:   how long waiting takes, once the accelerator is done.

    launched, worked: (start, end) of each call so far, on the processor and on the accelerator.
    """

    def __init__(self, launch: float, work: Sequence[float], wait: float) -> None:
        self.launch, self.work, self.wait = launch, list(work), wait
        self.reset()

    def reset(self) -> None:
        self.now = self.free = 0.0  # the processor's clock; when the accelerator will have done all its work
        self.launched: list[tuple[float, float]] = []
        self.worked: list[tuple[float, float]] = []

    def run(self) -> None:
        """Launch one call and return at once."""
        self.launched.append((self.now, self.now + self.launch))
        self.now += self.launch
        start = max(self.free, self.now)
        self.free = start + self.work[min(len(self.worked), len(self.work) - 1)]
        self.worked.append((start, self.free))

    def synchronise(self) -> None:
        """Wait until all work is done."""
        self.now = max(self.now, self.free) + self.wait

    def clock(self) -> float:
        return self.now
