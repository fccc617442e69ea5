"""Lesson 07, timing: a pretended device with a clock.

Real times differ from run to run. On this device they do not: its clock moves only when something is launched or waited
for, so that every way of timing gives one exact number, and a mistake can be named by it.
"""

from __future__ import annotations

from collections.abc import Sequence


class Device:
    """A processor that launches work, and an accelerator that does it later, in order.

    launch: seconds that the processor needs to launch one call.
    work:   seconds that the accelerator needs for call k; the last one holds for all calls after it.
    wait:   seconds that waiting costs, once the accelerator is done.
    """

    def __init__(self, launch: float, work: Sequence[float], wait: float) -> None:
        self.launch, self.work, self.wait = launch, list(work), wait
        self.reset()

    def reset(self) -> None:
        self.now = self.free = 0.0  # the processor's clock; when the accelerator will have done all its work
        self.calls = 0

    def run(self) -> None:
        """Launch one call and return at once."""
        self.now += self.launch
        self.free = max(self.free, self.now) + self.work[min(self.calls, len(self.work) - 1)]
        self.calls += 1

    def synchronise(self) -> None:
        """Wait until all work is done."""
        self.now = max(self.now, self.free) + self.wait

    def clock(self) -> float:
        return self.now
