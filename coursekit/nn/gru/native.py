"""The fast GRU with its walks over the steps of a chunk in C++ (`coursekit/nn/native/steps.cpp`)."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from .. import bptt
from ..native import projector
from . import fast


def _forwards(W_ih: Tensor, W_hh: Tensor, b: Tensor, N: int):
    """As `fast._forwards`."""
    ops = torch.ops.coursekit_native
    packed, project = ops.pack(W_hh), projector(W_ih)

    def walk(x, b_hn, h, gates, n, hs):
        ops.gru_forward(project(x).view(gates.shape), b, b_hn, gates, n, hs, h, packed)
        return hs[-1]

    return walk


def _backwards(W: Tensor, N: int):
    """As `fast._backwards`."""
    ops = torch.ops.coursekit_native
    packed = ops.pack(W)

    def walk(dhs, dh, d, e, to_n, gates, n, states):
        hidden = bptt.state_before(*states[:3]), states[1][states[2] : states[3]]
        ops.gru_backward(dhs, e, to_n, dh, d, gates, n, *hidden, packed)

    return walk


gru = partial(fast.gru, walks=bptt.Walks(_forwards, _backwards, projector))
"""All hidden states (T, N, H) of a GRU on a processor; arguments as in `readable.gru`."""
