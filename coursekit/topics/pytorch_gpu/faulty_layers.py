"""Lesson 07, layers in PyTorch with one fault each: what the known mistakes run. Imports torch, so imported late."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from coursekit.recurrence.faulty_step import faulty_step
from coursekit.topics.pytorch_gpu.answers import gru_layer_fused

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
            h = faulty_step(g, s, h, W_hh, b_hh, fault)
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
