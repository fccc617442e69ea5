"""The GRU as one GPU kernel for the whole sequence: the recurrent weights stay on the chip.

cuDNN launches two kernels per time step once H > 192 forward or H > 128 backward, and reads W_hh again in each. Here
one block of threads owns ROWS sequences, loads W_hh once, and walks through time. The input projection before it and
the weight gradients after it are ordinary matrix products. For H up to about 128; `cluster` goes on from there.

Layouts (time first): gx (T, N, 3H) is W_ih x + b_ih, with b_hr and b_hz already added; hs (T + 1, N, H) begins with
h0; gates (T, N, 4H) keeps r, z, n, hn for the backward pass, where hn = W_hn h + b_hn. HP is H rounded up to a power of
two: units and rows beyond H and N are masked, and stay zero.
"""

from __future__ import annotations

import triton
import triton.language as tl


@triton.jit
def tanh(x):
    """tanh by way of the sigmoid, which Triton has."""
    return 2 * tl.sigmoid(2 * x) - 1


@triton.jit(do_not_specialize=["T", "N"])
def gru_forward(
    gx,
    W_hh,
    b_hn,
    hs,
    gates,
    T,
    N,
    H: tl.constexpr,
    HP: tl.constexpr,
    ROWS: tl.constexpr,
    PRECISION: tl.constexpr,
    KEEP: tl.constexpr,
):
    """From gx and h0 = hs[0]: the states hs[1:], and with KEEP the gates."""
    kind: tl.constexpr = hs.dtype.element_ty
    row = (tl.program_id(0) * ROWS + tl.arange(0, ROWS))[:, None]
    unit, below = tl.arange(0, HP)[None, :], tl.arange(0, HP)[:, None]
    here = (row < N) & (unit < H)

    # W_hh transposed, one square per gate, on the chip from here to the end
    at, inside = W_hh + unit * H + below, (unit < H) & (below < H)
    U_r = tl.load(at, mask=inside, other=0.0)
    U_z = tl.load(at + H * H, mask=inside, other=0.0)
    U_n = tl.load(at + 2 * H * H, mask=inside, other=0.0)
    b = tl.load(b_hn + unit, mask=unit < H, other=0.0).to(tl.float32)

    one, in_h, in_x, in_gates = N * H, row * H + unit, row * 3 * H + unit, row * 4 * H + unit
    h = tl.load(hs + in_h, mask=here, other=0.0).to(tl.float32)
    xr = tl.load(gx + in_x, mask=here, other=0.0)
    xz = tl.load(gx + in_x + H, mask=here, other=0.0)
    xn = tl.load(gx + in_x + 2 * H, mask=here, other=0.0)
    for t in range(T):
        # the input of the next step, on its way while this one computes
        gx += one * 3
        ahead = (row < tl.where(t + 1 < T, N, 0)) & (unit < H)
        next_r = tl.load(gx + in_x, mask=ahead, other=0.0)
        next_z = tl.load(gx + in_x + H, mask=ahead, other=0.0)
        next_n = tl.load(gx + in_x + 2 * H, mask=ahead, other=0.0)

        operand = h.to(kind)
        r = tl.sigmoid(xr.to(tl.float32) + tl.dot(operand, U_r, input_precision=PRECISION))
        z = tl.sigmoid(xz.to(tl.float32) + tl.dot(operand, U_z, input_precision=PRECISION))
        hn = b + tl.dot(operand, U_n, input_precision=PRECISION)
        n = tanh(xn.to(tl.float32) + r * hn)
        h = n + z * (h - n)

        hs += one
        tl.store(hs + in_h, h.to(kind), mask=here)
        if KEEP:
            tl.store(gates + in_gates, r.to(kind), mask=here)
            tl.store(gates + in_gates + H, z.to(kind), mask=here)
            tl.store(gates + in_gates + 2 * H, n.to(kind), mask=here)
            tl.store(gates + in_gates + 3 * H, hn.to(kind), mask=here)
            gates += one * 4
        xr, xz, xn = next_r, next_z, next_n


@triton.jit(do_not_specialize=["T", "N"])
def gru_backward(
    dhs,
    W_hh,
    hs,
    gates,
    d_rows,
    d_n,
    dh0,
    T,
    N,
    H: tl.constexpr,
    HP: tl.constexpr,
    ROWS: tl.constexpr,
    PRECISION: tl.constexpr,
):
    """From dhs (T, N, H): the gradients of W_hh h in d_rows (T, N, 3H), of W_in x in d_n (T, N, H), and of h0."""
    kind: tl.constexpr = hs.dtype.element_ty
    row = (tl.program_id(0) * ROWS + tl.arange(0, ROWS))[:, None]
    unit, above = tl.arange(0, HP)[None, :], tl.arange(0, HP)[:, None]
    here = (row < N) & (unit < H)

    at, inside = W_hh + above * H + unit, (unit < H) & (above < H)
    W_r = tl.load(at, mask=inside, other=0.0)
    W_z = tl.load(at + H * H, mask=inside, other=0.0)
    W_n = tl.load(at + 2 * H * H, mask=inside, other=0.0)

    one, in_h, in_rows, in_gates = N * H, row * H + unit, row * 3 * H + unit, row * 4 * H + unit
    to_last = tl.cast(T - 1, tl.int64) * one
    hs, dhs, d_n, d_rows, gates = hs + to_last, dhs + to_last, d_n + to_last, d_rows + to_last * 3, gates + to_last * 4
    dh = tl.zeros((ROWS, HP), tl.float32)
    for _ in range(T):
        r = tl.load(gates + in_gates, mask=here, other=0.0).to(tl.float32)
        z = tl.load(gates + in_gates + H, mask=here, other=0.0).to(tl.float32)
        n = tl.load(gates + in_gates + 2 * H, mask=here, other=0.0).to(tl.float32)
        hn = tl.load(gates + in_gates + 3 * H, mask=here, other=0.0).to(tl.float32)
        h_prev = tl.load(hs + in_h, mask=here, other=0.0).to(tl.float32)

        dh += tl.load(dhs + in_h, mask=here, other=0.0).to(tl.float32)
        dn = dh * (1 - z) * (1 - n * n)
        dhn = (dn * r).to(kind)
        dr = (dn * hn * r * (1 - r)).to(kind)
        dz = (dh * (h_prev - n) * z * (1 - z)).to(kind)
        tl.store(d_rows + in_rows, dr, mask=here)
        tl.store(d_rows + in_rows + H, dz, mask=here)
        tl.store(d_rows + in_rows + 2 * H, dhn, mask=here)
        tl.store(d_n + in_h, dn.to(kind), mask=here)

        dh = dh * z
        dh += tl.dot(dr, W_r, input_precision=PRECISION)
        dh += tl.dot(dz, W_z, input_precision=PRECISION)
        dh += tl.dot(dhn, W_n, input_precision=PRECISION)

        hs -= one
        dhs -= one
        d_n -= one
        gates -= one * 4
        d_rows -= one * 3
    tl.store(dh0 + in_h, dh.to(kind), mask=here)
