"""Events: runs of anomalous readings."""

from __future__ import annotations

import numpy as np


def runs(true: np.ndarray) -> list[tuple[int, int]]:
    """First and last place of each run of truth. true: (T,)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], true.astype(int), [0]])))
    return [(int(start), int(stop) - 1) for start, stop in edges.reshape(-1, 2)]
