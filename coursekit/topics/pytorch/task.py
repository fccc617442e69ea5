"""Lesson 06b, what is trained: a memory task whose answers are partly wrong, and the network that learns it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

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


class Network(nn.Module):
    """A recurrent layer, dropout, and a read-out of its last state: x (N, T, CLASSES + 1) -> scores (N, CLASSES).

    layer: layer(D, H) is a module that returns all states and the last one (1, N, H), as torch.nn.GRU does.
    """

    def __init__(self, layer: Callable[[int, int], nn.Module], units: int = 32) -> None:
        super().__init__()
        self.layer = layer(CLASSES + 1, units)
        self.dropout = nn.Dropout(0.3)
        self.read_out = nn.Linear(units, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.read_out(self.dropout(self.layer(x)[1][0]))


def share_right(model: nn.Module, rows: tuple[torch.Tensor, torch.Tensor]) -> float:
    """The share of the rows (x, y) whose highest score is that of y, in evaluation mode, in which the model stays."""
    model.eval()
    x, y = rows
    with torch.no_grad():
        return (model(x).argmax(dim=1) == y).double().mean().item()
