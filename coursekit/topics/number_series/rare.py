"""A GRU that reads a sequence and says how likely something rare is, trained on batches in which it is not rare.

module = train_reader(x, truth, seed=0)         # x (N, T, D), truth (N,)
"""

from __future__ import annotations

import numpy as np
import torch

from coursekit.nn import GRU
from coursekit.training.batches import random_rows
from coursekit.training.seeded import seeded
from coursekit.training.torch_loop import tensor_of, train_torch

UNITS, BATCH, STEPS, LEARNING_RATE = 24, 128, 300, 0.01


class Reader(torch.nn.Module):
    """x (N, T, D) -> one score for each sequence, (N,)."""

    def __init__(self, D: int, units: int) -> None:
        super().__init__()
        self.layer = GRU(D, units, batch_first=True)
        self.read_out = torch.nn.Linear(units, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.read_out(self.layer(x)[0][:, -1])[:, 0]


def binary_cross_entropy(module: torch.nn.Module, batch: tuple) -> tuple[torch.Tensor, float]:
    """The loss of a batch (x, truth), as a tensor and as a number; the scores are log odds."""
    x, truth = map(tensor_of, batch)
    loss = torch.nn.functional.binary_cross_entropy_with_logits(module(x), truth.float())
    return loss, loss.item()


def train_reader(x: np.ndarray, truth: np.ndarray, seed: int, *, steps: int = STEPS) -> torch.nn.Module:
    """Train on x (N, T, D) and truth (N,) until `steps` batches are seen, the second half with a small rate.

    Half of each batch is drawn from the rare class. That moves all log odds by one number and leaves their order.
    """
    with seeded(seed):
        module = Reader(x.shape[2], UNITS)
    rare = random_rows(x[truth], truth[truth], size=BATCH // 2)
    common = random_rows(x[~truth], truth[~truth], size=BATCH // 2)

    def both(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        return tuple(np.concatenate(parts) for parts in zip(rare(rng), common(rng), strict=True))

    for rate, count in ((LEARNING_RATE, steps // 2), (LEARNING_RATE / 5, steps - steps // 2)):
        how = {"seed": seed, "progress": False, "loss": binary_cross_entropy}
        module = train_torch(module, both, count, rate, **how).model
    return module
