"""Progress with an estimate, in a notebook or a terminal and nowhere else.

A loop that trains several networks shows one bar for all of them. It moves with every step of the training that goes on
inside, so that the time that is left is known after seconds, not after the first network.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from tqdm import tqdm

_MANY = "{percentage:3.0f}%|{bar}| {n:.1f}/{total:.0f} {unit}s [{elapsed}<{remaining}]"
_SECONDS = 0.25  # between two states of the bar


@dataclass(frozen=True)
class _Outside:
    """The bar that is shown already, how much of it belongs to what runs now, and where that ends."""

    bar: tqdm
    size: float
    end: float


_outside: ContextVar[_Outside | None] = ContextVar("progress bar around", default=None)


class _Part:
    """The progress of something inside, told to the bar around it; as much of `tqdm` as loops here use."""

    def __init__(self, outside: _Outside, total: int) -> None:
        self._outside, self._total = outside, total

    def __enter__(self) -> _Part:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def update(self, n: float = 1) -> None:
        bar = self._outside.bar  # several trainings without `trainings` fill the part of one, and no more
        bar.update(max(0.0, min(self._outside.size * n / self._total, self._outside.end - bar.n)))

    def set_postfix(self, **_: Any) -> None:
        """One training of many has no figures of its own in the bar of all."""


def progress_bar(total: int, unit: str, progress: bool | None = None, **changes: Any) -> tqdm | _Part:
    """A bar of `total` units; within `trainings`, the part of that bar which belongs to the training that goes on.

    progress: True, False, or None for a bar in a notebook or a terminal only.
    """
    outside = _outside.get()
    if outside is not None and not progress:
        return _Part(outside, total)
    if progress is None:
        # A notebook's output is no terminal, yet it obeys a carriage return: all that a bar of text needs.
        progress = sys.stdout.isatty() or type(sys.stdout).__module__.startswith("ipykernel")
    return tqdm(total=total, file=sys.stdout, disable=not progress, unit=unit, **changes)


def trainings(
    runs: Collection, progress: bool | None = None, *, unit: str = "training", weights: Sequence[float] | None = None
) -> Iterator:
    """The runs one by one, with a bar over all of them that follows the steps within each.

    weights: how long each takes compared with the others; equal without. Within another loop of `trainings` they are a
    part of its bar.
    """
    weights = [1.0] * len(runs) if weights is None else list(weights)
    outside = _outside.get()
    if outside is not None:
        yield from _each(runs, weights, outside.bar, outside.size / sum(weights), outside)
        return
    with progress_bar(len(runs), unit, progress, bar_format=_MANY, mininterval=_SECONDS) as shown:
        yield from _each(runs, weights, shown, len(runs) / sum(weights), None)


def _each(runs: Iterable, weights: Iterable[float], bar: tqdm, scale: float, around: _Outside | None) -> Iterator:
    done = bar.n
    for run, weight in zip(runs, weights, strict=True):
        _outside.set(_Outside(bar, scale * weight, done + scale * weight))
        try:
            yield run
        finally:
            _outside.set(around)
        done += scale * weight
        bar.update(done - bar.n)  # a training that was stopped, or had no bar, counts as done
