"""Launch the GRU kernels: sizes of the launch for each H and number format, and the passes around them.

The kernels do the recurrence. The input projection before it and the gradients of W_ih, W_hh and x after it are
matrix products over all time steps, which PyTorch does.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import NamedTuple

import torch
import torch.nn.functional as F
import triton
from torch import Tensor

from .. import bptt, plain
from . import readable
from .cluster import cluster_backward, cluster_forward
from .kernel import gru_backward, gru_forward

LARGEST_H = 512
DTYPES = (torch.float32, torch.float16, torch.bfloat16)
OPTIONS = {"num_stages": 1, "enable_fp_fusion": True}
ROWS = 16  # sequences per tile: the smallest that the matrix units take; 64 would spill registers


class Plan(NamedTuple):
    """How the kernels are launched for one H and number format."""

    padded: int  # H rounded up to a power of two
    units: int  # hidden units per block of threads; `padded` means that one block does them all
    chunk: int  # rows of W_hh per product in the forward kernel; `padded` means that all of it stays on the chip
    warps: int


def plan(H: int, dtype: torch.dtype, precision: str) -> Plan:
    """Sizes for which the compiler needs no spilled register and at most 227 KB of shared memory on sm_90.

    precision is that of float32 products: "ieee" or "tf32".
    """
    padded = max(16, triton.next_power_of_2(H))
    ieee = dtype == torch.float32 and precision == "ieee"
    if padded <= (64 if ieee else 128):
        return Plan(padded, padded, padded, 4 if padded <= 64 and not ieee else 8)
    if ieee:
        return Plan(padded, 16, 128, 8)
    if dtype == torch.float32 and padded > 256:
        return Plan(padded, 32, 32, 8)
    return Plan(padded, 32, padded, 8)


def shared_bytes(sizes: Plan, dtype: torch.dtype) -> int:
    """Shared memory that the kernels of a plan may need in one block."""
    operands = 4 if sizes.units == sizes.padded else 1
    return (3 * sizes.padded * sizes.units + operands * ROWS * sizes.padded) * dtype.itemsize + 2048


def obstacle(x: Tensor, hidden_size: int) -> str | None:
    """Why the kernels cannot run for this input on a GPU, or None."""
    if x.dtype not in DTYPES:
        return f"its kernels compute in float32, float16 or bfloat16, not {x.dtype}"
    if hidden_size > LARGEST_H:
        return f"its kernels hold hidden sizes up to {LARGEST_H} on the chip, not {hidden_size}"
    gpu = torch.cuda.get_device_properties(x.device)
    if gpu.major < 8:
        return f"its kernels need a GPU of compute capability 8.0 or more, {gpu.name} has {gpu.major}.{gpu.minor}"
    needed = shared_bytes(plan(hidden_size, x.dtype, bptt.float32_precision()), x.dtype)
    if needed > gpu.shared_memory_per_block_optin:
        return (
            f"its kernels need {needed // 1024} KB of shared memory for H = {hidden_size} in {x.dtype}, "
            f"{gpu.name} has {gpu.shared_memory_per_block_optin // 1024} KB"
        )
    return None


def gru(x: Tensor, h: Tensor, W_ih: Tensor, W_hh: Tensor, b_ih: Tensor, b_hh: Tensor) -> Tensor:
    """All hidden states (T, N, H) of a GRU; arguments as in `readable.gru`, H at most 512."""
    H = W_hh.shape[1]
    if 256 < H < LARGEST_H:  # masking costs registers, which would spill here; units that stay zero cost none
        return gru(x, *_with_more_units(LARGEST_H - H, h, W_ih, W_hh, b_ih, b_hh))[:, :, :H]
    args = (x, h, W_ih, W_hh, b_ih, b_hh)
    if bptt.needs_graph(*args):
        return _GRU.apply(*args)
    with torch.no_grad():
        return _forward(*args, keep=False)[0][1:]


def _with_more_units(extra: int, h, W_ih, W_hh, b_ih, b_hh) -> tuple[Tensor, ...]:
    """The same GRU with `extra` units whose weights are zero, so that they stay at zero."""
    H = h.shape[1]
    W_ih, W_hh, b_ih, b_hh = (v.unflatten(0, (3, H)) for v in (W_ih, W_hh, b_ih, b_hh))
    new = (F.pad(h, (0, extra)), F.pad(W_ih, (0, 0, 0, extra)), F.pad(W_hh, (0, extra, 0, extra)))
    biases = (F.pad(b, (0, extra)) for b in (b_ih, b_hh))
    return new[0], *(v.flatten(0, 1) for v in (*new[1:], *biases))


class _GRU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, *args: Tensor) -> Tensor:
        hs, gates = _forward(*args, keep=True)
        ctx.save_for_backward(*args, hs, gates)
        return hs[1:]

    @staticmethod
    def backward(ctx, dhs: Tensor):
        *args, hs, gates = ctx.saved_tensors
        if not plain.upstream(dhs):
            return bptt.backward_by_autograd(readable.gru, args, ctx.needs_input_grad, [dhs])
        return _backward(dhs, *args, hs, gates, needed=ctx.needs_input_grad)


def _forward(x, h, W_ih, W_hh, b_ih, b_hh, keep: bool) -> tuple[Tensor, Tensor]:
    """h0 and all hidden states, (T + 1, N, H), and the gates (T, N, 4H), whose content matters only if `keep`."""
    (T, N, D), H = x.shape, W_hh.shape[1]
    b = torch.cat([b_ih[: 2 * H] + b_hh[: 2 * H], b_ih[2 * H :]])
    gx = torch.addmm(b, x.reshape(T * N, D), W_ih.t())
    hs = x.new_empty(T + 1, N, H)
    hs[0] = h
    gates = x.new_empty(T if keep else 0, N, 4 * H)
    run_forward(gx, W_hh.contiguous(), b_hh[2 * H :].contiguous(), hs, gates)
    return hs, gates


def _backward(dhs, x, h, W_ih, W_hh, b_ih, b_hh, hs, gates, needed):
    (T, N, D), H = x.shape, W_hh.shape[1]
    d_rows, d_n, dh0 = run_backward(dhs.contiguous(), W_hh.contiguous(), hs, gates)
    rows = d_rows.view(T * N, 3 * H)
    dW_hh = rows.t() @ hs[:-1].reshape(T * N, H)
    db_hh = rows.sum(0)
    d_rows[:, :, 2 * H :] = d_n  # from here on the n rows are those of W_ih x
    dx = (rows @ W_ih).view(T, N, D) if needed[0] else None
    dW_ih = rows.t() @ x.reshape(T * N, D) if needed[2] else None
    return dx, dh0, dW_ih, dW_hh, rows.sum(0), db_hh


def run_forward(gx: Tensor, W_hh: Tensor, b_hn: Tensor, hs: Tensor, gates: Tensor) -> None:
    """Fill hs[1:] and, unless it is empty, gates; layouts in `kernel`."""
    (steps, N, H), keep = hs.shape, len(gates) > 0
    T, precision = steps - 1, bptt.float32_precision()
    sizes = plan(H, hs.dtype, precision)
    padded, units, chunk, warps = sizes
    if N == 0:
        return
    with _on(hs.device):
        if units == padded:
            gru_forward[(triton.cdiv(N, ROWS),)](
                gx, W_hh, b_hn, hs, gates, T, N, H, padded, ROWS, precision, keep, num_warps=warps, **OPTIONS
            )
            return
        for grid, first_row, sync, cooperative in _tiles(N, H, units, hs.device):
            counters = torch.zeros(N, dtype=torch.int32, device=hs.device)
            for first, count in [(0, T)] if sync else [(t, 1) for t in range(T)]:
                at = (counters, first, count, first_row, T, N, H, padded, units, chunk, ROWS, precision, keep, sync)
                cluster_forward[grid](gx, W_hh, b_hn, hs, gates, *at, num_warps=warps, **OPTIONS, **cooperative)


def run_backward(dhs: Tensor, W_hh: Tensor, hs: Tensor, gates: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """d_rows (T, N, 3H), d_n (T, N, H) and dh0 (N, H); layouts in `kernel`."""
    (T, N, H), precision = dhs.shape, bptt.float32_precision()
    padded, units, _, warps = plan(H, hs.dtype, precision)
    d_rows, d_n, dh0 = hs.new_empty(T, N, 3 * H), hs.new_empty(T, N, H), hs.new_empty(N, H)
    if N == 0:
        return d_rows, d_n, dh0
    with _on(hs.device):
        if units == padded:
            sizes = (T, N, H, padded, ROWS, precision)
            gru_backward[(triton.cdiv(N, ROWS),)](
                dhs, W_hh, hs, gates, d_rows, d_n, dh0, *sizes, num_warps=warps, **OPTIONS
            )
            return d_rows, d_n, dh0
        direct, dh0 = torch.zeros(2, N, H, dtype=torch.float32, device=hs.device)
        for grid, first_row, sync, cooperative in _tiles(N, H, units, hs.device):
            counters = torch.zeros(N, dtype=torch.int32, device=hs.device)
            for first, count in [(T - 1, T + 1)] if sync else [(t, 1) for t in range(T - 1, -2, -1)]:
                at = (counters, first, count, first_row, T, N, H, padded, units, ROWS, precision, sync)
                cluster_backward[grid](
                    *(dhs, W_hh, hs, gates, d_rows, d_n, direct, dh0), *at, num_warps=warps, **OPTIONS, **cooperative
                )
    return d_rows, d_n, dh0.to(hs.dtype)


def _tiles(N: int, H: int, units: int, device: torch.device):
    """The launches over a batch: (grid, first row, blocks wait for each other, launch options).

    Blocks that wait for each other must all run at once, so a launch takes no more tiles than fit the processors of
    the GPU. In the interpreter (tensors on the CPU) one tile is launched at a time, and nothing waits.
    """
    blocks, sync = triton.cdiv(H, units), device.type == "cuda"
    processors = torch.cuda.get_device_properties(device).multi_processor_count if sync else blocks
    at_once = max(1, processors // blocks)
    options = {"launch_cooperative_grid": True} if sync else {}
    for first_row in range(0, N, at_once * ROWS):
        tiles = min(at_once, triton.cdiv(N - first_row, ROWS))
        yield (tiles * blocks,), first_row, sync, options


def _on(device: torch.device):
    return torch.cuda.device(device) if device.type == "cuda" else nullcontext()
