"""The fast path of small steps: the NumPy passes of `coursekit.reference.fast_*`, with autograd around them.

Where a step has few numbers, what takes time is to start its operations, not to compute. NumPy starts one in 0.7
microseconds, PyTorch in 1.5, and making the view of a step that an operation works on costs as much again.

NumPy's matrix products take the threads that OMP_NUM_THREADS gives them, whatever `torch.set_num_threads` says.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np
import torch
from torch import Tensor

from coursekit.reference import FAST

from . import bptt, plain
from .denormals import flush_denormals

# Numbers in the state of a step. On an EPYC of family 25, model 1, NumPy took 0.68 to 0.98 of the time of the walks in
# PyTorch up to 8192, 0.92 to 1.28 at 16384, and 1.01 to 1.02 at 131072. From there on PyTorch also shares the
# operations of a step among its threads.
LARGEST_STEP = 8192
# With H = 32, 1.1 of it at D = 256 and 1.7 at D = 2000: there the products with x take the time, in which neither is
# ahead, and NumPy works out dx for whoever does not ask for it, too. With N = 1, 1.2 at H = 2048.
WIDEST = 4  # inputs for each unit
LARGEST_STATE = 1024  # units
LARGEST_SEQUENCE = 1 << 22  # numbers in all states: NumPy keeps every gate, whether or not a backward pass will come


def suits(x: Tensor, h: Tensor) -> bool:
    """Do steps from x (T, N, D) and h (N, H) go sooner in NumPy, on a processor and in a number format that it has?"""
    if x.device.type != "cpu" or x.dtype not in (torch.float32, torch.float64):
        return False
    if x.shape[2] > WIDEST * h.shape[1] or h.shape[1] > LARGEST_STATE:
        return False
    return x.numel() > 0 and h.numel() <= LARGEST_STEP and len(x) * h.numel() <= LARGEST_SEQUENCE


def run(cell: ModuleType, readable: Callable, *args: Tensor):
    """All states that the loop `readable` gives for its arguments, by the fast passes of `cell` in coursekit.reference.

    One tensor (T, N, H), or for the LSTM a tuple of two.
    """
    if bptt.needs_graph(*args):
        return _InNumPy.apply(cell, readable, *args)
    # NumPy's memory cannot be given another size, as results without a graph can be.
    return _as_loop([states.clone() for states in _forward(cell, *args)[0]])


class _InNumPy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, cell: ModuleType, readable: Callable, *args: Tensor):
        ctx.set_materialize_grads(False)
        states, cache = _forward(cell, *args)
        ctx.cell, ctx.readable, ctx.cache_type, ctx.params_type = cell, readable, type(cache), type(cache.params)
        # the states too, though the cache has their numbers: PyTorch sees to it that nobody changes them meanwhile
        ctx.save_for_backward(*args, *states, *map(torch.from_numpy, cache[1:-1]))
        return _as_loop(states)

    @staticmethod
    def backward(ctx, *upstream: Tensor | None):
        needed = ctx.needs_input_grad[2:]
        if all(gradient is None for gradient in upstream):
            return (None,) * len(ctx.needs_input_grad)
        saved = ctx.saved_tensors  # once: a checkpoint computes them again for each reading
        args, kept = saved[: len(needed)], saved[len(needed) + len(upstream) :]
        if not plain.upstream(*upstream):
            return None, None, *bptt.backward_by_autograd(ctx.readable, args, needed, upstream)
        cache = ctx.cache_type(_batch_first(args[0]), *map(_view, kept), ctx.params_type(*map(_view, args[-4:])))
        gradients = _backward(ctx.cell, cache, *upstream)
        return None, None, *(g if need else None for g, need in zip(gradients, needed, strict=True))


@flush_denormals()
@np.errstate(all="ignore")  # what is not finite is passed on in silence, as PyTorch does
def _forward(cell: ModuleType, x: Tensor, *rest: Tensor):
    """The states after each step, (T, N, H) each, and the cache of the pass; arguments as in `readable`."""
    states, weights = map(_view, rest[:-4]), [_view(w) for w in rest[-4:]]
    *_, cache = FAST[cell].forward(_batch_first(x), *states, weights)
    return [_time_first(v[:, 1:]) for v in cache[1 : len(rest) - 3]], cache


@flush_denormals()
@np.errstate(all="ignore")
def _backward(cell: ModuleType, cache, dhs: Tensor | None, dcs: Tensor | None = None) -> list[Tensor]:
    """The gradients of the arguments of `_forward`; dhs, dcs (T, N, H): those of its states."""
    dhs = np.zeros_like(cache.h[:, 1:]) if dhs is None else _batch_first(dhs)
    at_cells = {} if dcs is None else {"dcs": _batch_first(dcs)}
    last = () if "c" not in cache._fields else (np.zeros_like(dhs[:, 0]),)
    dx, *gradients = FAST[cell].backward(dhs, *last, cache, **at_cells)
    return [_time_first(dx), *map(torch.from_numpy, gradients)]


def _as_loop(states: list[Tensor]):
    return states[0] if len(states) == 1 else tuple(states)


def _view(t: Tensor) -> np.ndarray:
    """The numbers of t, not copied, whether or not anyone asks for its gradient."""
    return t.detach().resolve_neg().numpy()


def _batch_first(t: Tensor) -> np.ndarray:
    return _view(t).swapaxes(0, 1)


def _time_first(array: np.ndarray) -> Tensor:
    return torch.from_numpy(array.swapaxes(0, 1))
