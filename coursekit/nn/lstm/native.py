"""The fast LSTM with its walks over the steps of a chunk in C++ (`coursekit/nn/native/steps.cpp`)."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from .. import bptt, gemm
from . import fast


def _forwards(W_hh: Tensor, N: int):
    """As `fast._forwards`."""
    operand = gemm.prepared(W_hh, N)

    def walk(h, c, gates, tanh_c, hs, cs):
        torch.ops.coursekit_native.lstm_forward(gates, tanh_c, hs, cs, h, c, *operand)
        return hs[-1], cs[-1]

    return walk


def _backwards(W: Tensor, N: int):
    """As `fast._backwards`."""
    operand = gemm.prepared(W, N)

    def walk(dhs, dcs, dh, dc, d, e, to_c, gates, tanh_c, c_prev):
        if dhs is None:
            e.zero_()
        else:
            e.copy_(dhs)
        torch.ops.coursekit_native.lstm_backward(e, dcs, dh, dc, d, gates, tanh_c, c_prev, *operand)

    return walk


lstm = partial(fast.lstm, walks=bptt.Walks(_forwards, _backwards))
"""All hidden and all cell states, each (T, N, H), of an LSTM on a processor; arguments as in `readable.lstm`."""
