"""The LSTM in PyTorch, to be read: the equations, one step, a loop over time, and the cell.

    i = σ(W_ii x_t + b_ii + W_hi h + b_hi)        input gate
    f = σ(W_if x_t + b_if + W_hf h + b_hf)        forget gate
    g = tanh(W_ig x_t + b_ig + W_hg h + b_hg)     candidate
    o = σ(W_io x_t + b_io + W_ho h + b_ho)        output gate
    c_t = f * c + i * g                           c and h are the cell and the state before the step
    h_t = o * tanh(c_t)

Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000. Everything here is differentiated by
autograd, any number of times. `from_x` = W_ih x_t + b_ih is computed for all time steps at once.

Shapes: x (T, N, D) with time first, h and c (N, H), W_ih (4H, D), W_hh (4H, H), b_ih and b_hh (4H,), rows i, f, g, o.
In a step, from_x (N, 4H), and U (H, 4H) is W_hh transposed. With `W_hr` (P, H) the state that leaves a step is
projected to P units (Sak et al. 2014): then h is (N, P), W_hh (4H, P) and U (P, 4H).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from .. import checks
from ..cells import RecurrentCell


def step(
    from_x: Tensor, h: Tensor, c: Tensor, U: Tensor, b_hh: Tensor, W_hr: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """One step: from_x (N, 4H), h and c (N, H), U (H, 4H), b_hh (4H,) -> the next h and c, (N, H) each."""
    i, f, g, o = (from_x + torch.addmm(b_hh, h, U)).chunk(4, 1)
    c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
    h = torch.sigmoid(o) * torch.tanh(c)
    return (h if W_hr is None else h @ W_hr.t()), c


def lstm(
    x: Tensor,
    h: Tensor,
    c: Tensor,
    W_ih: Tensor,
    W_hh: Tensor,
    b_ih: Tensor,
    b_hh: Tensor,
    W_hr: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """A sequence: x (T, N, D), h and c (N, H) before the first step -> all h and all c, (T, N, H) each."""
    hs, cs, U = [], [], W_hh.t()
    for from_x in F.linear(x, W_ih, b_ih):
        h, c = step(from_x, h, c, U, b_hh, W_hr)
        hs.append(h)
        cs.append(c)
    return torch.stack(hs), torch.stack(cs)


class LSTMCell(RecurrentCell):
    """One step of `coursekit.nn.LSTM`, a drop-in for torch.nn.LSTMCell.

    Weights: weight_ih (4H, D), weight_hh (4H, H), bias_ih and bias_hh (4H,), rows i, f, g, o.
    """

    gates = 4
    state_names = ("h_0", "c_0")

    def _step(self, from_x: Tensor, h: Tensor, c: Tensor, U: Tensor, b_hh: Tensor) -> tuple[Tensor, Tensor]:
        return step(from_x, h, c, U, b_hh)

    def _incoming(self, hx) -> tuple[Tensor, Tensor]:
        checks.pair(type(self).__name__, hx, at_least_two=False)
        return tuple(hx)

    def _outgoing(self, states: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        return tuple(states)
