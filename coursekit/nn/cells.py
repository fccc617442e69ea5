"""What RNNCell, LSTMCell and GRUCell share: parameters and checks. A cell does one step at a time.

For code that decides between steps what the next input is. A whole sequence runs faster in a layer (`layers.py`), which
projects all its inputs at once.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import checks


class RecurrentCell(nn.Module):
    """A cell whose weights have G = `gates` blocks of H rows; a subclass says how many, and defines `forward`.

    Weights, named as in torch.nn: weight_ih (G*H, D), weight_hh (G*H, H), bias_ih and bias_hh (G*H,), or no biases.
    Raises TypeError or ValueError if a size is not a positive integer.
    """

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
        """What `print` shows between the brackets."""
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")

    def _projected(self, x: Tensor) -> Tensor:
        """W_ih x + b_ih as (N, G*H), after the checks of the input (N, D) or (D,)."""
        name = type(self).__name__
        if x.dim() not in (1, 2):
            raise ValueError(f"{name}: expected an input of shape (N, D) or (D,), got {tuple(x.shape)}.")
        checks.features(name, x, self.input_size)
        return F.linear(x if x.dim() == 2 else x[None], self.weight_ih, self.bias_ih)

    def _state(self, h: Tensor | None, x: Tensor, from_x: Tensor, name: str) -> Tensor:
        """The state as (N, H) in the type of from_x; zeros if left out."""
        if h is None:
            return from_x.new_zeros(len(from_x), self.hidden_size)
        checks.state(type(self).__name__, name, h, (*x.shape[:-1], self.hidden_size))
        return (h if h.dim() == 2 else h[None]).to(from_x.dtype)

    def _recurrent(self) -> tuple[Tensor, Tensor]:
        """W_hh transposed, and b_hh (zeros without bias)."""
        return self.weight_hh.t(), self.bias_hh if self.bias else self.weight_hh.new_zeros(self.weight_hh.shape[0])
