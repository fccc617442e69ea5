"""Lesson 06b, what is trained: a memory task whose answers are partly wrong."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

from coursekit.sources.tasks import flagged_symbol

STEPS, CLASSES = 12, 4
WRONG = 0.2  # share of the answers that are drawn anew, so that a quarter of these is right by chance


class Parts(NamedTuple):
    """What is learnt, what is watched, and what is judged by: (x (N, T, D), y (N,)) each. Only `test` has no errors."""

    train: tuple[torch.Tensor, torch.Tensor]
    valid: tuple[torch.Tensor, torch.Tensor]
    test: tuple[torch.Tensor, torch.Tensor]


def with_errors(seed: int = 0, N: int = 400) -> Parts:
    """GENERATED: which symbol was flagged? A fifth of the answers was replaced by a random one, as tired people do."""
    rng = np.random.default_rng(seed)
    parts = []
    for rows, share in ((N, WRONG), (500, WRONG), (2000, 0.0)):
        batch = flagged_symbol(rng, rows, STEPS)
        drawn_anew = rng.random(rows) < share
        y = np.where(drawn_anew, rng.integers(0, CLASSES, rows), batch.y)
        parts.append((torch.from_numpy(batch.x), torch.from_numpy(y)))
    return Parts(*parts)
