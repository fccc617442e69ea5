"""Lesson 07, timing: a pretended device with a clock, the right benchmark, and known mistakes.

Real times differ from run to run. On this device they do not: its clock moves only when something is launched or waited
for, so that every way of timing gives one exact number, and a mistake can be named by it.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence

from coursekit.checking import Mistake


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


def benchmark_by(
    warming: bool = True,
    before: bool = True,
    after: bool = True,
    every_call: bool = False,
    summary: Callable[[list[float]], float] = statistics.median,
    per_call: bool = True,
) -> Callable:
    """A benchmark that leaves something out, or does too much."""

    def benchmark(f, synchronise, clock, warm_up, calls, repeats):
        times = []
        for _ in range(warm_up if warming else 0):
            f()
        for _ in range(repeats):
            if before:
                synchronise()
            start = clock()
            for _ in range(calls):
                f()
                if every_call:
                    synchronise()
            if after and not every_call:
                synchronise()
            times.append((clock() - start) / (calls if per_call else 1))
        return summary(times), times

    return benchmark


TIMING = (
    Mistake(
        "a clock that stops before the device has done its work",
        "A call only launches the work. What has to happen between the last call and the second look at the clock?",
        benchmark_by(after=False),
    ),
    Mistake(
        "a clock that starts while the warm-up is still running",
        "The warm-up calls are launched, and not done. The first time then contains their rest.",
        benchmark_by(before=False),
    ),
    Mistake(
        "the first calls counted",
        "The first calls compile, choose an algorithm and fill caches. What is warm_up for?",
        benchmark_by(warming=False),
    ),
    Mistake(
        "a wait after every call, as .item() makes one",
        "With a wait in the loop the processor cannot launch ahead. `.item()`, `.cpu()` and print all wait.",
        benchmark_by(every_call=True),
    ),
    Mistake(
        "the mean, which one interruption spoils",
        "Look at the list of times: one or two stand far above the others. Which summary does not mind?",
        benchmark_by(summary=statistics.fmean),
    ),
    Mistake(
        "the smallest time in the place of the median",
        "The smallest is what luck allows, and it falls with the number of repeats. The median is asked for.",
        benchmark_by(summary=min),
    ),
    Mistake(
        "the time of all calls of a repeat together",
        "Each repeat makes `calls` calls. The time of one is asked for.",
        benchmark_by(per_call=False),
    ),
)
