"""The fast LSTM with its walks over the steps of a chunk in C++ (`coursekit/nn/native/steps.cpp`)."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from .. import bptt, gemm
from . import fast


def _forwards(W_ih: Tensor, W_hh: Tensor, b: Tensor, N: int):
    """As `fast._forwards`."""
    operand, project = gemm.prepared(W_hh, N), gemm.projector(W_ih)

    def walk(x, h, c, gates, tanh_c, hs, cs):
        torch.ops.coursekit_native.lstm_forward(project(x).view(gates.shape), b, gates, tanh_c, hs, cs, h, c, *operand)
        return hs[-1], cs[-1]

    return walk


def _backwards(W: Tensor, N: int):
    """As `fast._backwards`."""
    operand = gemm.prepared(W, N)

    def walk(dhs, dcs, dh, dc, d, e, to_c, gates, tanh_c, states):
        cells = bptt.state_before(*states[:3]), states[1][states[2] : states[3]]
        torch.ops.coursekit_native.lstm_backward(dhs, dcs, dh, dc, d, gates, tanh_c, *cells, *operand)

    return walk


lstm = partial(fast.lstm, walks=bptt.Walks(_forwards, _backwards))
"""All hidden and all cell states, each (T, N, H), of an LSTM on a processor; arguments as in `readable.lstm`."""
