"""What the hand-written passes share: time chunks, room for results, an in-place tanh, and the second derivative."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from coursekit.reference import processor

from . import gemm


class Passes(NamedTuple):
    """How a fast path goes through a sequence: in Python (`fast.py` of a cell) or in C++ (`native.py`)."""

    forward: Callable
    backward: Callable


def chunk_length(x: Tensor, width: int) -> int:
    """Time steps of x (T, N, D) per chunk, (steps, N, width) as the cache likes it; chunks of equal length.

    A GPU takes the whole sequence at once.
    """
    T, N, _ = x.shape
    if x.device.type == "cuda":
        return T
    steps = max(1, min(T, processor.chunk_bytes() // max(1, N * width * x.element_size())))
    chunks = -(-T // steps)
    return -(-T // chunks)


def float32_precision() -> str:
    """What PyTorch is set to use for float32 matrix products: "ieee" (its default) or "tf32"."""
    try:
        return "tf32" if torch.backends.cuda.matmul.allow_tf32 else "ieee"
    except RuntimeError:  # set through the newer interface, which the older one then refuses to read
        return "tf32" if torch.backends.cuda.matmul.fp32_precision == "tf32" else "ieee"


def room(x: Tensor, width: int, keep: bool) -> Tensor:
    """(T, N, width) for x (T, N, D), to be written step by step; unless `keep`, one step stands for all."""
    T, N, _ = x.shape
    return x.new_empty(T if keep else 1, N, width).expand(T, N, width)


def native_room() -> int:
    """Bytes of a chunk in C++: an eighth of one in Python, as it stays in the cache through its steps and gradients."""
    return processor.chunk_bytes() // 8


def to_fill(x: Tensor, *weights: Tensor, needed: Sequence[bool]) -> list[Tensor | None]:
    """Contiguous room for the gradient of x, and zeros for those of weights; None for what is not needed."""
    made = [x.new_empty(x.shape) if needed[0] else None]
    return made + [W.new_zeros(W.shape) if need else None for W, need in zip(weights, needed[1:], strict=True)]


def needs_graph(*tensors: Tensor) -> bool:
    """Will anyone ask for a gradient? If not, nothing has to be kept for a backward pass."""
    return torch.is_grad_enabled() and any(t.requires_grad for t in tensors)


def numpy_steps(x: Tensor) -> Sequence:
    """The steps of x (T, N, H) for `tanh_`: NumPy views where NumPy has the type, else tensors.

    NumPy's tanh is as exact as PyTorch's and was 13 times as fast on the processor where this was measured
    (0.16 against 2.0 ns per float32), because PyTorch hands tanh to a library tuned for another maker's chips.
    """
    if x.device.type == "cpu" and x.dtype in (torch.float32, torch.float64):
        return x.numpy()
    return x.unbind(0)


def tanh_(step, out=None) -> None:
    """tanh in place or to out, on steps that `numpy_steps` gave."""
    (np if isinstance(step, np.ndarray) else torch).tanh(step, out=step if out is None else out)


def previous(h0: Tensor, hs: Tensor, start: int, stop: int) -> Tensor:
    """The states before steps start..stop-1: h0 stands before step 0."""
    if start > 0:
        return hs[start - 1 : stop - 1]
    return torch.cat([h0[None], hs[: stop - 1]])


def add_recurrent_gradient(dW: Tensor, d: Tensor, h0: Tensor, hs: Tensor, start: int, stop: int) -> None:
    """Add what the steps start..stop-1 give to the gradient of W_hh (L, H); d (k, N, ...) is that of W_hh h.

    As one product with `previous`, but for its copy of the states.
    """
    if start == 0:
        gemm.add_gradient(dW, d[0].flatten(1), h0)
        d, start = d[1:], 1
    if len(d) > 0:
        gemm.add_gradient(dW, d.flatten(2).flatten(0, 1), hs[start - 1 : stop - 1].flatten(0, 1))


def upstream_steps(e: Tensor, dhs: Tensor | None, dh: Tensor) -> tuple[Sequence[Tensor], Sequence[Tensor]]:
    """Set a chunk up for the walk backwards, in which every step adds its share to the gradient of the state before.

    e (k, N, H) receives dhs, the gradients of h_t from outside, and for the last step also dh, the gradient from the
    chunk after it. Returns the steps of e backwards in time, and beside each the place of the gradient before it; for
    the first step that is dh, set to zero.
    """
    if dhs is None:
        e.zero_()
    else:
        e.copy_(dhs)
    e[-1] += dh
    steps = e.unbind(0)[::-1]
    return steps, (*steps[1:], dh.zero_())


def backward_by_autograd(
    readable: Callable, inputs: Sequence[Tensor], needed: Sequence[bool], upstream: Sequence[Tensor | None]
) -> tuple[Tensor | None, ...]:
    """The gradients again, from the readable loop, out of PyTorch's own operations.

    A hand-written backward pass has no derivative of its own and no rule for a batch of gradients. Where one is asked
    for (`plain.upstream`), the readable path computes the same gradients, to be differentiated once more or not.
    It runs on aliases of the inputs: an input may depend on another one, be the same as another one, or have hooks, and
    what comes before the inputs is not this function's to walk through.
    """
    again = torch.is_grad_enabled()
    with torch.enable_grad():
        aliases = [t.view_as(t) if need else t for t, need in zip(inputs, needed, strict=True)]
        outputs = readable(*aliases)
        outputs = (outputs,) if isinstance(outputs, Tensor) else outputs
        used = [(out, up) for out, up in zip(outputs, upstream, strict=True) if up is not None]
        wanted = [t for t, need in zip(aliases, needed, strict=True) if need]
        grads = iter(
            torch.autograd.grad(
                [out for out, _ in used], wanted, [up for _, up in used], create_graph=again, allow_unused=True
            )
        )
        return tuple(next(grads) if need else None for need in needed)
