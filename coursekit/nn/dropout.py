"""Variational dropout (Gal and Ghahramani 2016): one mask for a whole sequence, drawn anew for each sequence.

Ordinary dropout draws a mask at every time step. In a recurrence the noise then adds up, and what the state should
remember is erased sooner or later. With one mask the same units are missing at all steps: a thinned network reads the
sequence from beginning to end.

    read = VariationalGRU(8, 32, inputs=0.1, states=0.3)
    hs, h_n = read(x)                                           # x (N, T, 8); as coursekit.nn.GRU, batch first
    x = VariationalDropout(0.2)(x)                              # alone: before or after any layer
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from . import recording
from .gru import GRU
from .gru.readable import next_state


def sequence_mask(x: Tensor, p: float) -> Tensor:
    """For x (N, ..., D), numbers (N, 1, ..., 1, D) that are 0 with probability p, else 1 / (1 - p).

    The mean of a mask is 1, so that nothing has to be scaled when dropout is off.
    """
    shape = (len(x), *[1] * (x.dim() - 2), x.shape[-1])
    if p == 1:
        return x.new_zeros(shape)
    return x.new_empty(shape).bernoulli_(1 - p).div_(1 - p)


class VariationalDropout(nn.Module):
    """x (N, T, D) times one mask (N, 1, D) for all its steps, in training; x itself otherwise.

    p: the probability that a feature is zero, from 0 to 1.
    """

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = _probability("p", p)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, T, D) -> the same shape. Raises ValueError for another shape."""
        if not self.training or self.p == 0:
            return x
        if x.dim() != 3:
            raise ValueError(f"VariationalDropout: expected x of shape (N, T, D), got {tuple(x.shape)}.")
        return x * sequence_mask(x, self.p)

    def extra_repr(self) -> str:
        """What `print` shows between the brackets."""
        return f"p={self.p:g}"


class VariationalGRU(nn.Module):
    """One GRU layer with one mask for its inputs and one for its states (Gal and Ghahramani 2016, section 4).

    The paper's form with tied weights: the same masked x and the same masked h enter all blocks. It is written there
    for the LSTM; for the GRU of this course it is

        x' = m_x * x_t,  h' = m_h * h_(t-1)
        r = sigmoid(W_ir x' + b_ir + W_hr h' + b_hr)            z likewise
        n = tanh(W_in x' + b_in + r * (W_hn h' + b_hn))
        h_t = (1 - z) * n + z * h_(t-1)

    The mask is in the products only: the path z * h_(t-1) keeps the whole state, as the LSTM's c is kept in the paper.
    inputs, states: probabilities of a zero in m_x and m_h. Weights as in `coursekit.nn.GRU`, in `layer`.
    """

    __prepare_scriptable__ = recording.refused

    def __init__(self, input_size: int, hidden_size: int, *, inputs: float = 0.0, states: float = 0.0) -> None:
        super().__init__()
        self.layer = GRU(input_size, hidden_size, batch_first=True)
        self.drop_inputs = VariationalDropout(_probability("inputs", inputs))
        self.states = _probability("states", states)
        self.hidden_size, self.bidirectional = hidden_size, False

    def forward(self, x: Tensor, h0: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (N, T, D), h0 (1, N, H), zero if left out -> the states (N, T, H), and the last one (1, N, H)."""
        x = self.drop_inputs(x)
        masked = self.training and self.states > 0
        return self.layer(x, h0, loop=self._loop if masked else None)

    def _loop(self, x: Tensor, h: Tensor, W_ih: Tensor, W_hh: Tensor, b_ih: Tensor, b_hh: Tensor) -> Tensor:
        """As `gru.readable.gru`, with one mask on the state in all products."""
        mask, U, hs = sequence_mask(h, self.states), W_hh.t(), []
        for from_x in nn.functional.linear(x, W_ih, b_ih):
            h = next_state(from_x, torch.addmm(b_hh, mask * h, U), h)
            hs.append(h)
        return torch.stack(hs)

    def extra_repr(self) -> str:
        """What `print` shows between the brackets."""
        return f"states={self.states:g}"


def _probability(name: str, p: float) -> float:
    if not 0 <= p <= 1:
        raise ValueError(f"{name}: a probability from 0 to 1, got {p}.")
    return float(p)
