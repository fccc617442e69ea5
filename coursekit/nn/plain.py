"""What a hand-written pass can compute with: plain dense real numbers, of one type, in one place.

A list of what is allowed, not of what is not: complex numbers, tensors without numbers (device "meta"), subclasses,
sparse layouts, batches of gradients, recorders and whatever PyTorch adds next take the readable loop. That one is
made of PyTorch's own operations, which know about all of it or refuse it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

TYPES = (Tensor, torch.nn.Parameter)
DTYPES = (torch.float32, torch.float64, torch.float16, torch.bfloat16)
DEVICES = ("cpu", "cuda")


def obstacle(tensors: Sequence[Tensor]) -> str | None:
    """Why a hand-written pass cannot compute with these tensors (input, states and weights of a call), or None."""
    dtype, device = tensors[0].dtype, tensors[0].device
    if transformed():
        return "the call is being recorded, or transformed by torch.func, which needs plain operations"
    if not all(map(_is_dense, tensors)):
        return "it computes with plain dense tensors"
    if any(t.dtype != dtype for t in tensors):
        return "input, states and weights are not all of one number format"
    if any(t.device != device for t in tensors):
        return "input, states and weights are not all on one device"
    if dtype not in DTYPES:
        return f"it computes with real floating point numbers, not with {dtype}"
    return None if device.type in DEVICES else f"it runs on a processor or a CUDA GPU, not on {device.type!r}"


def transformed() -> bool:
    """Is the call recorded, watched or transformed, so that only PyTorch's own operations will do?"""
    return (
        torch.compiler.is_compiling()
        or torch.jit.is_tracing()
        or torch._C._len_torch_dispatch_stack() > 0
        or differentiated_otherwise()
    )


def differentiated_otherwise() -> bool:
    """Is the call inside a transformation of torch.func, or differentiated forwards? No hand-written pass is, there."""
    return torch._C._are_functorch_transforms_active() or torch.autograd.forward_ad._current_level >= 0


def upstream(*gradients: Tensor | None) -> bool:
    """Can a hand-written backward pass start from these gradients? It writes into buffers of its own, in place.

    Not if the result will be differentiated again, and not from a batch of gradients (`is_grads_batched`), which looks
    like one gradient here.
    """
    if torch.is_grad_enabled() or torch._C._len_torch_dispatch_stack() > 0:
        return False
    return all(g is None or (_is_dense(g) and not batched(g)) for g in gradients)


def _is_dense(t: Tensor) -> bool:
    return type(t) in TYPES and t.layout is torch.strided


def batched(t: Tensor) -> bool:
    """Is it one of a batch: by torch.func.vmap, or by the older vmap inside torch.autograd."""
    functorch = torch._C._functorch
    return functorch.is_legacy_batchedtensor(t) or functorch.is_functorch_wrapped_tensor(t)
