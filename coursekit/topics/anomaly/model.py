"""The network of lesson 10: it says what comes next, and how sure it is of that."""

from __future__ import annotations

from collections.abc import Callable

import torch

from coursekit.nn import GRU

UNITS = 32
WARM_UP = 40  # readings at the start of a training window whose forecasts are not asked for


class Forecaster(torch.nn.Module):
    """x (N, T, 1) -> mean and log spread of what follows each step, (N, T, 2). The spread lies within e**4 of 1."""

    def __init__(self, units: int = UNITS, layer: Callable[..., torch.nn.Module] = GRU) -> None:
        super().__init__()
        self.layer = layer(1, units, batch_first=True)
        self.read_out = torch.nn.Linear(units, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mean, spread = self.read_out(self.layer(x)[0]).unbind(2)
        return torch.stack([mean, 4 * torch.tanh(spread / 4)], dim=2)


def surprise(said: torch.Tensor, came: torch.Tensor) -> torch.Tensor:
    """-log of a Gaussian density, less its constant. said: (..., 2) mean and log spread; came: (...)."""
    mean, log_spread = said.unbind(-1)
    return log_spread + 0.5 * ((came - mean) / log_spread.exp()) ** 2


def mean_surprise(module: torch.nn.Module, batch: tuple) -> tuple[torch.Tensor, float]:
    """The mean surprise after the warm-up, as a tensor and as a number. batch: x, y (N, T)."""
    x, y = (torch.as_tensor(part, dtype=torch.float32) for part in batch)
    loss = surprise(module(x[..., None]), y)[:, WARM_UP:].mean()
    return loss, loss.item()
