"""Lesson 07, timing: seconds of jobs on the processor, and the number of operations that PyTorch starts for one."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Mapping

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from coursekit.topics.pytorch_gpu.answers import benchmark

# Processor time leaves out what other programs take. Windows counts it in steps that are too coarse.
_clock = time.perf_counter if sys.platform == "win32" else time.process_time


def cpu_time(f: Callable[[], object], calls: int, repeats: int = 9) -> float:
    """Median seconds of one call on the processor, where there is nothing to wait for."""
    return benchmark(f, lambda: None, _clock, 2, calls, repeats)[0]


def roof() -> tuple[float, float]:
    """What this processor does at best: FLOP per second of a large product, bytes per second of a copy, both ways."""
    square, source = torch.randn(1024, 1024), torch.randn(1 << 24)  # source: 64 MB, no usual cache holds it
    target = torch.empty_like(source)
    rate = 2 * 1024**3 / cpu_time(lambda: square @ square, calls=1, repeats=7)
    return rate, 2 * source.nbytes / cpu_time(lambda: target.copy_(source), calls=1, repeats=7)


def take_turns(jobs: Mapping[str, Callable[[], object]], rounds: int = 7) -> dict[str, float]:
    """Median seconds of each job; they take turns, so that a busy machine disturbs all alike."""
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for turn in range(rounds + 1):
        for name, job in jobs.items():
            start = _clock()
            job()
            if turn:  # the first round is the warm-up
                times[name].append(_clock() - start)
    return {name: statistics.median(found) for name, found in times.items()}


class _Count(TorchDispatchMode):
    """Counts the operations that PyTorch starts, views included."""

    started = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.started += 1
        return function(*args, **(kwargs or {}))


def operations(job: Callable[[], object]) -> int:
    """How many operations PyTorch starts in one call of job, views included, without gradients."""
    with torch.no_grad(), _Count() as count:
        job()
    return count.started
