"""Gradient clipping for PyTorch modules; `coursekit.training.clip_by_global_norm` is the same for NumPy arrays."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor


@torch.no_grad()
def clip_gradients(parameters: Tensor | Iterable[Tensor], limit: float | None) -> Tensor:
    """Scale all gradients in place by one factor, so that their global norm is at most limit.

    Pascanu et al. 2013, algorithm 1. The direction stays; gradients that are small enough stay as they are. To be
    called between backward() and the optimiser's step. Parameters without a gradient are skipped.
    limit: None: measure only. Returns the norm before clipping, a tensor without axes.
    Raises ValueError if limit is not positive; if the norm is not finite, gradients are left alone.
    """
    if limit is not None and not limit > 0:
        raise ValueError(f"limit: a positive number, or None for no clipping, got {limit}.")
    parameters = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    if not gradients:
        return torch.tensor(0.0)
    norms = [torch.linalg.vector_norm(gradient).to(gradients[0].device) for gradient in gradients]
    norm = torch.linalg.vector_norm(torch.stack(norms))
    if limit is not None and torch.isfinite(norm) and norm > limit:
        for gradient in gradients:
            gradient.mul_((limit / norm).to(gradient.device))
    return norm
