"""Lesson 07, timing: ways to compute one GRU, as layers and as jobs that go forwards and backwards once."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np
import torch
from torch import Tensor, nn

from coursekit.reference import FAST, lstm


class SixProducts(nn.Module):
    """The equations word for word: a Linear for every term, six products per step. x (N, T, D) -> hs (N, T, H), h."""

    def __init__(self, D: int, H: int) -> None:
        super().__init__()
        self.of_x = nn.ModuleList(nn.Linear(D, H) for _ in range(3))  # r, z, n
        self.of_h = nn.ModuleList(nn.Linear(H, H) for _ in range(3))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h, hs = x.new_zeros(len(x), self.of_h[0].out_features), []
        for x_t in x.unbind(1):
            r = torch.sigmoid(self.of_x[0](x_t) + self.of_h[0](h))
            z = torch.sigmoid(self.of_x[1](x_t) + self.of_h[1](h))
            n = torch.tanh(self.of_x[2](x_t) + r * self.of_h[2](h))
            h = (1 - z) * n + z * h
            hs.append(h)
        return torch.stack(hs, 1), h


class CellInALoop(nn.Module):
    """nn.GRUCell called once per step. x (N, T, D) -> hs (N, T, H), h (N, H)."""

    def __init__(self, D: int, H: int) -> None:
        super().__init__()
        self.cell = nn.GRUCell(D, H)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h, hs = x.new_zeros(len(x), self.cell.hidden_size), []
        for x_t in x.unbind(1):
            h = self.cell(x_t, h)
            hs.append(h)
        return torch.stack(hs, 1), h


def of_layer(layer: nn.Module, x: Tensor, upstream: Tensor) -> Callable[[], tuple[Tensor, ...]]:
    """A job: the layer forwards, and the gradients of x and of all weights. upstream: that of the states."""
    x, leaves = x.detach().requires_grad_(), list(layer.parameters())
    return lambda: torch.autograd.grad(layer(x)[0], [x, *leaves], upstream)


def of_numpy(cell: ModuleType, x: Tensor, upstream: Tensor) -> Callable[[], object]:
    """A job: forwards and backwards in NumPy, arranged for speed. cell: coursekit.reference.gru or lstm."""
    (inputs, d_states), H = (x.numpy(), upstream.numpy()), upstream.shape[2]
    params = cell.init(x.shape[2], H, np.random.default_rng(0), inputs.dtype)
    first, *others = [np.zeros((len(x), H), inputs.dtype)] * (2 if cell is lstm else 1)

    def job() -> object:
        cache = FAST[cell].forward(inputs, first, *others, params)[-1]
        return FAST[cell].backward(d_states, *others, cache)

    return job
