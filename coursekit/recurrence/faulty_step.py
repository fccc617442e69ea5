"""One step of a GRU in PyTorch with one fault: what known mistakes of lessons 06b and 07 run. Imported late."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from coursekit.recurrence.squashing_mistakes import HARD_GATES, SLOPES

_GATES = {
    fault: lambda a, slope=slope: (slope * a + 0.5).clamp(0, 1) for fault, slope in zip(HARD_GATES, SLOPES, strict=True)
}
_SQUASHES = {"softsign": F.softsign, "relu": torch.relu, "hard tanh": F.hardtanh}


def faulty_step(gx: Tensor, gh: Tensor, h: Tensor, W_hh: Tensor, b_hh: Tensor, fault: str) -> Tensor:
    """The next state from both projections (N, 3H) and the old state, with a fault if it is one of a step."""
    order = "zrn" if fault == "order z, r, n" else "rzn"
    x, s = (dict(zip(order, g.chunk(3, -1), strict=True)) for g in (gx, gh))
    gate, squash = _GATES.get(fault, torch.sigmoid), _SQUASHES.get(fault, torch.tanh)
    r, z = gate(x["r"] + s["r"]), gate(x["z"] + s["z"])
    H = h.shape[-1]
    if fault in ("reset before", "reset before, z writes"):
        n = torch.tanh(x["n"] + F.linear(r * h, W_hh[2 * H :], b_hh[2 * H :]))
    elif fault == "b_hn outside":
        n = torch.tanh(x["n"] + b_hh[2 * H :] + r * (s["n"] - b_hh[2 * H :]))
    elif fault == "no reset":
        n = torch.tanh(x["n"] + s["n"])
    else:
        n = squash(x["n"] + r * s["n"])
    return torch.lerp(h, n, z) if fault.endswith("z writes") else torch.lerp(n, h, z)
