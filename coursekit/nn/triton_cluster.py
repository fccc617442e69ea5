"""The GRU kernel for larger H: several blocks of threads share one tile of sequences.

W_hh of a GRU with H = 256 no longer fits one block. Here each block owns UNITS hidden units (all three gates of
them) and keeps its slice of W_hh on the chip. After every step the blocks of a tile exchange their parts of the state
(forward) or of the gate gradients (backward) through the second-level cache, and wait for each other at a counter.
The launch must therefore be small enough for all blocks to run at once.

Layouts as in `triton_gru`. With SYNC off, a launch does the single step `first` and nothing waits: the same
arithmetic for the interpreter, which runs one block after the other and would wait for ever.
"""

from __future__ import annotations

import triton
import triton.language as tl

from .triton_gru import tanh


@triton.jit
def _wait_for_all(counter, goal):
    """Everything stored by the blocks of a tile before this line can be read by all of them after it."""
    tl.debug_barrier()
    tl.atomic_add(counter, 1, sem="release", scope="gpu")
    while tl.atomic_add(counter, 0, sem="acquire", scope="gpu") < goal:
        pass


@triton.jit(do_not_specialize=["first", "steps", "first_row", "T", "N"])
def cluster_forward(
    gx,
    W_hh,
    b_hn,
    hs,
    gates,
    counters,
    first,
    steps,
    first_row,
    T,
    N,
    H: tl.constexpr,
    HP: tl.constexpr,
    UNITS: tl.constexpr,
    CHUNK: tl.constexpr,
    ROWS: tl.constexpr,
    PRECISION: tl.constexpr,
    KEEP: tl.constexpr,
    SYNC: tl.constexpr,
):
    """Steps first, first + 1, ... of the forward pass.

    With CHUNK = HP the slice of W_hh stays in registers and shared memory. Where that would spill (float32), the
    product runs over CHUNK rows of it at a time, which come from the first-level cache at every step.
    """
    kind: tl.constexpr = hs.dtype.element_ty
    blocks: tl.constexpr = (H + UNITS - 1) // UNITS
    tile, block = tl.program_id(0) // blocks, tl.program_id(0) % blocks
    row = (first_row + tile * ROWS + tl.arange(0, ROWS))[:, None]
    unit, below = (block * UNITS + tl.arange(0, UNITS))[None, :], tl.arange(0, CHUNK)
    here = (row < N) & (unit < H)
    b = tl.load(b_hn + unit, mask=unit < H, other=0.0).to(tl.float32)

    U_at, inside = W_hh + unit * H + below[:, None], (unit < H) & (below[:, None] < H)
    U_r = tl.load(U_at, mask=inside, other=0.0)
    U_z = tl.load(U_at + H * H, mask=inside, other=0.0)
    U_n = tl.load(U_at + 2 * H * H, mask=inside, other=0.0)

    start, one = tl.cast(first, tl.int64), N * H
    h_at, own, everyone = hs + start * one, row * H + unit, row * H + below[None, :]
    x_at, keep_at = gx + start * one * 3 + row * 3 * H + unit, gates + start * one * 4 + row * 4 * H + unit
    h_own = tl.load(h_at + own, mask=here, other=0.0).to(tl.float32)
    x_r = tl.load(x_at, mask=here, other=0.0)
    x_z = tl.load(x_at + H, mask=here, other=0.0)
    x_n = tl.load(x_at + 2 * H, mask=here, other=0.0)
    for t in range(first, first + steps):
        r, z, q = x_r.to(tl.float32), x_z.to(tl.float32), tl.zeros((ROWS, UNITS), tl.float32) + b
        for k in tl.static_range(0, HP, CHUNK):
            whole = (row < N) & (k + below[None, :] < H)
            h = tl.load(h_at + everyone + k, mask=whole, other=0.0, cache_modifier=".cg")  # others wrote it: no L1
            if CHUNK < HP:
                inside = (unit < H) & (k + below[:, None] < H)
                U_r = tl.load(U_at + k, mask=inside, other=0.0)
                U_z = tl.load(U_at + k + H * H, mask=inside, other=0.0)
                U_n = tl.load(U_at + k + 2 * H * H, mask=inside, other=0.0)
            r += tl.dot(h, U_r, input_precision=PRECISION)
            z += tl.dot(h, U_z, input_precision=PRECISION)
            q += tl.dot(h, U_n, input_precision=PRECISION)
        r, z = tl.sigmoid(r), tl.sigmoid(z)
        n = tanh(x_n.to(tl.float32) + r * q)
        h_own = n + z * (h_own - n)

        h_at += one
        tl.store(h_at + own, h_own.to(kind), mask=here)
        if KEEP:
            tl.store(keep_at, r.to(kind), mask=here)
            tl.store(keep_at + H, z.to(kind), mask=here)
            tl.store(keep_at + 2 * H, n.to(kind), mask=here)
            tl.store(keep_at + 3 * H, q.to(kind), mask=here)
            keep_at += one * 4
        # the input of the next step, on its way while this block waits for the others
        x_at += one * 3
        ahead = (row < tl.where(t + 1 < T, N, 0)) & (unit < H)
        x_r = tl.load(x_at, mask=ahead, other=0.0)
        x_z = tl.load(x_at + H, mask=ahead, other=0.0)
        x_n = tl.load(x_at + 2 * H, mask=ahead, other=0.0)
        if SYNC:
            _wait_for_all(counters + tile, (t - first + 1) * blocks)


@triton.jit(do_not_specialize=["first", "steps", "first_row", "T", "N"])
def cluster_backward(
    dhs,
    W_hh,
    hs,
    gates,
    d_rows,
    d_n,
    direct,
    dh0,
    counters,
    first,
    steps,
    first_row,
    T,
    N,
    H: tl.constexpr,
    HP: tl.constexpr,
    UNITS: tl.constexpr,
    ROWS: tl.constexpr,
    PRECISION: tl.constexpr,
    SYNC: tl.constexpr,
):
    """Steps first, first - 1, ... of the backward pass; step -1 only finishes dh0.

    A step first completes the gradient of h_t, from `direct` (N, H; float32), the part that came through z, and from
    the gate gradients that all blocks stored at step t + 1.
    """
    kind: tl.constexpr = hs.dtype.element_ty
    blocks: tl.constexpr = (H + UNITS - 1) // UNITS
    tile, block = tl.program_id(0) // blocks, tl.program_id(0) % blocks
    row = (first_row + tile * ROWS + tl.arange(0, ROWS))[:, None]
    unit, above = (block * UNITS + tl.arange(0, UNITS))[None, :], tl.arange(0, HP)
    here = (row < N) & (unit < H)

    at, inside = W_hh + above[:, None] * H + unit, (unit < H) & (above[:, None] < H)
    W_r = tl.load(at, mask=inside, other=0.0)
    W_z = tl.load(at + H * H, mask=inside, other=0.0)
    W_n = tl.load(at + 2 * H * H, mask=inside, other=0.0)

    start, one, h_off = tl.cast(first, tl.int64), N * H, row * H + unit
    h_at, dh_at, d_n_at = hs + start * one + h_off, dhs + start * one + h_off, d_n + start * one + h_off
    keep_at, rows_at = gates + start * one * 4 + row * 4 * H + unit, d_rows + start * one * 3 + row * 3 * H + unit
    after_at = d_rows + (start + 1) * one * 3 + row * 3 * H + above[None, :]
    dh = tl.load(direct + h_off, mask=here, other=0.0)
    for i in range(steps):
        t = first - i
        now = (row < tl.where(t >= 0, N, 0)) & (unit < H)
        after = (row < tl.where(t + 1 < T, N, 0)) & (above[None, :] < H)
        r = tl.load(keep_at, mask=now, other=0.0).to(tl.float32)
        z = tl.load(keep_at + H, mask=now, other=0.0).to(tl.float32)
        n = tl.load(keep_at + 2 * H, mask=now, other=0.0).to(tl.float32)
        q = tl.load(keep_at + 3 * H, mask=now, other=0.0).to(tl.float32)
        h_prev = tl.load(h_at, mask=now, other=0.0).to(tl.float32)
        upstream = tl.load(dh_at, mask=now, other=0.0).to(tl.float32)

        all_r = tl.load(after_at, mask=after, other=0.0, cache_modifier=".cg")
        dh += tl.dot(all_r, W_r, input_precision=PRECISION)
        all_z = tl.load(after_at + H, mask=after, other=0.0, cache_modifier=".cg")
        dh += tl.dot(all_z, W_z, input_precision=PRECISION)
        all_q = tl.load(after_at + 2 * H, mask=after, other=0.0, cache_modifier=".cg")
        dh += tl.dot(all_q, W_n, input_precision=PRECISION)
        if i == steps - 1:
            tl.store(dh0 + h_off, dh, mask=here)  # what counts is the value of step -1

        dh += upstream
        dn = dh * (1 - z) * (1 - n * n)
        tl.store(rows_at, (dn * q * r * (1 - r)).to(kind), mask=now)
        tl.store(rows_at + H, (dh * (h_prev - n) * z * (1 - z)).to(kind), mask=now)
        tl.store(rows_at + 2 * H, (dn * r).to(kind), mask=now)
        tl.store(d_n_at, dn.to(kind), mask=now)
        dh *= z
        h_at -= one
        dh_at -= one
        d_n_at -= one
        keep_at -= one * 4
        rows_at -= one * 3
        after_at -= one * 3
        if SYNC:
            _wait_for_all(counters + tile, (i + 1) * blocks)
    tl.store(direct + h_off, dh, mask=here)
