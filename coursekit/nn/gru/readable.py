"""The GRU in PyTorch, to be read: the equations, one step, a loop over time, and the cell.

    r = σ(W_ir x_t + b_ir + W_hr h + b_hr)              reset gate
    z = σ(W_iz x_t + b_iz + W_hz h + b_hz)              update gate: z keeps, 1 - z writes
    n = tanh(W_in x_t + b_in + r * hn)                  candidate, hn = W_hn h + b_hn
    h_t = (1 - z) * n + z * h                           h is the state before the step

Cho et al. 2014 (arXiv:1406.1078), in the form of PyTorch and cuDNN: the reset gate acts after the product with W_hn.
Everything here is differentiated by autograd, any number of times. `from_x` = W_ih x_t + b_ih does not depend on the
state, so one matrix product computes it for all time steps, and the gates share one product per step.

Shapes: x (T, N, D) with time first, h (N, H), W_ih (3H, D), W_hh (3H, H), b_ih and b_hh (3H,), rows r, z, n. In a step,
from_x (N, 3H), and U (H, 3H) is W_hh transposed.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..cells import RecurrentCell


def next_state(from_x: Tensor, from_h: Tensor, h: Tensor) -> Tensor:
    """What a GRU makes of its two products, (N, 3H) each, and of the state before, (N, H): the next state (N, H)."""
    xr, xz, xn = from_x.chunk(3, 1)
    hr, hz, hn = from_h.chunk(3, 1)
    r = torch.sigmoid(xr + hr)
    z = torch.sigmoid(xz + hz)
    n = torch.tanh(xn + r * hn)
    return torch.lerp(n, h, z)  # (1 - z) * n + z * h


def step(from_x: Tensor, h: Tensor, U: Tensor, b_hh: Tensor) -> Tensor:
    """One step: from_x (N, 3H), h (N, H), U (H, 3H), b_hh (3H,) -> the next state (N, H)."""
    return next_state(from_x, torch.addmm(b_hh, h, U), h)


def gru(x: Tensor, h: Tensor, W_ih: Tensor, W_hh: Tensor, b_ih: Tensor, b_hh: Tensor) -> Tensor:
    """A sequence: x (T, N, D), h (N, H) before the first step -> all hidden states (T, N, H). Weights as above."""
    hs, U = [], W_hh.t()
    for from_x in F.linear(x, W_ih, b_ih):
        h = step(from_x, h, U, b_hh)
        hs.append(h)
    return torch.stack(hs)


class GRUCell(RecurrentCell):
    """One step of `coursekit.nn.GRU`, a drop-in for torch.nn.GRUCell.

    Weights: weight_ih (3H, D), weight_hh (3H, H), bias_ih and bias_hh (3H,), rows r, z, n.
    """

    gates = 3

    def _step(self, from_x: Tensor, h: Tensor, U: Tensor, b_hh: Tensor) -> tuple[Tensor]:
        return (step(from_x, h, U, b_hh),)
