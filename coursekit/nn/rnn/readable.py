"""The vanilla RNN in PyTorch, to be read: the equation, one step, a loop over time, and the cell.

    h_t = tanh(W_ih x_t + b_ih + W_hh h + b_hh)     h is the state before the step; relu may stand for tanh

Elman 1990. Everything here is differentiated by autograd, any number of times. `from_x` = W_ih x_t + b_ih is computed
for all time steps at once.

Shapes: x (T, N, D) with time first, h (N, H), W_ih (H, D), W_hh (H, H), b_ih and b_hh (H,). In a step, from_x (N, H),
and U (H, H) is W_hh transposed.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..cells import RecurrentCell

NONLINEARITIES = {"tanh": torch.tanh, "relu": torch.relu}


def step(from_x: Tensor, h: Tensor, U: Tensor, b_hh: Tensor, nonlinearity: str = "tanh") -> Tensor:
    """One step: from_x (N, H), h (N, H), U (H, H), b_hh (H,) -> the next state (N, H)."""
    return NONLINEARITIES[nonlinearity](from_x + torch.addmm(b_hh, h, U))


def rnn(
    x: Tensor, h: Tensor, W_ih: Tensor, W_hh: Tensor, b_ih: Tensor, b_hh: Tensor, nonlinearity: str = "tanh"
) -> Tensor:
    """A sequence: x (T, N, D), h (N, H) before the first step -> all hidden states (T, N, H). Weights as above."""
    hs, U = [], W_hh.t()
    for from_x in F.linear(x, W_ih, b_ih):
        h = step(from_x, h, U, b_hh, nonlinearity)
        hs.append(h)
    return torch.stack(hs)


class RNNCell(RecurrentCell):
    """One step of `coursekit.nn.RNN`, a drop-in for torch.nn.RNNCell.

    nonlinearity: "tanh" or "relu". Weights: weight_ih (H, D), weight_hh (H, H), bias_ih and bias_hh (H,).
    """

    gates = 1

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh", device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self.nonlinearity = nonlinearity

    def _step(self, from_x: Tensor, h: Tensor, U: Tensor, b_hh: Tensor) -> tuple[Tensor]:
        if self.nonlinearity not in NONLINEARITIES:
            raise RuntimeError(f"Unknown nonlinearity {self.nonlinearity!r}. Choose 'tanh' or 'relu'.")
        return (step(from_x, h, U, b_hh, self.nonlinearity),)

    def extra_repr(self) -> str:
        """What `print` shows between the brackets."""
        return super().extra_repr() + ("" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}")
