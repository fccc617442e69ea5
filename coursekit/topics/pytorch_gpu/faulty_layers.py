"""Lesson 07, layers in PyTorch with one fault each: what the known mistakes run. Imports torch, so imported late."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from coursekit.reference import conventions
from coursekit.topics.pytorch_gpu.answers import gru_layer_fused


def _step(gx: Tensor, gh: Tensor, h: Tensor, W_hh: Tensor, b_hh: Tensor, fault: str) -> Tensor:
    """The next state from both projections (N, 3H) and the old state, with a fault if it is one of a step."""
    order = "zrn" if fault == "order z, r, n" else "rzn"
    x, s = (dict(zip(order, g.chunk(3, -1), strict=True)) for g in (gx, gh))
    r, z = torch.sigmoid(x["r"] + s["r"]), torch.sigmoid(x["z"] + s["z"])
    H = h.shape[-1]
    if fault == "reset before":
        n = torch.tanh(x["n"] + F.linear(r * h, W_hh[2 * H :], b_hh[2 * H :]))
    elif fault == "b_hn outside":
        n = torch.tanh(x["n"] + b_hh[2 * H :] + r * (s["n"] - b_hh[2 * H :]))
    elif fault == "no reset":
        n = torch.tanh(x["n"] + s["n"])
    else:
        n = torch.tanh(x["n"] + r * s["n"])
    return torch.lerp(h, n, z) if fault == "z writes" else torch.lerp(n, h, z)


# The module.


class FaultyGRU(nn.Module):
    """A GRU module with one fault."""

    def __init__(self, D: int, H: int, fault: str) -> None:
        super().__init__()
        self.fault = fault
        shapes = ((3 * H, D), (3 * H, H), (3 * H,), (3 * H,))
        for name, shape in zip(conventions.STATE_DICT_KEYS, shapes, strict=True):
            start = torch.empty(shape).uniform_(-(H**-0.5), H**-0.5)
            if fault == "large start":
                start = torch.randn(shape)
            if fault == "zero biases" and "bias" in name:
                start = torch.zeros(shape)
            self.register_parameter(name, nn.Parameter(start))

    def forward(self, x: Tensor, h0: Tensor | None = None) -> tuple[Tensor, Tensor]:
        W_ih, W_hh, b_ih, b_hh = (getattr(self, name) for name in conventions.STATE_DICT_KEYS)
        if self.fault == "weights detached":
            W_ih, W_hh, b_ih, b_hh = (w.detach() for w in (W_ih, W_hh, b_ih, b_hh))
        h = x.new_zeros(x.shape[0], W_hh.shape[1]) if h0 is None or self.fault == "h0 ignored" else h0[0]
        if self.fault == "h0 detached":
            h = h.detach()
        hs = []
        for x_t in x.unbind(1):
            h = h.detach() if self.fault == "state detached" else h
            h = _step(F.linear(x_t, W_ih, b_ih), F.linear(h, W_hh, b_hh), h, W_hh, b_hh, self.fault)
            hs.append(h)
        hs = torch.stack(hs, 1)
        last = hs[:, 0] if self.fault == "first state" else h
        return hs, (last.detach() if self.fault == "h_n detached" else last)[None]


# The fused layer.


def faulty_fused(fault: str) -> Callable[..., Tensor]:
    """A fused layer with one fault."""

    def fused(x, h0, W_ih, W_hh, b_ih, b_hh):
        H, h, hs = h0.shape[1], h0, []
        inside = fault == "projection in the loop"
        gx = None if inside else F.linear(x, W_ih, None if fault == "b_ih missing" else b_ih)
        for t in range(x.shape[1]):
            g = F.linear(x[:, t], W_ih, b_ih) if inside else gx[:, t]
            if fault == "a product per gate":
                products = zip(W_hh.split(H), b_hh.split(H), strict=True)
                s = torch.cat([F.linear(h, W, b) for W, b in products], 1)
            else:
                s = F.linear(h0 if fault == "h0 at every step" else h, W_hh, b_hh)
            h = _step(g, s, h, W_hh, b_hh, fault)
            h = h.detach() if fault == "detached" else h
            hs.append(h)
        return torch.stack(hs, 1)

    return fused


# Sequences of unequal length.


def faulty_packed(fault: str) -> Callable[..., tuple[Tensor, Tensor]]:
    """A bidirectional GRU over padded sequences with one fault: hs (N, T, 2H) and last (N, 2H)."""

    def packed(x, lengths, forwards, backwards):
        (N, T, _), H = x.shape, forwards[1].shape[1]
        if fault == "sorted":
            by_length = lengths.argsort(descending=True)
            x, lengths = x[by_length], lengths[by_length]
        steps, rows = torch.arange(T), torch.arange(N)[:, None]
        inside = steps < lengths[:, None]
        back = (lengths[:, None] - 1 - steps).clamp(min=0)
        if fault == "left padding":  # the last `length` entries are taken for the sequence
            x, inside = x[rows, (steps + T - lengths[:, None]).clamp(max=T - 1)], inside
        zero = x.new_zeros(N, H)
        ahead = gru_layer_fused(x, zero, *forwards)
        if fault == "backwards over the padding":
            behind = gru_layer_fused(x.flip(1), zero, *backwards).flip(1)
        else:
            behind = gru_layer_fused(x[rows, back], zero, *backwards)
            behind = behind if fault == "not turned back" else behind[rows, back]
        end, n = lengths - 1, torch.arange(N)
        last_ahead, last_behind = ahead[n, end], behind[:, 0]
        if fault == "after the padding":
            last_ahead = ahead[:, -1]
        if fault == "backward at the end" or fault == "not turned back":
            last_behind = behind[n, end]
        hs = torch.cat([ahead, behind], 2)
        if fault != "padding kept":
            hs = hs * inside[:, :, None]
        last = torch.cat([last_ahead, last_behind], 1)
        if fault == "last column":
            last = hs[:, -1]
        if fault == "halves exchanged":
            last = last.roll(H, 1)
        return hs, last

    return packed
