"""The GRU kernel for larger H: several blocks of threads share one tile of sequences.

W_hh of a GRU with H = 256 no longer fits one block. Here each block owns UNITS hidden units (all three blocks of
them) and keeps its slice of W_hh on the chip. After every step the blocks of a tile exchange their parts of the state
(forward) or of the gate gradients (backward) through the second-level cache, and wait for each other at a counter.
The launch must therefore be small enough for all blocks to run at once.

Layouts as in `kernel`. With SYNC off, a launch does the single step `first` and nothing waits: the same
arithmetic for the interpreter, which runs one block after the other and would wait for ever.
"""

from __future__ import annotations

import triton
import triton.language as tl

from .kernel import tanh


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
    hs, own, everyone = hs + start * one, row * H + unit, row * H + below[None, :]
    in_x, in_gates = row * 3 * H + unit, row * 4 * H + unit
    gx, gates = gx + start * one * 3, gates + start * one * 4
    h_own = tl.load(hs + own, mask=here, other=0.0).to(tl.float32)
    xr = tl.load(gx + in_x, mask=here, other=0.0)
    xz = tl.load(gx + in_x + H, mask=here, other=0.0)
    xn = tl.load(gx + in_x + 2 * H, mask=here, other=0.0)
    for t in range(first, first + steps):
        r, z, hn = xr.to(tl.float32), xz.to(tl.float32), tl.zeros((ROWS, UNITS), tl.float32) + b
        for k in tl.static_range(0, HP, CHUNK):
            whole = (row < N) & (k + below[None, :] < H)
            h = tl.load(hs + everyone + k, mask=whole, other=0.0, cache_modifier=".cg")  # others wrote it: no L1
            if CHUNK < HP:
                inside = (unit < H) & (k + below[:, None] < H)
                U_r = tl.load(U_at + k, mask=inside, other=0.0)
                U_z = tl.load(U_at + k + H * H, mask=inside, other=0.0)
                U_n = tl.load(U_at + k + 2 * H * H, mask=inside, other=0.0)
            r += tl.dot(h, U_r, input_precision=PRECISION)
            z += tl.dot(h, U_z, input_precision=PRECISION)
            hn += tl.dot(h, U_n, input_precision=PRECISION)
        r, z = tl.sigmoid(r), tl.sigmoid(z)
        n = tanh(xn.to(tl.float32) + r * hn)
        h_own = n + z * (h_own - n)

        hs += one
        tl.store(hs + own, h_own.to(kind), mask=here)
        if KEEP:
            tl.store(gates + in_gates, r.to(kind), mask=here)
            tl.store(gates + in_gates + H, z.to(kind), mask=here)
            tl.store(gates + in_gates + 2 * H, n.to(kind), mask=here)
            tl.store(gates + in_gates + 3 * H, hn.to(kind), mask=here)
            gates += one * 4
        # the input of the next step, on its way while this block waits for the others
        gx += one * 3
        ahead = (row < tl.where(t + 1 < T, N, 0)) & (unit < H)
        xr = tl.load(gx + in_x, mask=ahead, other=0.0)
        xz = tl.load(gx + in_x + H, mask=ahead, other=0.0)
        xn = tl.load(gx + in_x + 2 * H, mask=ahead, other=0.0)
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

    one, in_h, in_rows, in_gates = N * H, row * H + unit, row * 3 * H + unit, row * 4 * H + unit
    to_first, everyone = tl.cast(first, tl.int64) * one, row * 3 * H + above[None, :]
    hs, dhs, d_n, d_rows, gates = (
        hs + to_first,
        dhs + to_first,
        d_n + to_first,
        d_rows + to_first * 3,
        gates + to_first * 4,
    )
    dh = tl.load(direct + in_h, mask=here, other=0.0)
    for i in range(steps):
        t = first - i
        now = (row < tl.where(t >= 0, N, 0)) & (unit < H)
        after = (row < tl.where(t + 1 < T, N, 0)) & (above[None, :] < H)
        r = tl.load(gates + in_gates, mask=now, other=0.0).to(tl.float32)
        z = tl.load(gates + in_gates + H, mask=now, other=0.0).to(tl.float32)
        n = tl.load(gates + in_gates + 2 * H, mask=now, other=0.0).to(tl.float32)
        hn = tl.load(gates + in_gates + 3 * H, mask=now, other=0.0).to(tl.float32)
        h_prev = tl.load(hs + in_h, mask=now, other=0.0).to(tl.float32)
        upstream = tl.load(dhs + in_h, mask=now, other=0.0).to(tl.float32)

        later = d_rows + one * 3 + everyone
        all_r = tl.load(later, mask=after, other=0.0, cache_modifier=".cg")
        dh += tl.dot(all_r, W_r, input_precision=PRECISION)
        all_z = tl.load(later + H, mask=after, other=0.0, cache_modifier=".cg")
        dh += tl.dot(all_z, W_z, input_precision=PRECISION)
        all_hn = tl.load(later + 2 * H, mask=after, other=0.0, cache_modifier=".cg")
        dh += tl.dot(all_hn, W_n, input_precision=PRECISION)
        if i == steps - 1:
            tl.store(dh0 + in_h, dh, mask=here)  # what counts is the value of step -1

        dh += upstream
        dn = dh * (1 - z) * (1 - n * n)
        tl.store(d_rows + in_rows, (dn * hn * r * (1 - r)).to(kind), mask=now)
        tl.store(d_rows + in_rows + H, (dh * (h_prev - n) * z * (1 - z)).to(kind), mask=now)
        tl.store(d_rows + in_rows + 2 * H, (dn * r).to(kind), mask=now)
        tl.store(d_n + in_h, dn.to(kind), mask=now)
        dh *= z
        hs -= one
        dhs -= one
        d_n -= one
        gates -= one * 4
        d_rows -= one * 3
        if SYNC:
            _wait_for_all(counters + tile, (i + 1) * blocks)
    tl.store(direct + in_h, dh, mask=here)
