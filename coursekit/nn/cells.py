"""One step at a time: drop-ins for torch.nn.RNNCell, torch.nn.LSTMCell and torch.nn.GRUCell, written from scratch.

For code that decides between steps what the next input is. A whole sequence runs faster in the modules of
`modules.py`, which project all its inputs at once.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import checks, readable


class RecurrentCell(nn.Module):
    """The parameters and the checks of a cell."""

    gates: int

    def __init__(self, input_size: int, hidden_size: int, bias: bool = True, device=None, dtype=None):
        super().__init__()
        checks.positive_int("input_size", input_size)
        checks.positive_int("hidden_size", hidden_size)
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = self.gates * hidden_size
        shapes = dict(weight_ih=(rows, input_size), weight_hh=(rows, hidden_size), bias_ih=(rows,), bias_hh=(rows,))
        for name, shape in shapes.items():
            present = bias or not name.startswith("bias")
            weight = nn.Parameter(torch.empty(shape, device=device, dtype=dtype)) if present else None
            self.register_parameter(name, weight)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Every parameter from U(-1/sqrt(H), 1/sqrt(H)), drawn in the order of torch.nn."""
        bound = 1 / math.sqrt(self.hidden_size)
        for weight in self.parameters():
            nn.init.uniform_(weight, -bound, bound)

    def extra_repr(self) -> str:
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")

    def _projected(self, x: Tensor) -> Tensor:
        """W_ih x + b_ih as (N, G*H), after the checks of the input (N, D) or (D,)."""
        name = type(self).__name__
        if x.dim() not in (1, 2):
            raise ValueError(f"{name}: expected an input of shape (N, D) or (D,), got {tuple(x.shape)}.")
        checks.features(name, x, self.input_size)
        return F.linear(x if x.dim() == 2 else x[None], self.weight_ih, self.bias_ih)

    def _state(self, h: Tensor | None, x: Tensor, x_t: Tensor, name: str) -> Tensor:
        """The state as (N, H) in the type of x_t; zeros if left out."""
        if h is None:
            return x_t.new_zeros(len(x_t), self.hidden_size)
        checks.state(type(self).__name__, name, h, (*x.shape[:-1], self.hidden_size))
        return (h if h.dim() == 2 else h[None]).to(x_t.dtype)

    def _recurrent(self) -> tuple[Tensor, Tensor]:
        """W_hh transposed, and b_hh (zeros without bias)."""
        return self.weight_hh.t(), self.bias_hh if self.bias else self.weight_hh.new_zeros(self.weight_hh.shape[0])


class RNNCell(RecurrentCell):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu for tanh. input (N, D) or (D,), hx (N, H) or (H,)."""

    gates = 1

    def __init__(self, input_size, hidden_size, bias=True, nonlinearity="tanh", device=None, dtype=None):
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        if self.nonlinearity not in readable.NONLINEARITIES:
            raise RuntimeError(f"Unknown nonlinearity {self.nonlinearity!r}. Choose 'tanh' or 'relu'.")
        x_t = self._projected(input)
        h = self._state(hx, input, x_t, "hx")
        return readable.rnn_step(x_t, h, *self._recurrent(), self.nonlinearity).view(*input.shape[:-1], -1)


class GRUCell(RecurrentCell):
    """One step of `coursekit.nn.GRU`. input (N, D) or (D,), hx and the result (N, H) or (H,)."""

    gates = 3

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        x_t = self._projected(input)
        h = self._state(hx, input, x_t, "hx")
        return readable.gru_step(x_t, h, *self._recurrent()).view(*input.shape[:-1], -1)


class LSTMCell(RecurrentCell):
    """One step of `coursekit.nn.LSTM`. input (N, D) or (D,), hx and the result a pair (h, c) of (N, H) or (H,)."""

    gates = 4

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        x_t = self._projected(input)
        h, c = (None, None) if hx is None else hx
        states = self._state(h, input, x_t, "h_0"), self._state(c, input, x_t, "c_0")
        shape = (*input.shape[:-1], -1)
        return tuple(s.view(shape) for s in readable.lstm_step(x_t, *states, *self._recurrent()))
