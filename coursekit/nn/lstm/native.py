"""The fast LSTM with its walks over the steps of a chunk in C++ (`coursekit/nn/native/steps.cpp`)."""

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

    def walk(x, h, c, gates, tanh_c, hs, cs):
        ops.lstm_forward(project(x).view(gates.shape), b, gates, tanh_c, hs, cs, h, c, packed)
        return hs[-1], cs[-1]

    return walk


def _backwards(W: Tensor, N: int):
    """As `fast._backwards`."""
    ops = torch.ops.coursekit_native
    packed = ops.pack(W)

    def walk(dhs, dcs, dh, dc, d, e, to_c, gates, tanh_c, states):
        cells = bptt.state_before(*states[:3]), states[1][states[2] : states[3]]
        ops.lstm_backward(dhs, dcs, dh, dc, d, gates, tanh_c, *cells, packed)

    return walk


lstm = partial(fast.lstm, walks=bptt.Walks(_forwards, _backwards, projector))
"""All hidden and all cell states, each (T, N, H), of an LSTM on a processor; arguments as in `readable.lstm`."""
