"""The known mistakes of lesson 07 in timing, as answers that can be run."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from coursekit.checking import Mistake


def _benchmark(
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
        _benchmark(after=False),
    ),
    Mistake(
        "a clock that starts while the warm-up is still running",
        "The warm-up calls have been launched but are not done. The first time then contains what is left of them.",
        _benchmark(before=False),
    ),
    Mistake(
        "the first calls counted",
        "The first calls compile, choose an algorithm and fill caches. What is warm_up for?",
        _benchmark(warming=False),
    ),
    Mistake(
        "a wait after every call, as .item() makes one",
        "With a wait in the loop the processor cannot launch ahead. `.item()`, `.cpu()` and print all wait.",
        _benchmark(every_call=True),
    ),
    Mistake(
        "the mean, which one interruption spoils",
        "Look at the list of times: one or two are far above the others. Which summary do they not move?",
        _benchmark(summary=statistics.fmean),
    ),
    Mistake(
        "the smallest time in the place of the median",
        "The smallest is what luck allows, and it falls with the number of repeats. The median is asked for.",
        _benchmark(summary=min),
    ),
    Mistake(
        "the time of all calls of a repeat together",
        "Each repeat makes `calls` calls. The time of one is asked for.",
        _benchmark(per_call=False),
    ),
)
