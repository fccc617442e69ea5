"""The fast GRU with both passes in C++ (`coursekit/nn/native/steps.cpp`)."""

from __future__ import annotations

from functools import partial

import torch

from .. import bptt
from ..denormals import flush_denormals
from . import fast


@flush_denormals()
def _forward(x, h, W_ih, W_hh, b_ih, b_hh, keep: bool):
    """As `fast.forward`."""
    (T, N, _), H = x.shape, W_hh.shape[1]
    hs, gates, n = x.new_empty(T, N, H), bptt.room(x, 3 * H, keep), bptt.room(x, H, keep)
    b = torch.cat([b_ih[: 2 * H] + b_hh[: 2 * H], b_ih[2 * H :]])
    torch.ops.coursekit_native.gru_forward(x, h, W_ih, W_hh, b, b_hh[2 * H :], gates, n, hs, bptt.native_room())
    return hs, gates, n


@flush_denormals()
def _backward(dhs, x, h0, W_ih, W_hh, b_ih, b_hh, gates, n, hs, needed):
    """As `fast.backward`. In C++ the gates of the input come as n, r, z: then r and z stand beside both kinds of n."""
    H = W_hh.shape[1]
    dh, db = h0.new_zeros(h0.shape), h0.new_zeros(4 * H)
    dx, dW_ih, dW_hh = bptt.to_fill(x, W_ih, W_hh, needed=(needed[0], needed[2], needed[3]))
    torch.ops.coursekit_native.gru_backward(
        dhs, x, h0, W_ih.roll(H, 0), W_hh, gates, n, hs, dh, dx, dW_ih, dW_hh, db, bptt.native_room()
    )
    dW_ih = None if dW_ih is None else dW_ih.roll(-H, 0)
    return dx, dh, dW_ih, dW_hh, db[: 3 * H].roll(-H, 0), db[H:]


gru = partial(fast.gru, passes=bptt.Passes(_forward, _backward))
"""All hidden states (T, N, H) of a GRU on a processor; arguments as in `readable.gru`."""
