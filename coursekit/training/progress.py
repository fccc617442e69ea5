"""Progress bars, in a notebook or a terminal and nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from tqdm import tqdm


def progress_bar(total: int, unit: str, progress: bool | None = None, **changes: Any) -> tqdm:
    """A bar of `total` units. progress: True, False, or None for a bar in a notebook or a terminal only."""
    if progress is None:
        # A notebook's output is no terminal, yet it obeys a carriage return: all that a bar of text needs.
        progress = sys.stdout.isatty() or type(sys.stdout).__module__.startswith("ipykernel")
    return tqdm(total=total, file=sys.stdout, disable=not progress, unit=unit, **changes)


def trainings(runs: Sequence, progress: bool | None = None) -> Iterator:
    """The runs one by one, with a bar."""
    with progress_bar(len(runs), "training", progress) as shown:
        for run in runs:
            yield run
            shown.update()
