"""Matrix products on the processor, by whichever of PyTorch's two libraries is quicker.

`torch.mm` calls MKL, which may be slow on processors of other makers; PyTorch also carries oneDNN, which its own
compiler uses for linear layers, but which needs 10 to 14 microseconds to set off. On one AMD processor oneDNN ran
float32 products at 200 to 250 GFLOP/s where MKL ran 105 to 115, on another one (an EPYC of family 25, model 17) both
ran 90 to 100. The bounds below are between what is best on the two. They are constants: a choice by the clock would
change the last digits from run to run.

On a processor of MKL's own maker (a Xeon of family 6, model 167) MKL was quicker for every product of a step and as
quick for the long ones: there it does them all. So it does on AMD processors without AVX-512 (an EPYC of family 25,
model 1), where it ran long products at 60 to 90 GFLOP/s and oneDNN at 40 to 80.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import torch
from torch import Tensor

from coursekit.reference import processor

WORTH_FLOPS = 2.5e6  # below, the start of a oneDNN product costs more than it saves: measured between 1.6e6 and 3.1e6
WORTH_FLOPS_OF_A_STEP = 5e6  # measured: 2e6 and 25e6 on the two


def _find_onednn() -> Callable | None:
    """PyTorch's oneDNN linear layer, if this build has it and it computes what it should."""
    try:
        operator = torch.ops.mkldnn._linear_pointwise
        x = torch.eye(2, dtype=torch.float32, device="cpu")  # whatever the defaults are at the moment
        return operator if torch.equal(operator(x, x, x[0], "none", [], ""), x + x[0]) else None
    except (AttributeError, RuntimeError):
        return None


_onednn = _find_onednn()


def _suits_onednn(x: Tensor, flops: float, worth: float = WORTH_FLOPS) -> bool:
    large = flops >= worth and x.dtype == torch.float32 and x.device.type == "cpu"
    return large and _onednn is not None and not _suits_mkl()


@functools.cache
def _suits_mkl() -> bool:
    """Is MKL there, and as quick as oneDNN for every product?"""
    by_intel, capability = processor.by_intel(), torch.backends.cpu.get_cpu_capability()
    return torch.backends.mkl.is_available() and (by_intel or capability == "AVX2")


def _dense(W: Tensor) -> Tensor:
    """oneDNN takes W or its transpose, but with gaps between the rows it falls back to code 2000 times as slow."""
    return W if W.is_contiguous() or W.t().is_contiguous() else W.contiguous()


def projector(W: Tensor) -> Callable[..., Tensor]:
    """A function (x (M, K), b=None, out=None) -> x W^T + b for many calls with W (L, K), b (L,); out: (M, L).

    For use where autograd is off.
    """
    W_t = W.t().contiguous()

    def project(x: Tensor, b: Tensor | None = None, out: Tensor | None = None) -> Tensor:
        if _suits_onednn(x, 2 * x.numel() * len(W)):
            y = _onednn(x, _dense(W), b, "none", [], "")
            return y if out is None else out.copy_(y)
        return torch.mm(x, W_t, out=out) if b is None else torch.addmm(b, x, W_t, out=out)

    return project


def add_gradient(dW: Tensor, rows: Tensor, x: Tensor) -> None:
    """Add rows^T x, for rows (M, L) and x (M, K), to dW (L, K).

    Not by oneDNN, which turns both round first: 1.1 to 1.5 times as slow where its products run at MKL's speed.
    """
    dW.addmm_(rows.t(), x)


def add_sum(db: Tensor, rows: Tensor) -> None:
    """Add the sum of the rows (M, L) to db (L,)."""
    if rows.device.type == "cpu" and rows.dtype in (torch.float32, torch.float64):
        db.addmv_(rows.t(), rows.new_ones(len(rows)))  # a BLAS reads the rows once more, sooner than torch.sum does
    else:
        db += rows.sum(0)


def _prepared(W: Tensor, batch: int) -> tuple[Tensor, bool]:
    """W (L, K) for many products x W^T with x (batch, K), and whether oneDNN is to do them.

    oneDNN gets W. The other library gets W^T, copied: on the transposed view a product can take twice the time.
    """
    if _suits_onednn(W, 2 * batch * W.numel(), WORTH_FLOPS_OF_A_STEP):
        return W.contiguous(), True
    return W.t().contiguous(), False


def adder(W: Tensor, batch: int) -> Callable[[Tensor, Tensor], Tensor]:
    """A function (out, x) that adds x W^T to out in place, prepared for many calls with x (batch, K) and W (L, K)."""
    W, by_onednn = _prepared(W, batch)
    if by_onednn:
        return lambda out, x: out.add_(_onednn(x, W, None, "none", [], ""))
    return lambda out, x: out.addmm_(x, W)
