"""Times that can be compared on a busy machine: processor time of this process, the rivals taking turns."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np


def take_turns(jobs: Mapping[str, Callable[[], object]], repetitions: int, seconds: float) -> dict[str, list[float]]:
    """Processor seconds of one call of each job, `repetitions` times: entry k of all jobs was measured together.

    seconds: about how long each job is repeated for one entry. Every job is called once before, unmeasured.
    """
    _settle_memory()
    calls = {name: _calls_that_last(job, seconds) for name, job in jobs.items()}
    found: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(repetitions):
        for name, job in jobs.items():
            found[name].append(_per_call(job, calls[name]))
    return found


def _settle_memory() -> None:
    # glibc hands memory back to the system, and asks for it again, until a block as large as this has been freed.
    # Without it that traffic is half of a small step's time, more or less by what the process did before.
    np.ones(4_000_000)


def _calls_that_last(job: Callable[[], object], seconds: float) -> int:
    job()
    return max(1, round(seconds / max(_per_call(job, 3), 1e-7)))


def _per_call(job: Callable[[], object], calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        job()
    return (time.process_time() - start) / calls


@contextmanager
def one_thread() -> Iterator[None]:
    """PyTorch on one thread, and as before afterwards: with several, processor time counts each of them."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
