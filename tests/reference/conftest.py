"""The three cells, to be read and arranged for speed, behind one face, so that every test runs on each of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import ModuleType
from typing import NamedTuple

import numpy as np
import pytest
import torch

from coursekit.reference import FAST, gru, lstm, rnn


class Case(NamedTuple):
    """One question: inputs, non-zero states (h0, or h0 and c0), weights, upstream gradients everywhere."""

    x: np.ndarray
    states: tuple[np.ndarray, ...]
    params: tuple
    dhs: np.ndarray
    dc_T: tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Cell:
    name: str
    module: ModuleType
    torch_class: type
    gates: int
    fast: bool = False

    @property
    def sequence(self) -> ModuleType:
        """The module whose `forward` and `backward` are called."""
        return FAST[self.module] if self.fast else self.module

    @property
    def states(self) -> int:
        return 2 if self.name == "lstm" else 1

    def draw(self, N=4, T=6, D=3, H=5, dtype=np.float64, seed=0) -> Case:
        rng = np.random.default_rng(seed)
        params = self.module.init(D, H, rng, dtype)
        x, dhs = (rng.normal(size=(N, T, size)).astype(dtype) for size in (D, H))
        states = tuple(rng.normal(size=(N, H)).astype(dtype) for _ in range(self.states))
        dc_T = tuple(rng.normal(size=(N, H)).astype(dtype) for _ in range(self.states - 1))
        return Case(x, states, params, dhs, dc_T)

    def forward(self, case: Case) -> tuple:
        """(hs, cache) or (hs, cs, cache)."""
        return self.sequence.forward(case.x, *case.states, case.params)

    def backward(self, case: Case, cache):
        return self.sequence.backward(case.dhs, *case.dc_T, cache)

    def loss(self, case: Case) -> float:
        """A number whose gradients are what `backward` returns for the upstream gradients of the case."""
        hs, *cs, _ = self.forward(case)
        return sum(np.sum(c[:, -1] * dc) for c, dc in zip(cs, case.dc_T, strict=True)) + np.sum(hs * case.dhs)

    def torch_answer(self, case: Case) -> tuple[np.ndarray, list[np.ndarray]]:
        """hs, and the gradients of x, the states and the four weights, by PyTorch's own layer."""
        H = case.dhs.shape[-1]
        layer = self.torch_class(case.x.shape[-1], H, batch_first=True, dtype=torch.tensor(case.x).dtype)
        with torch.no_grad():
            for weight, array in zip(layer.parameters(), case.params, strict=True):
                weight.copy_(torch.tensor(array))
        x, *states = (torch.tensor(array, requires_grad=True) for array in (case.x, *case.states))
        hs, last = layer(x, tuple(s[None] for s in states) if self.states == 2 else states[0][None])
        loss = (hs * torch.tensor(case.dhs)).sum()
        for dc in case.dc_T:
            loss = loss + (last[1][0] * torch.tensor(dc)).sum()
        loss.backward()
        return hs.detach().numpy(), [leaf.grad.numpy() for leaf in (x, *states, *layer.parameters())]


CELLS = [
    Cell("rnn", rnn, torch.nn.RNN, 1),
    Cell("lstm", lstm, torch.nn.LSTM, 4),
    Cell("gru", gru, torch.nn.GRU, 3),
]


FAST_CELLS = [replace(cell, fast=True) for cell in CELLS]


@pytest.fixture(params=CELLS + FAST_CELLS, ids=lambda cell: f"fast_{cell.name}" if cell.fast else cell.name)
def cell(request) -> Cell:
    return request.param


@pytest.fixture(params=FAST_CELLS, ids=lambda cell: cell.name)
def fast_cell(request) -> Cell:
    return request.param
