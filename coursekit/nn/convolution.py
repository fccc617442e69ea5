"""A convolution before the GRU: patterns of a few steps become features, and the GRU remembers what they say."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import checks
from .gru import GRU


class CausalConvolution(nn.Module):
    """Features of the last few steps: y_t = b + sum_k W_k x_(t - K + 1 + k), with zeros before the beginning.

    Causal: y_t never sees a later step than t, so nothing leaks where the future is to be forecast (van den Oord et
    al. 2016, section 2.1). Parameters as in torch.nn.Conv1d: weight (C, D, K), bias (C,), with its initial numbers.
    """

    def __init__(self, input_size: int, channels: int, kernel_size: int, device=None, dtype=None) -> None:
        super().__init__()
        for name, value in (("input_size", input_size), ("channels", channels), ("kernel_size", kernel_size)):
            checks.positive_int(name, value)
        shape = (channels, input_size, kernel_size)
        self.weight = nn.Parameter(torch.empty(shape, device=device, dtype=dtype))
        self.bias = nn.Parameter(torch.empty(channels, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Every parameter from U(-1/sqrt(D K), 1/sqrt(D K)), drawn in the order of torch.nn."""
        bound = 1 / math.sqrt(self.weight[0].numel())
        for weight in self.parameters():
            nn.init.uniform_(weight, -bound, bound)

    def forward(self, x: Tensor) -> Tensor:
        """x (N, T, D) -> (N, T, C). Raises ValueError for another shape."""
        D, K = self.weight.shape[1:]
        if x.dim() != 3 or x.shape[2] != D:
            raise ValueError(f"CausalConvolution: expected x of shape (N, T, {D}), got {tuple(x.shape)}.")
        windows = F.pad(x, (0, 0, K - 1, 0)).unfold(1, K, 1)  # (N, T, D, K): step t with the K - 1 before it
        return F.linear(windows.flatten(2), self.weight.flatten(1), self.bias)

    def extra_repr(self) -> str:
        """What `print` shows between the brackets."""
        C, D, K = self.weight.shape
        return f"{D}, {C}, kernel_size={K}"


class ConvolutionGRU(nn.Module):
    """A causal convolution over `kernel_size` steps with `channels` outputs, relu, and a GRU with hidden_size units."""

    def __init__(self, input_size: int, hidden_size: int, *, channels: int = 8, kernel_size: int = 5) -> None:
        super().__init__()
        self.convolution = CausalConvolution(input_size, channels, kernel_size)
        self.layer = GRU(channels, hidden_size, batch_first=True)
        self.hidden_size, self.bidirectional = hidden_size, False

    def forward(self, x: Tensor, h0: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """x (N, T, D), h0 (1, N, H), zero if left out -> the states (N, T, H), and the last one (1, N, H)."""
        return self.layer(torch.relu(self.convolution(x)), h0)
