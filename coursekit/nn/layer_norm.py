"""Layer normalisation, alone and inside a GRU (Ba, Kiros and Hinton 2016, arXiv:1607.06450)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from . import recording
from .gru import GRU
from .gru.readable import next_state

EPSILON = 1e-5


def layer_norm(x: Tensor, gain: Tensor, bias: Tensor, eps: float = EPSILON) -> Tensor:
    """gain * (x - mean) / sqrt(variance + eps) + bias over the last axis (Ba et al. 2016, equations 3 and 4).

    x: (..., H), gain and bias: (H,). The variance divides by H, not by H - 1. Every case is normalised by its own
    numbers: unlike in batch normalisation there is nothing to keep for later, and the batch does not matter.
    """
    variance, mean = torch.var_mean(x, dim=-1, correction=0, keepdim=True)
    return torch.addcmul(bias, (x - mean) * torch.rsqrt(variance + eps), gain)


def _at_once(x: Tensor, gain: Tensor, bias: Tensor) -> Tensor:
    """As `layer_norm`, in one operation of PyTorch, which is sooner done."""
    return nn.functional.layer_norm(x, x.shape[-1:], gain, bias, EPSILON).to(x.dtype)


class LayerNormGRU(nn.Module):
    """One GRU layer whose two products are normalised at every step.

    With LN_x and LN_h, each with a gain and a bias of its own for every row (3H each),

        (xr, xz, xn) = LN_x(W_ih x_t + b_ih),   (hr, hz, hn) = LN_h(W_hh h_(t-1) + b_hh)
        r = sigmoid(xr + hr),   z = sigmoid(xz + hz),   n = tanh(xn + r * hn)
        h_t = (1 - z) * n + z * h_(t-1)

    groups says over which of the row blocks r, z, n one mean and one variance are taken, counted from the top:
    (2, 1): the gates together and the candidate alone, as in the paper's appendix (its equations for the GRU);
    (3,): all rows together; (1, 1, 1): each block alone.
    Two things are this course's and not the paper's: z keeps (in the paper it writes), and the products have the biases
    of a plain GRU, so that its weights can be loaded.
    Weights: `layer` is a plain `coursekit.nn.GRU`; gains start at 1, biases at 0.
    """

    __prepare_scriptable__ = recording.refused

    def __init__(
        self, input_size: int, hidden_size: int, *, groups: Sequence[int] = (2, 1), layer: GRU | None = None
    ) -> None:
        super().__init__()
        if sum(groups) != 3 or min(groups) < 1:
            raise ValueError(f"groups: expected (2, 1), (1, 2), (3,) or (1, 1, 1), which add up to 3, got {groups}.")
        self.groups = tuple(groups)
        self.layer = GRU(input_size, hidden_size, batch_first=True) if layer is None else layer
        if (self.layer.num_layers, self.layer.bidirectional) != (1, False):
            raise ValueError("layer: expected num_layers=1 and bidirectional=False, as there is one set of gains.")
        if (self.layer.input_size, self.layer.hidden_size) != (input_size, hidden_size):
            raise ValueError(f"layer: expected a GRU({input_size}, {hidden_size}), got {self.layer}.")
        self.hidden_size, self.bidirectional = hidden_size, False
        like = {"device": self.layer.weight_hh_l0.device, "dtype": self.layer.weight_hh_l0.dtype}
        for name, start in (("gain_x", 1.0), ("bias_x", 0.0), ("gain_h", 1.0), ("bias_h", 0.0)):
            self.register_parameter(name, nn.Parameter(torch.full((3 * hidden_size,), start, **like)))

    def forward(self, x: Tensor, h0: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (N, T, D), h0 (1, N, H), zero if left out -> the states (N, T, H), and the last one (1, N, H)."""
        if self.layer.batch_first:
            return self.layer(x, h0, loop=self._loop)
        hs, h_n = self.layer(x.transpose(0, 1), h0, loop=self._loop)
        return hs.transpose(0, 1), h_n

    def _loop(self, x: Tensor, h: Tensor, W_ih: Tensor, W_hh: Tensor, b_ih: Tensor, b_hh: Tensor) -> Tensor:
        """As `gru.readable.gru`, with both products normalised."""
        U, hs = W_hh.t(), []
        for from_x in self._normalised(nn.functional.linear(x, W_ih, b_ih), self.gain_x, self.bias_x):
            h = next_state(from_x, self._normalised(torch.addmm(b_hh, h, U), self.gain_h, self.bias_h), h)
            hs.append(h)
        return torch.stack(hs)

    def _normalised(self, rows: Tensor, gain: Tensor, bias: Tensor) -> Tensor:
        gain, bias = gain.to(rows.dtype), bias.to(rows.dtype)  # under autocast the products have another type
        if len(self.groups) == 1:
            return _at_once(rows, gain, bias)
        sizes = [blocks * self.hidden_size for blocks in self.groups]
        parts = zip(rows.split(sizes, -1), gain.split(sizes), bias.split(sizes), strict=True)
        return torch.cat([_at_once(*part) for part in parts], dim=-1)

    def extra_repr(self) -> str:
        """What `print` shows between the brackets."""
        return f"groups={self.groups}"
