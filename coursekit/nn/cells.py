"""What RNNCell, LSTMCell and GRUCell share: parameters and checks. A cell does one step at a time.

For code that decides between steps what the next input is. A whole sequence runs faster in a layer (`layers.py`), which
projects all its inputs at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import autocast, checks, recording


class RecurrentCell(nn.Module):
    """A cell whose weights have G = `gates` blocks of H rows; a subclass says how many, and what a step is.

    Weights, named as in torch.nn: weight_ih (G*H, D), weight_hh (G*H, H), bias_ih and bias_hh (G*H,), or no biases.
    Raises TypeError or ValueError if a size is not a positive integer.
    """

    gates: int
    state_names: tuple[str, ...] = ("hx",)

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

    def forward(self, input: Tensor, hx=None):
        """input (N, D) or (D,), hx (N, H) or (H,), zeros if left out -> the next state, shaped as hx; LSTM: pairs.

        Raises ValueError, RuntimeError or TypeError, as torch.nn does, when a shape or a type does not fit.
        """
        if (node := recording.leaf(self, input, hx)) is not None:
            return node
        states = None if hx is None else self._incoming(hx)
        with recording.paused():
            self._check(input, states or ())
        rows = input if input.dim() == 2 else input[None]
        from_x = F.linear(rows, self.weight_ih, self.bias_ih)
        if states is None:
            states = [from_x.new_zeros(from_x.shape[0], self.hidden_size) for _ in self.state_names]
        else:
            to = autocast.wanted(input)
            states = [autocast.cast(h if input.dim() == 2 else h[None], to) for h in states]
        states = self._step(from_x, *states, self.weight_hh.t(), self._bias_hh())
        return self._outgoing([s if input.dim() == 2 else s[0] for s in states])

    def _check(self, x: Tensor, states: Sequence[Tensor]) -> None:
        name, shape = type(self).__name__, (*x.shape[:-1], self.hidden_size)
        if x.dim() not in (1, 2):
            raise ValueError(f"{name}: expected an input of shape (N, D) or (D,), got {tuple(x.shape)}.")
        named = list(zip(self.state_names, states, strict=False))
        for state_name, h in named:
            if h.dim() not in (1, 2):
                raise ValueError(f"{name}: expected {state_name} of shape {shape}, got {tuple(h.shape)}.")
        checks.features(name, x, self.input_size)
        for state_name, h in named:
            checks.state(name, state_name, h, shape)

    def _step(self, from_x: Tensor, *states_and_weights: Tensor) -> Sequence[Tensor]:
        """The next states (N, H), from W_ih x + b_ih, the states, W_hh transposed and b_hh."""
        raise NotImplementedError

    def _incoming(self, hx) -> Sequence[Tensor]:
        if not isinstance(hx, Tensor):
            raise TypeError(f"{type(self).__name__}: hx must be a tensor, got {type(hx).__name__}.")
        return (hx,)

    def _outgoing(self, states: Sequence[Tensor]):
        return states[0]

    def _bias_hh(self) -> Tensor:
        return self.weight_hh.new_zeros(self.weight_hh.shape[0]) if self.bias_hh is None else self.bias_hh

    def __prepare_scriptable__(self) -> nn.Module:
        """What torch.jit.script compiles in place of this cell."""
        own = next(c for c in type(self).__mro__ if "gates" in vars(c))
        options = {"nonlinearity": self.nonlinearity} if hasattr(self, "nonlinearity") else {}
        return recording.twin(self, own, self.input_size, self.hidden_size, bias=self.bias, **options)

    def extra_repr(self) -> str:
        """What `print` shows between the brackets."""
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")
