"""The fast RNN with its walks over the steps of a chunk in C++ (`coursekit/nn/native/steps.cpp`)."""

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

    def walk(nonlinearity, x, h, hs):
        ops.rnn_forward(project(x).view(hs.shape), b, hs, h, packed, nonlinearity == "relu")
        return hs[-1]

    return walk


def _backwards(W: Tensor, N: int):
    """As `fast._backwards`."""
    ops = torch.ops.coursekit_native
    packed = ops.pack(W)

    def walk(nonlinearity, dhs, dh, d, slope, hs):
        ops.rnn_backward(dhs, d, dh, hs, packed, nonlinearity == "relu")

    return walk


rnn = partial(fast.rnn, walks=bptt.Walks(_forwards, _backwards, projector))
"""All hidden states (T, N, H) of an RNN on a processor; arguments as in `readable.rnn`."""
