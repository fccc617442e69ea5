"""The LSTM with a hand-written backward pass; see `gru/fast.py` for what makes it fast."""

from __future__ import annotations

import torch
from torch import Tensor

from coursekit.reference import lstm as in_numpy

from .. import bptt, gemm, plain, small
from ..denormals import flush_denormals
from . import readable


def lstm(
    x: Tensor,
    h: Tensor,
    c: Tensor,
    W_ih: Tensor,
    W_hh: Tensor,
    b_ih: Tensor,
    b_hh: Tensor,
    passes: bptt.Passes | None = None,
) -> tuple[Tensor, Tensor]:
    """All hidden states and all cell states, each (T, N, H), of an LSTM; arguments as in `readable.lstm`.

    passes: other ones than those below.
    """
    args = (x, h, c, W_ih, W_hh, b_ih, b_hh)
    if passes is None and small.suits(x, h):
        return small.run(in_numpy, readable.lstm, *args)
    passes = passes or bptt.Passes(_forward, _backward)
    if bptt.needs_graph(*args):
        return _LSTM.apply(passes, *args)
    with torch.no_grad():
        return passes.forward(*args, keep=False)[:2]


class _LSTM(torch.autograd.Function):
    @staticmethod
    def forward(ctx, passes: bptt.Passes, *args: Tensor) -> tuple[Tensor, Tensor]:
        ctx.set_materialize_grads(False)
        ctx.passes = passes
        hs, cs, gates, tanh_c = passes.forward(*args, keep=True)
        ctx.save_for_backward(*args, gates, tanh_c, hs, cs)
        return hs, cs

    @staticmethod
    def backward(ctx, dhs: Tensor | None, dcs: Tensor | None):
        if dhs is None and dcs is None:
            return (None,) * 8
        needed = ctx.needs_input_grad[1:]
        if not plain.upstream(dhs, dcs):
            return None, *bptt.backward_by_autograd(readable.lstm, ctx.saved_tensors[:7], needed, [dhs, dcs])
        return None, *ctx.passes.backward(dhs, dcs, *ctx.saved_tensors, needed=needed)


def _forwards(W_ih: Tensor, W_hh: Tensor, b: Tensor, N: int):
    """Walk a chunk forwards: from its rows of x (k N, D) and the states before it, the last of its states.

    Fills gates (k, N, 4H) with i, f, g, o, and tanh_c, hs and cs (k, N, H). b is the sum of the biases.
    """
    add_recurrent, project, H = gemm.adder(W_hh, N), gemm.projector(W_ih), W_hh.shape[1]

    def walk(x, h, c, gates, tanh_c, hs, cs):
        project(x, b, out=gates.flatten(0, 1))
        (i, f, g, o), i_f = gates.view(len(gates), N, 4, H).unbind(2), gates[:, :, : 2 * H]
        each = (v.unbind(0) for v in (gates, i_f, i, f, g, o, tanh_c, hs, cs))
        in_numpy = (bptt.numpy_steps(v) for v in (g, cs, tanh_c))
        for gates_t, i_f_t, i_t, f_t, g_t, o_t, tanh_c_t, h_t, c_t, g_np, c_np, tanh_c_np in zip(
            *each, *in_numpy, strict=True
        ):
            add_recurrent(gates_t, h)
            i_f_t.sigmoid_()
            o_t.sigmoid_()
            bptt.tanh_(g_np)
            c = torch.mul(f_t, c, out=c_t).addcmul_(i_t, g_t)
            bptt.tanh_(c_np, out=tanh_c_np)
            h = torch.mul(o_t, tanh_c_t, out=h_t)
        return h, c

    return walk


def _backwards(W: Tensor, N: int):
    """Walk a chunk backwards, with W = W_hh^T: dh and dc, of the states after it, become those of the states before.

    Fills d (k, N, 4, H) with the gradient of W_hh h. e and to_c (k, N, H) are room to work in. states: c0, cs
    (T, N, H), the first step of the chunk and that after its last.
    """
    add_recurrent = gemm.adder(W, N)

    def walk(dhs, dcs, dh, dc, d, e, to_c, gates, tanh_c, states):
        _coefficients(d, to_c, gates, tanh_c, bptt.previous(*states))
        _steps_back(dhs, dcs, dh, dc, d, e, to_c, gates[:, :, 1], add_recurrent)

    return walk


@flush_denormals()
def _forward(x, h, c, W_ih, W_hh, b_ih, b_hh, keep: bool):
    """Arguments as in `lstm` -> hs and cs (T, N, H), the gates i, f, g, o as (T, N, 4H), and tanh(c) (T, N, H).

    Unless `keep`, only one chunk of the last two.
    """
    (T, N, _), H = x.shape, W_hh.shape[1]
    steps = bptt.chunk_length(x, 4 * H)
    kept = T if keep else steps
    gates, tanh_c = x.new_empty(kept, N, 4 * H), x.new_empty(kept, N, H)
    hs, cs = x.new_empty(T, N, H), x.new_empty(T, N, H)
    walk = _forwards(W_ih, W_hh, b_ih + b_hh, N)
    for start in range(0, T, steps):
        stop = min(T, start + steps)
        now = slice(start, stop) if keep else slice(0, stop - start)
        h, c = walk(x[start:stop].flatten(0, 1), h, c, gates[now], tanh_c[now], hs[start:stop], cs[start:stop])
    return hs, cs, gates, tanh_c


@flush_denormals()
def _backward(dhs, dcs, x, h0, c0, W_ih, W_hh, b_ih, b_hh, gates, tanh_c, hs, cs, needed):
    (T, N, D), H = x.shape, W_hh.shape[1]
    steps = bptt.chunk_length(x, 4 * H)
    gates, to_input, walk = gates.view(T, N, 4, H), gemm.projector(W_ih.t()), _backwards(W_hh.t(), N)
    d = x.new_empty(steps, N, 4, H)
    e, to_c = x.new_empty(steps, N, H), x.new_empty(steps, N, H)
    dh, dc, dx = h0.new_zeros(N, H), c0.new_zeros(N, H), x.new_empty(x.shape) if needed[0] else None
    dW_ih, dW_hh, db = torch.zeros_like(W_ih), torch.zeros_like(W_hh), torch.zeros_like(b_ih)
    for stop in range(T, 0, -steps):
        start = max(0, stop - steps)
        now, k = slice(start, stop), stop - start
        upstream = [None if v is None else v[now] for v in (dhs, dcs)]
        walk(*upstream, dh, dc, d[:k], e[:k], to_c[:k], gates[now], tanh_c[now], (c0, cs, start, stop))
        rows = d[:k].view(k * N, 4 * H)
        gemm.add_sum(db, rows)
        if needed[4]:
            bptt.add_recurrent_gradient(dW_hh, d[:k], h0, hs, start, stop)
        if needed[3]:
            gemm.add_gradient(dW_ih, rows, x[now].reshape(k * N, D))
        if dx is not None:
            to_input(rows, out=dx[now].view(k * N, D))
    return dx, dh, dc, dW_ih, dW_hh, db, db.clone()


def _coefficients(d, to_c, gates, tanh_c, c_prev) -> None:
    """What the gradient of c_t (rows i, f, g) and of h_t (row o, and c_t itself) is multiplied by."""
    (i, f, g, o), (to_i, to_f, to_g, to_o) = gates.unbind(2), d.unbind(2)
    torch.mul(i, g, out=to_i).addcmul_(to_i, i, value=-1)  # g sigmoid'(i)
    torch.mul(f, c_prev, out=to_f).addcmul_(to_f, f, value=-1)  # c_prev sigmoid'(f)
    torch.mul(g, g, out=to_g).neg_().add_(1).mul_(i)  # i tanh'(g)
    torch.mul(o, tanh_c, out=to_o)  # h
    torch.mul(to_o, tanh_c, out=to_c).neg_().add_(o)  # o tanh'(c) = o - h tanh(c)
    to_o.addcmul_(to_o, o, value=-1)  # tanh(c) sigmoid'(o)


def _steps_back(dhs, dcs, dh, dc, d, e, to_c, f, add_recurrent) -> None:
    """Walk a chunk backwards: d becomes the gradient of W_hh h, dh and dc those of the states before the chunk."""
    steps, before = bptt.upstream_steps(e, dhs, dh)
    backwards, dc_as_gate = range(len(e) - 1, -1, -1), dc.unsqueeze(1)
    reverse = (v.unbind(0)[::-1] for v in (d[:, :, :3], d[:, :, 3], d.flatten(2), to_c, f))
    for t, e_t, e_before, i_f_g_t, o_t, rows_t, to_c_t, f_t in zip(backwards, steps, before, *reverse, strict=True):
        if dcs is not None:
            dc += dcs[t]
        dc.addcmul_(e_t, to_c_t)
        i_f_g_t.mul_(dc_as_gate)
        o_t.mul_(e_t)
        dc.mul_(f_t)
        add_recurrent(e_before, rows_t)
