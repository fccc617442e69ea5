"""The RNN with a hand-written backward pass; see `gru/fast.py` for what makes it fast."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from coursekit.reference import rnn as in_numpy

from .. import bptt, gemm, plain, small
from ..denormals import flush_denormals
from . import readable


def rnn(
    x: Tensor,
    h: Tensor,
    W_ih: Tensor,
    W_hh: Tensor,
    b_ih: Tensor,
    b_hh: Tensor,
    nonlinearity: str = "tanh",
    passes: bptt.Passes | None = None,
) -> Tensor:
    """All hidden states (T, N, H) of an RNN; arguments as in `readable.rnn`. passes: other ones than those below."""
    args = (x, h, W_ih, W_hh, b_ih, b_hh)
    if passes is None and nonlinearity == "tanh" and small.suits(x, h):
        return small.run(in_numpy, readable.rnn, *args)
    passes = passes or bptt.Passes(_forward, _backward)
    if bptt.needs_graph(*args):
        return _RNN.apply(passes, nonlinearity, *args)
    with torch.no_grad():
        return passes.forward(nonlinearity, *args)


class _RNN(torch.autograd.Function):
    @staticmethod
    def forward(ctx, passes: bptt.Passes, nonlinearity: str, *args: Tensor) -> Tensor:
        ctx.passes, ctx.nonlinearity = passes, nonlinearity
        hs = passes.forward(nonlinearity, *args)
        ctx.save_for_backward(*args, hs)
        return hs

    @staticmethod
    def backward(ctx, dhs: Tensor):
        *args, hs = ctx.saved_tensors
        needed = ctx.needs_input_grad[2:]
        if not plain.upstream(dhs):
            loop = partial(readable.rnn, nonlinearity=ctx.nonlinearity)
            return None, None, *bptt.backward_by_autograd(loop, args, needed, [dhs])
        return None, None, *ctx.passes.backward(ctx.nonlinearity, dhs, *args, hs, needed=needed)


def _forwards(W_ih: Tensor, W_hh: Tensor, b: Tensor, N: int):
    """Walk a chunk forwards: from its rows of x (k N, D) and the state before it, the last of its states.

    Fills hs (k, N, H). b is the sum of the biases.
    """
    add_recurrent, project = gemm.adder(W_hh, N), gemm.projector(W_ih)

    def walk(nonlinearity, x, h, hs):
        project(x, b, out=hs.flatten(0, 1))
        for h_t, h_np in zip(hs.unbind(0), bptt.numpy_steps(hs), strict=True):
            add_recurrent(h_t, h)
            if nonlinearity == "tanh":
                bptt.tanh_(h_np)
            else:
                h_t.relu_()
            h = h_t
        return h

    return walk


def _backwards(W: Tensor, N: int):
    """Walk a chunk backwards, with W = W_hh^T: dh, of the state after it, becomes the gradient of the one before.

    Fills d (k, N, H) with the gradient of W_hh h. slope (k, N, H) is room to work in.
    """
    add_recurrent = gemm.adder(W, N)

    def walk(nonlinearity, dhs, dh, d, slope, hs):
        _slope(nonlinearity, hs, out=slope)
        steps, before = bptt.upstream_steps(d, dhs, dh)
        for d_t, d_before, slope_t in zip(steps, before, slope.unbind(0)[::-1], strict=True):
            d_t.mul_(slope_t)
            add_recurrent(d_before, d_t)

    return walk


@flush_denormals()
def _forward(nonlinearity, x, h, W_ih, W_hh, b_ih, b_hh) -> Tensor:
    (T, N, _), H = x.shape, W_hh.shape[1]
    steps = bptt.chunk_length(x, H)
    hs, walk = x.new_empty(T, N, H), _forwards(W_ih, W_hh, b_ih + b_hh, N)
    for start in range(0, T, steps):
        now = slice(start, start + steps)
        h = walk(nonlinearity, x[now].flatten(0, 1), h, hs[now])
    return hs


@flush_denormals()
def _backward(nonlinearity, dhs, x, h0, W_ih, W_hh, b_ih, b_hh, hs, needed):
    (T, N, D), H = x.shape, W_hh.shape[1]
    length = bptt.chunk_length(x, 2 * H)
    to_input, walk = gemm.projector(W_ih.t()), _backwards(W_hh.t(), N)
    d, slope = x.new_empty(length, N, H), x.new_empty(length, N, H)
    dh, dx = h0.new_zeros(N, H), x.new_empty(x.shape) if needed[0] else None
    dW_ih, dW_hh, db = torch.zeros_like(W_ih), torch.zeros_like(W_hh), torch.zeros_like(b_ih)
    for stop in range(T, 0, -length):
        start = max(0, stop - length)
        now, k = slice(start, stop), stop - start
        walk(nonlinearity, dhs[now], dh, d[:k], slope[:k], hs[now])
        rows = d[:k].view(k * N, H)
        gemm.add_sum(db, rows)
        if needed[3]:
            bptt.add_recurrent_gradient(dW_hh, d[:k], h0, hs, start, stop)
        if needed[2]:
            gemm.add_gradient(dW_ih, rows, x[now].reshape(k * N, D))
        if dx is not None:
            to_input(rows, out=dx[now].view(k * N, D))
    return dx, dh, dW_ih, dW_hh, db, db.clone()


def _slope(nonlinearity: str, h: Tensor, out: Tensor) -> None:
    """The derivative of the nonlinearity, from its value."""
    if nonlinearity == "tanh":
        torch.addcmul(h.new_ones(()), h, h, value=-1, out=out)
    else:
        torch.sign(h, out=out)  # h is never negative
