"""A GRU that reads a series and answers with numbers, its loss and its predictions: lessons 09 and 11 train it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from coursekit.nn import GRU
from coursekit.training.torch_loop import outputs, tensor_of


class Forecaster(torch.nn.Module):
    """x (N, T, 1) -> a GRU over all steps -> its last state (N, units) -> a linear read-out (N, outputs)."""

    def __init__(self, units: int, outputs: int, layer: Callable[..., torch.nn.Module] = GRU) -> None:
        super().__init__()
        self.layer = layer(1, units, batch_first=True)
        self.read_out = torch.nn.Linear(units, outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        states, _ = self.layer(x)
        return self.read_out(states[:, -1])


def squared_error(module: torch.nn.Module, batch: tuple) -> tuple[torch.Tensor, float]:
    """The mean squared error of a batch (x, y), as a tensor and as a number."""
    x, y = map(tensor_of, batch)
    loss = torch.nn.functional.mse_loss(module(x), y)
    return loss, loss.item()


def predict(module: torch.nn.Module, x: np.ndarray) -> np.ndarray:
    """Outputs (N, K) in float64 for x (N, T, 1), without gradients."""
    return outputs(module, x).astype(float)
