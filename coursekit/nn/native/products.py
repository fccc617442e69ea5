"""The products of all steps of a chunk at once, by the kernel of `gemm.h`."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor


def projector(W: Tensor) -> Callable[..., Tensor]:
    """A function (x (M, K), out=None) -> x W^T for many calls with one W (L, K), in out (M, L) if it is given.

    Else in room that the next call overwrites; no x may then be longer than the first one.
    """
    ops, room = torch.ops.coursekit_native, []
    packed = ops.pack(W)

    def project(x: Tensor, out: Tensor | None = None) -> Tensor:
        if out is None:
            if not room:
                room.append(x.new_empty(len(x), len(W)))
            out = room[0][: len(x)]
        ops.project(x, out, packed)
        return out

    return project
