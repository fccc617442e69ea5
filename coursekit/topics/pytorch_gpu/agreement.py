"""Lesson 07, the parity ladder: how far two computations of one GRU lie apart, in each number format."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

import coursekit.nn
from coursekit.reference.numerics import relative_error

LADDER = {"float64": 1e-12, "float32": 1e-5, "TF32": 1e-2, "float16": 1e-2, "bfloat16": 5e-2}
"""The course's tolerance of each format, for max|a - b| / max|b| of any tensor."""


def furthest(a: np.ndarray | Tensor, b: np.ndarray | Tensor) -> float:
    """max|a - b| / max|b| of two arrays or tensors of one shape, computed in float64."""
    return relative_error(*(v.detach().cpu().double().numpy() if torch.is_tensor(v) else v for v in (a, b)))


def on_rung(rung: str, T: int = 50, backend: str = "fast") -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """coursekit.nn.GRU in a format of LADDER, and nn.GRU in float64 on the same numbers: states and all gradients.

    TF32 needs a GPU: float32 whose products are rounded. T: time steps. backend: of coursekit.nn.GRU.
    """
    dtype = torch.float32 if rung == "TF32" else getattr(torch, rung)
    torch.manual_seed(0)
    ours = coursekit.nn.GRU(16, 64, batch_first=True, backend=backend).to(dtype)
    exact = nn.GRU(16, 64, batch_first=True, dtype=torch.float64)
    exact.load_state_dict(ours.state_dict())
    x, upstream = torch.randn(8, T, 16).to(dtype), torch.randn(8, T, 64).to(dtype)
    right = _everything(exact, x.double(), upstream.double())
    if rung != "TF32":
        return _everything(ours, x, upstream), right
    before = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = True
    try:
        return _everything(ours.cuda(), x.cuda(), upstream.cuda()), right
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before


def _everything(layer: nn.Module, x: Tensor, upstream: Tensor) -> dict[str, np.ndarray]:
    """All states and every gradient, as float64 arrays by name."""
    x = x.detach().requires_grad_()
    hs, _ = layer(x)
    gradients = torch.autograd.grad(hs, [x, *layer.parameters()], upstream)
    names = ["hs", "dx", *(f"d{name}" for name, _ in layer.named_parameters())]
    return {name: v.detach().cpu().double().numpy() for name, v in zip(names, (hs, *gradients), strict=True)}
