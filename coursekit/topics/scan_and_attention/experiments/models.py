"""Lesson 19, the models: one skeleton at one number of parameters, in which only what mixes the steps differs.

model = sized("GRU + attention", budget=20_000, symbols=48, classes=16)
model(ids)                                  # ids (N, T) -> scores (N, T, classes)
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from coursekit.nn import GRU, LSTM, RNN, CausalBlock, CausalSelfAttention, MinGRU

SIGNED = "minGRU, gates from -1 to 1"
HYBRID = "GRU + attention"

MIXERS: Mapping[str, Callable[[int], nn.Module]] = {
    "RNN": lambda width: RNN(width, width, batch_first=True),
    "GRU": lambda width: GRU(width, width, batch_first=True),
    "LSTM": lambda width: LSTM(width, width, batch_first=True),
    "minGRU": lambda width: MinGRU(width, width, batch_first=True),
    SIGNED: lambda width: MinGRU(width, width, batch_first=True, signed=True),
    "attention": lambda width: CausalSelfAttention(width, heads=2),
}

MODELS: Mapping[str, tuple[str, str]] = {
    "RNN": ("RNN", "RNN"),
    "GRU": ("GRU", "GRU"),
    "LSTM": ("LSTM", "LSTM"),
    "minGRU": ("minGRU", "minGRU"),
    SIGNED: (SIGNED, SIGNED),
    "Transformer": ("attention", "attention"),
    HYBRID: ("GRU", "attention"),
}
"""By name, what mixes the steps in each of the two blocks."""


class SequenceModel(nn.Module):
    """An embedding, two blocks, and a read-out after every step.

    A stack of attention alone is told the positions by sines (Vaswani et al. 2017, section 3.5); a recurrent layer
    knows the order by itself.
    """

    def __init__(self, mixers: tuple[str, ...], symbols: int, classes: int, width: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(symbols, width)
        self.blocks = nn.ModuleList(CausalBlock(MIXERS[mixer](width), width, 2 * width) for mixer in mixers)
        self.norm, self.read_out = nn.LayerNorm(width), nn.Linear(width, classes)
        self.told_positions = set(mixers) == {"attention"}

    def forward(self, ids: Tensor) -> Tensor:
        """ids (N, T) integers -> scores (N, T, classes)."""
        x = self.embedding(ids)
        if self.told_positions:
            x = x + sines(x.shape[1], x.shape[2])
        for block in self.blocks:
            x, _ = block(x)
        return self.read_out(self.norm(x))


def sines(T: int, width: int) -> Tensor:
    """Positions 0 .. T - 1 as sines and cosines of growing wave lengths, (T, width)."""
    angles = torch.arange(T)[:, None] * torch.exp(-math.log(10_000) * torch.arange(0, width, 2) / width)
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)[:, :width]


def parameters(model: nn.Module) -> int:
    """How many numbers it learns."""
    return sum(weight.numel() for weight in model.parameters())


@functools.cache
def width_within(name: str, budget: int, symbols: int, classes: int) -> int:
    """The largest even width with which the model has at most `budget` parameters. ValueError if two are too much."""
    width = 0
    with torch.device("meta"):
        while parameters(SequenceModel(MODELS[name], symbols, classes, width + 2)) <= budget:
            width += 2
    if width == 0:
        raise ValueError(f"budget: {budget} parameters are too few for a {name}")
    return width


def sized(name: str, budget: int, symbols: int, classes: int) -> SequenceModel:
    """A fresh model of `MODELS`, as wide as the budget lets it be."""
    return SequenceModel(MODELS[name], symbols, classes, width_within(name, budget, symbols, classes))
