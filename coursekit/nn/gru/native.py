"""The fast GRU with its walks over the steps of a chunk in C++ (`coursekit/nn/native/steps.cpp`)."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from .. import bptt, gemm
from . import fast


def _forwards(W_hh: Tensor, N: int):
    """As `fast._forwards`."""
    operand = gemm.prepared(W_hh, N)

    def walk(projected, b_hn, h, gates, n, hs):
        torch.ops.coursekit_native.gru_forward(projected, b_hn, gates, n, hs, h, *operand)
        return hs[-1]

    return walk


def _backwards(W: Tensor, N: int):
    """As `fast._backwards`."""
    operand = gemm.prepared(W, N)

    def walk(dhs, dh, d, e, to_n, gates, n, h_prev):
        e.copy_(dhs)
        torch.ops.coursekit_native.gru_backward(e, to_n, dh, d, gates, n, h_prev, *operand)

    return walk


gru = partial(fast.gru, walks=bptt.Walks(_forwards, _backwards))
"""All hidden states (T, N, H) of a GRU on a processor; arguments as in `readable.gru`."""
