"""The GRU with a hand-written backward pass: the equations of `readable.gru`, arranged for speed.

What makes it fast, most important first: one recurrent product per step for all three blocks, on a contiguous
transposed copy of W_hh; the input projection and the weight gradients as one product per chunk of time steps, sized
to the cache; everything in a backward step that does not depend on the incoming gradient computed in bulk, so that
three element-wise operations and one product remain; buffers allocated once and written in place. Small steps run in
NumPy instead: `small.py`.
"""

from __future__ import annotations

import torch
from torch import Tensor

from coursekit.reference import gru as in_numpy

from .. import bptt, gemm, plain, small
from ..denormals import flush_denormals
from . import readable


def gru(
    x: Tensor, h: Tensor, W_ih: Tensor, W_hh: Tensor, b_ih: Tensor, b_hh: Tensor, passes: bptt.Passes | None = None
) -> Tensor:
    """All hidden states (T, N, H) of a GRU; arguments as in `readable.gru`. passes: other ones than those below."""
    args = (x, h, W_ih, W_hh, b_ih, b_hh)
    if passes is None and small.suits(x, h):
        return small.run(in_numpy, readable.gru, *args)
    passes = passes or bptt.Passes(forward, backward)
    if bptt.needs_graph(*args):
        return _GRU.apply(passes, *args)
    with torch.no_grad():
        return passes.forward(*args, keep=False)[0]


class _GRU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, passes: bptt.Passes, *args: Tensor) -> Tensor:
        ctx.passes = passes
        hs, gates, n = passes.forward(*args, keep=True)
        ctx.save_for_backward(*args, gates, n, hs)
        return hs

    @staticmethod
    def backward(ctx, dhs: Tensor):
        needed = ctx.needs_input_grad[1:]
        if not plain.upstream(dhs):
            return None, *bptt.backward_by_autograd(readable.gru, ctx.saved_tensors[:6], needed, [dhs])
        return None, *ctx.passes.backward(dhs, *ctx.saved_tensors, needed=needed)


def _forwards(W_ih: Tensor, W_hh: Tensor, b: Tensor, N: int):
    """Walk a chunk forwards: from its rows of x (k N, D) and the state before it, the last of its states.

    Fills gates (k, N, 3H), n and hs (k, N, H). b is all that is added to what the input projects, thus without b_hn.
    """
    add_recurrent, project, H = gemm.adder(W_hh, N), gemm.projector(W_ih), W_hh.shape[1]

    def walk(x, b_hn, h, gates, n, hs):
        projected = project(x, b).view(gates.shape)
        rz, (r, z, hn) = gates[:, :, : 2 * H], gates.view(len(gates), N, 3, H).unbind(2)
        rz[:], n[:], hn[:] = projected[:, :, : 2 * H], projected[:, :, 2 * H :], b_hn
        each = (v.unbind(0) for v in (gates, rz, r, z, hn, n))
        for gates_t, rz_t, r_t, z_t, hn_t, n_t, n_np, h_t in zip(*each, bptt.numpy_steps(n), hs.unbind(0), strict=True):
            add_recurrent(gates_t, h)
            rz_t.sigmoid_()
            n_t.addcmul_(r_t, hn_t)
            bptt.tanh_(n_np)
            h = torch.lerp(n_t, h, z_t, out=h_t)
        return h

    return walk


def _backwards(W: Tensor, N: int):
    """Walk a chunk backwards, with W = W_hh^T: dh, of the state after it, becomes the gradient of the one before.

    Fills d (k, N, 3, H) with the gradient of W_hh h, and e and to_n (k, N, H), whose product is that of W_in x. states:
    h0, hs (T, N, H), the first step of the chunk and that after its last.
    """
    add_recurrent = gemm.adder(W, N)

    def walk(dhs, dh, d, e, to_n, gates, n, states):
        _coefficients(d, to_n, gates, n, bptt.previous(*states), scratch=e)
        _steps_back(dhs, dh, d, e, gates[:, :, 1], add_recurrent)

    return walk


@flush_denormals()
def forward(x, h, W_ih, W_hh, b_ih, b_hh, keep: bool):
    """Arguments as in `gru` -> hs (T, N, H); r, z, hn as (T, N, 3H), where hn = W_hn h + b_hn; and n (T, N, H).

    Unless `keep`, only one chunk of what comes after hs.
    """
    (T, N, _), H = x.shape, W_hh.shape[1]
    steps = bptt.chunk_length(x, 3 * H)
    kept = T if keep else steps
    gates, n, hs = x.new_empty(kept, N, 3 * H), x.new_empty(kept, N, H), x.new_empty(T, N, H)
    b = torch.cat([b_ih[: 2 * H] + b_hh[: 2 * H], b_ih[2 * H :]])
    walk = _forwards(W_ih, W_hh, b, N)
    for start in range(0, T, steps):
        stop = min(T, start + steps)
        now = slice(start, stop) if keep else slice(0, stop - start)
        h = walk(x[start:stop].flatten(0, 1), b_hh[2 * H :], h, gates[now], n[now], hs[start:stop])
    return hs, gates, n


@flush_denormals()
def backward(dhs, x, h0, W_ih, W_hh, b_ih, b_hh, gates, n, hs, needed):
    """dhs (T, N, H), the arguments of `gru`, and what `forward` kept -> the gradients of those arguments, in order.

    needed: for each argument, whether anyone asks for its gradient; None may stand where nobody does.
    """
    (T, N, D), H = x.shape, W_hh.shape[1]
    steps = bptt.chunk_length(x, 3 * H)
    gates, to_input, walk = gates.view(T, N, 3, H), gemm.projector(W_ih.t()), _backwards(W_hh.t(), N)
    d = x.new_empty(steps, N, 3, H)  # first the coefficients, then the gradients, of the rows r, z, n of W_hh h
    e, to_n = x.new_empty(steps, N, H), x.new_empty(steps, N, H)
    dh, dx = h0.new_zeros(N, H), x.new_empty(x.shape) if needed[0] else None
    dW_ih, dW_hh = torch.zeros_like(W_ih), torch.zeros_like(W_hh)
    db_ih, db_hn = torch.zeros_like(b_ih), b_hh.new_zeros(H)
    for stop in range(T, 0, -steps):
        start = max(0, stop - steps)
        now, k = slice(start, stop), stop - start
        d_c, e_c, to_n_c = d[:k], e[:k], to_n[:k]
        walk(dhs[now], dh, d_c, e_c, to_n_c, gates[now], n[now], (h0, hs, start, stop))
        rows = d_c.view(k * N, 3 * H)
        if needed[3]:
            bptt.add_recurrent_gradient(dW_hh, d_c, h0, hs, start, stop)
        db_hn += d_c[:, :, 2].sum((0, 1))
        torch.mul(e_c, to_n_c, out=d_c[:, :, 2])  # from here on the n rows are those of W_ih x
        gemm.add_sum(db_ih, rows)
        if needed[2]:
            gemm.add_gradient(dW_ih, rows, x[now].reshape(k * N, D))
        if dx is not None:
            to_input(rows, out=dx[now].view(k * N, D))
    return dx, dh, dW_ih, dW_hh, db_ih, torch.cat([db_ih[: 2 * H], db_hn])


def _coefficients(d, to_n, gates, n, h_prev, scratch) -> None:
    """What the gradient of h_t is multiplied by, in d for the rows of W_hh h, in to_n for W_in x."""
    (r, z, hn), (to_r, to_z, to_hn) = gates.unbind(2), d.unbind(2)
    writes = torch.sub(1, z, out=scratch)
    torch.mul(n, n, out=to_n).neg_().add_(1).mul_(writes)  # (1 - z) tanh'
    torch.sub(h_prev, n, out=to_z).mul_(writes).mul_(z)  # (h_prev - n) sigmoid'
    torch.mul(to_n, r, out=to_hn)
    torch.mul(to_hn, hn, out=to_r)
    to_r.addcmul_(to_r, r, value=-1)  # to_n hn sigmoid'


def _steps_back(dhs, dh, d, e, z, add_recurrent) -> None:
    """Walk a chunk backwards: e becomes the gradient of each h_t, d that of W_hh h, dh that of the state before."""
    reverse = (v.unbind(0)[::-1] for v in (d, d.flatten(2), e.unsqueeze(2), z))
    for e_t, e_before, d_t, rows_t, e_as_gate_t, z_t in zip(*bptt.upstream_steps(e, dhs, dh), *reverse, strict=True):
        d_t.mul_(e_as_gate_t)
        e_before.addcmul_(e_t, z_t)
        add_recurrent(e_before, rows_t)
