"""The fast RNN with its walks over the steps of a chunk in C++ (`coursekit/nn/native/steps.cpp`)."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from .. import bptt, gemm
from . import fast


def _forwards(W_ih: Tensor, W_hh: Tensor, b: Tensor, N: int):
    """As `fast._forwards`."""
    operand, project = gemm.prepared(W_hh, N), gemm.projector(W_ih)

    def walk(nonlinearity, x, h, hs):
        torch.ops.coursekit_native.rnn_forward(project(x).view(hs.shape), b, hs, h, *operand, nonlinearity == "relu")
        return hs[-1]

    return walk


def _backwards(W: Tensor, N: int):
    """As `fast._backwards`."""
    operand = gemm.prepared(W, N)

    def walk(nonlinearity, dhs, dh, d, slope, hs):
        torch.ops.coursekit_native.rnn_backward(dhs, d, dh, hs, *operand, nonlinearity == "relu")

    return walk


rnn = partial(fast.rnn, walks=bptt.Walks(_forwards, _backwards))
"""All hidden states (T, N, H) of an RNN on a processor; arguments as in `readable.rnn`."""
