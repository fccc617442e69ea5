"""The fast RNN with both passes in C++ (`coursekit/nn/native/steps.cpp`)."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from .. import bptt
from ..denormals import flush_denormals
from . import fast


@flush_denormals()
def _forward(nonlinearity, x, h, W_ih, W_hh, b_ih, b_hh) -> Tensor:
    """As `fast._forward`."""
    hs = x.new_empty(*x.shape[:2], W_hh.shape[1])
    torch.ops.coursekit_native.rnn_forward(
        x, h, W_ih, W_hh, b_ih + b_hh, hs, nonlinearity == "relu", bptt.native_room()
    )
    return hs


@flush_denormals()
def _backward(nonlinearity, dhs, x, h0, W_ih, W_hh, b_ih, b_hh, hs, needed):
    """As `fast._backward`."""
    dh, db = h0.new_zeros(h0.shape), b_ih.new_zeros(b_ih.shape)
    dx, dW_ih, dW_hh = bptt.to_fill(x, W_ih, W_hh, needed=(needed[0], needed[2], needed[3]))
    torch.ops.coursekit_native.rnn_backward(
        dhs, x, h0, W_ih, W_hh, hs, dh, dx, dW_ih, dW_hh, db, nonlinearity == "relu", bptt.native_room()
    )
    return dx, dh, dW_ih, dW_hh, db, db.clone()


rnn = partial(fast.rnn, passes=bptt.Passes(_forward, _backward))
"""All hidden states (T, N, H) of an RNN on a processor; arguments as in `readable.rnn`."""
