"""The three recurrent networks as plain PyTorch: the equations, and one loop over time for each.

Everything here is differentiated by autograd, any number of times. The input projection `W_ih x + b_ih` does not
depend on the state, so one matrix product computes it for all time steps, and the gates share one product per step.

Shapes: x (T, N, D) with time first, h and c (N, H), W_ih (G*H, D), W_hh (G*H, H), b_ih and b_hh (G*H,), with G = 1
for the RNN, 4 for the LSTM (rows i, f, g, o) and 3 for the GRU (rows r, z, n). In the steps, `x_t` is already
projected, (N, G*H), and `U` is W_hh transposed, (H, G*H).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

NONLINEARITIES = {"tanh": torch.tanh, "relu": torch.relu}


def rnn_step(x_t: Tensor, h: Tensor, U: Tensor, b_hh: Tensor, nonlinearity: str = "tanh") -> Tensor:
    """One step of the Elman network (Elman 1990): h' = tanh(W_ih x + b_ih + W_hh h + b_hh)."""
    return NONLINEARITIES[nonlinearity](x_t + torch.addmm(b_hh, h, U))


def rnn(
    x: Tensor, h: Tensor, W_ih: Tensor, W_hh: Tensor, b_ih: Tensor, b_hh: Tensor, nonlinearity: str = "tanh"
) -> Tensor:
    """The RNN over a sequence: all hidden states, (T, N, H)."""
    hs, U = [], W_hh.t()
    for x_t in F.linear(x, W_ih, b_ih):
        h = rnn_step(x_t, h, U, b_hh, nonlinearity)
        hs.append(h)
    return torch.stack(hs)


def gru_step(x_t: Tensor, h: Tensor, U: Tensor, b_hh: Tensor) -> Tensor:
    """One step of the GRU (Cho et al. 2014) with the reset gate after the product, as PyTorch and cuDNN have it."""
    return gru_gates(x_t, torch.addmm(b_hh, h, U), h)


def gru_gates(from_x: Tensor, from_h: Tensor, h: Tensor) -> Tensor:
    """What a GRU makes of its two products, each (N, 3H), and of the state before, (N, H): the next state."""
    x_r, x_z, x_n = from_x.chunk(3, 1)
    h_r, h_z, h_n = from_h.chunk(3, 1)
    r = torch.sigmoid(x_r + h_r)
    z = torch.sigmoid(x_z + h_z)
    n = torch.tanh(x_n + r * h_n)
    return torch.lerp(n, h, z)  # (1 - z) * n + z * h


def gru(x: Tensor, h: Tensor, W_ih: Tensor, W_hh: Tensor, b_ih: Tensor, b_hh: Tensor) -> Tensor:
    """The GRU over a sequence: all hidden states, (T, N, H)."""
    hs, U = [], W_hh.t()
    for x_t in F.linear(x, W_ih, b_ih):
        h = gru_step(x_t, h, U, b_hh)
        hs.append(h)
    return torch.stack(hs)


def lstm_step(
    x_t: Tensor, h: Tensor, c: Tensor, U: Tensor, b_hh: Tensor, W_hr: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """One step of the LSTM (Hochreiter and Schmidhuber 1997, forget gate of Gers et al. 2000).

    With `W_hr` (P, H) the state that leaves the step is projected to P units (Sak et al. 2014).
    """
    i, f, g, o = (x_t + torch.addmm(b_hh, h, U)).chunk(4, 1)
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
    """The LSTM over a sequence: all hidden states and all cell states, each (T, N, H)."""
    hs, cs, U = [], [], W_hh.t()
    for x_t in F.linear(x, W_ih, b_ih):
        h, c = lstm_step(x_t, h, c, U, b_hh, W_hr)
        hs.append(h)
        cs.append(c)
    return torch.stack(hs), torch.stack(cs)
