"""Mixed precision: which type `torch.autocast` asks for, and which numbers it converts."""

from __future__ import annotations

import torch
from torch import Tensor

CONVERTED = (torch.float32, torch.float16, torch.bfloat16)  # double, complex and whole numbers stay as they are


def wanted(x: Tensor) -> torch.dtype | None:
    """The type that autocast asks for on the device of x, or None."""
    if not torch._C._is_any_autocast_enabled():
        return None
    kind = x.device.type
    on = torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind)
    return torch.get_autocast_dtype(kind) if on else None


def cast(numbers: Tensor, to: torch.dtype | None) -> Tensor:
    """The numbers in the type that `wanted` gave, if autocast converts such numbers."""
    return numbers if to is None or numbers.dtype not in CONVERTED else numbers.to(to)
