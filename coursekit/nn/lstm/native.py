"""The fast LSTM with both passes in C++ (`coursekit/nn/native/steps.cpp`)."""

from __future__ import annotations

from functools import partial

import torch

from .. import bptt
from ..denormals import flush_denormals
from . import fast


@flush_denormals()
def _forward(x, h, c, W_ih, W_hh, b_ih, b_hh, keep: bool):
    """As `fast._forward`."""
    (T, N, _), H = x.shape, W_hh.shape[1]
    hs, cs = x.new_empty(T, N, H), x.new_empty(T, N, H)
    gates, tanh_c = bptt.room(x, 4 * H, keep), bptt.room(x, H, keep)
    torch.ops.coursekit_native.lstm_forward(x, h, c, W_ih, W_hh, b_ih + b_hh, gates, tanh_c, hs, cs, bptt.native_room())
    return hs, cs, gates, tanh_c


@flush_denormals()
def _backward(dhs, dcs, x, h0, c0, W_ih, W_hh, b_ih, b_hh, gates, tanh_c, hs, cs, needed):
    """As `fast._backward`."""
    dh, dc, db = h0.new_zeros(h0.shape), c0.new_zeros(c0.shape), b_ih.new_zeros(b_ih.shape)
    dx, dW_ih, dW_hh = bptt.to_fill(x, W_ih, W_hh, needed=(needed[0], needed[3], needed[4]))
    kept = gates, tanh_c, hs, cs
    torch.ops.coursekit_native.lstm_backward(
        dhs, dcs, x, h0, c0, W_ih, W_hh, *kept, dh, dc, dx, dW_ih, dW_hh, db, bptt.native_room()
    )
    return dx, dh, dc, dW_ih, dW_hh, db, db.clone()


lstm = partial(fast.lstm, passes=bptt.Passes(_forward, _backward))
"""All hidden and all cell states, each (T, N, H), of an LSTM on a processor; arguments as in `readable.lstm`."""
