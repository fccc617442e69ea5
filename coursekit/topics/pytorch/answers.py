"""Lesson 06b, the right answers: a module, Adam, batches, early stopping, the training loop, weights by their names.

torch is imported when an answer is called: the exercises are known without it.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor, nn


def GRU(input_size: int, hidden_size: int) -> nn.Module:
    """A layer of the class below, which cannot be written down without torch: the function stands for the class."""
    import torch
    import torch.nn.functional as F
    from torch import nn

    class GRU(nn.Module):
        """A GRU layer, as torch.nn.GRU(input_size, hidden_size, batch_first=True)."""

        def __init__(self, input_size: int, hidden_size: int) -> None:
            super().__init__()
            D, H = input_size, hidden_size
            bound = H**-0.5
            self.weight_ih_l0 = nn.Parameter(torch.empty(3 * H, D).uniform_(-bound, bound))
            self.weight_hh_l0 = nn.Parameter(torch.empty(3 * H, H).uniform_(-bound, bound))
            self.bias_ih_l0 = nn.Parameter(torch.empty(3 * H).uniform_(-bound, bound))
            self.bias_hh_l0 = nn.Parameter(torch.empty(3 * H).uniform_(-bound, bound))

        def forward(self, x: Tensor, h0: Tensor | None = None) -> tuple[Tensor, Tensor]:
            """x (N, T, D), h0 (1, N, H) or None for zeros -> hs (N, T, H), h_n (1, N, H)."""
            h = x.new_zeros(x.shape[0], self.weight_hh_l0.shape[1]) if h0 is None else h0[0]
            hs = []
            for x_t in x.unbind(1):
                xr, xz, xn = F.linear(x_t, self.weight_ih_l0, self.bias_ih_l0).chunk(3, dim=1)
                hr, hz, hn = F.linear(h, self.weight_hh_l0, self.bias_hh_l0).chunk(3, dim=1)
                r = torch.sigmoid(xr + hr)
                z = torch.sigmoid(xz + hz)
                n = torch.tanh(xn + r * hn)
                h = (1 - z) * n + z * h
                hs.append(h)
            return torch.stack(hs, dim=1), h[None]

    return GRU(input_size, hidden_size)


def adam_step(
    weight: np.ndarray,
    gradient: np.ndarray,
    m: np.ndarray,
    v: np.ndarray,
    t: int,
    lr: float,
    beta1: float,
    beta2: float,
    eps: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Step t = 1, 2, ... of Adam (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1): the new weight, m and v."""
    m = beta1 * m + (1 - beta1) * gradient
    v = beta2 * v + (1 - beta2) * gradient**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    weight = weight - lr * m_hat / (np.sqrt(v_hat) + eps)
    return weight, m, v


def shuffled_batches(arrays: Sequence[Any], order: Any, size: int) -> list[tuple[Any, ...]]:
    """The batches of one epoch: the rows of each array (N, ...) in the given order (N,), `size` at a time.

    The last batch is smaller where `size` does not divide N.
    """
    batches = []
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        batches.append(tuple(array[rows] for array in arrays))
    return batches


def early_stopping(losses: Sequence[float], patience: int) -> tuple[int, bool]:
    """The epoch (counted from 0) of the smallest of the losses so far, and whether training stops now.

    It stops once `patience` epochs have passed since the best. Of equal losses the first is the best; NaN never is.
    """
    best, smallest = 0, math.inf
    for epoch, loss in enumerate(losses):
        if loss < smallest:
            best, smallest = epoch, loss
    waited = len(losses) - 1 - best
    return best, waited >= patience


def fit(
    model: nn.Module,
    optimiser: Any,
    loss_of: Callable[[nn.Module, Any], Tensor],
    epochs: Iterable[Sequence[tuple[Tensor, ...]]],
    valid: tuple[Tensor, ...],
    patience: int,
) -> tuple[list[float], list[float]]:
    """Train, stop early, and leave the best weights in the model: the training and validation loss of each epoch.

    loss_of(model, batch): the mean loss over the rows of a batch. epochs: the batches of each epoch.
    """
    import torch

    train_losses, valid_losses = [], []
    for batches in epochs:
        model.train()
        total, rows = 0.0, 0
        for batch in batches:
            loss = loss_of(model, batch)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += loss.item() * len(batch[0])
            rows += len(batch[0])
        train_losses.append(total / rows)
        model.eval()
        with torch.no_grad():
            valid_losses.append(loss_of(model, valid).item())
        best, stop = early_stopping(valid_losses, patience)
        if best == len(valid_losses) - 1:
            kept = copy.deepcopy(model.state_dict())
        if stop:
            break
    model.load_state_dict(kept)
    return train_losses, valid_losses


def to_torch_state_dict(layers: Sequence[Sequence[np.ndarray]]) -> dict[str, Tensor]:
    """The state_dict of a torch.nn.GRU whose layers have these weights: (W_ih, W_hh, b_ih, b_hh) of each."""
    import torch

    state = {}
    for k, (W_ih, W_hh, b_ih, b_hh) in enumerate(layers):
        state[f"weight_ih_l{k}"] = torch.tensor(W_ih)
        state[f"weight_hh_l{k}"] = torch.tensor(W_hh)
        state[f"bias_ih_l{k}"] = torch.tensor(b_ih)
        state[f"bias_hh_l{k}"] = torch.tensor(b_hh)
    return state
