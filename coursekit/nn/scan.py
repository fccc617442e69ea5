"""A linear recurrence h_t = a_t * h_(t-1) + b_t for all steps at once: about 2 log2(T) calls instead of T.

    hs = linear_scan(a, b, h0)               # a, b (N, T, H), h0 (N, H) -> hs (N, T, H)

Two steps in a row are one step of the same kind, with a = a_2 a_1 and b = b_2 + a_2 b_1. So neighbours are joined, the
recurrence of half the length is solved in the same way, and the states in between follow from those it gives: every
round has half the work of the one before (Blelloch 1990, section 1.4; Martin and Cundy 2018, arXiv:1709.04057).
Sizes: N sequences, T steps, H units.
"""

from __future__ import annotations

import torch
from torch import Tensor

from . import plain


def linear_scan(a: Tensor, b: Tensor, h0: Tensor | None = None) -> Tensor:
    """The states h_t = a_t * h_(t-1) + b_t (N, T, H) of a recurrence, in about 2 log2(T) rounds.

    a, b: (N, T, H), one type. h0: (N, H); None: zeros. a may be of either sign, zero, and complex. Gradients of any
    order, in batches too, and by torch.func. Raises ValueError for other shapes, and for a sequence of no steps.
    """
    h0 = _checked("linear_scan", a, b, h0)
    return _rounds(a, b, h0) if plain.differentiated_otherwise() else _Scan.apply(a, b, h0)


def linear_loop(a: Tensor, b: Tensor, h0: Tensor | None = None) -> Tensor:
    """As `linear_scan`, step by step: what it is compared with."""
    h, hs = _checked("linear_loop", a, b, h0), []
    for a_t, b_t in zip(a.unbind(1), b.unbind(1), strict=True):
        h = a_t * h + b_t
        hs.append(h)
    return torch.stack(hs, dim=1)


def log_scan(log_a: Tensor, log_b: Tensor, log_h0: Tensor | None = None) -> Tensor:
    """log h_t of the same recurrence, for a, b and h0 that are positive, from sums and logarithms alone.

    log_a, log_b: (N, T, H). log_h0: (N, H); None: h0 is zero.
    With A_t = a_1 ... a_t, h_t = A_t (h0 + sum over s of b_s / A_s): one cumulative sum, and one that adds exponentials
    (Heinsen 2023, arXiv:2311.06281; Feng et al. 2024, arXiv:2410.01201, appendix B). It cannot overflow, and it loses
    digits: log A_t grows with t, so its rounding error does as well.
    Raises ValueError as `linear_scan`.
    """
    _checked("log_scan", log_a, log_b, log_h0)
    log_A = torch.cumsum(log_a, dim=1)
    terms = log_b - log_A
    if log_h0 is not None:
        terms = torch.cat([log_h0[:, None], terms], dim=1)
    sums = torch.logcumsumexp(terms, dim=1)
    return log_A + (sums if log_h0 is None else sums[:, 1:])


class _Scan(torch.autograd.Function):
    """The gradient of a recurrence is the same recurrence, backwards: dh_t = upstream_t + a_(t+1) * dh_(t+1).

    Of complex numbers a is conjugated there, and so are the states, as PyTorch defines a gradient.
    """

    @staticmethod
    def forward(ctx, a: Tensor, b: Tensor, h0: Tensor) -> Tensor:
        first = torch.addcmul(b[:, :1], a[:, :1], h0[:, None])
        hs = _states(a, torch.cat([first, b[:, 1:]], dim=1))
        ctx.save_for_backward(a, h0, hs)
        return hs

    @staticmethod
    def backward(ctx, upstream: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        a, h0, hs = ctx.saved_tensors
        later = torch.cat([a[:, 1:], torch.zeros_like(a[:, :1])], dim=1)  # a_(t+1); nothing comes after the end
        compute = _rounds if plain.batched(upstream) else _Scan.apply
        dh = compute(later.conj().flip(1), upstream.flip(1), torch.zeros_like(h0)).flip(1)
        before = torch.cat([h0[:, None], hs[:, :-1]], dim=1)
        return dh * before.conj(), dh, a[:, 0].conj() * dh[:, 0]


def _rounds(a: Tensor, b: Tensor, h0: Tensor) -> Tensor:
    """The states in the same rounds, of operations that PyTorch differentiates itself and that write into nothing.

    Parts are taken with `narrow`: of a slice that is the whole there are no batches of gradients.
    """

    def states(a: Tensor, b: Tensor) -> Tensor:
        N, T, H = b.shape
        if T == 1:
            return b
        after_pairs = states(a[:, 1::2] * a[:, 0 : T - 1 : 2], b[:, 1::2] + a[:, 1::2] * b[:, 0 : T - 1 : 2])
        between = b[:, 2::2] + a[:, 2::2] * after_pairs.narrow(1, 0, (T - 1) // 2)
        others = torch.cat([b.narrow(1, 0, 1), between], dim=1)
        joined = torch.stack([others.narrow(1, 0, T // 2), after_pairs], dim=2).reshape(N, T - T % 2, H)
        return joined if T % 2 == 0 else torch.cat([joined, others.narrow(1, T // 2, 1)], dim=1)

    first = b.narrow(1, 0, 1) + a.narrow(1, 0, 1) * h0.unsqueeze(1)
    return states(a, torch.cat([first, b.narrow(1, 1, b.shape[1] - 1)], dim=1))


def _states(a: Tensor, b: Tensor) -> Tensor:
    """The states from h0 = 0: neighbours joined, half as many solved, and the others from those."""
    T = b.shape[1]
    if T == 1:
        return b
    a_first, a_second = a[:, 0 : T - 1 : 2], a[:, 1::2]
    b_first, b_second = b[:, 0 : T - 1 : 2], b[:, 1::2]
    after_pairs = _states(a_second * a_first, torch.addcmul(b_second, a_second, b_first))
    hs = torch.empty_like(b)
    hs[:, 1::2] = after_pairs
    hs[:, 0] = b[:, 0]
    hs[:, 2::2] = torch.addcmul(b[:, 2::2], a[:, 2::2], after_pairs[:, : (T - 1) // 2])
    return hs


def _checked(name: str, a: Tensor, b: Tensor, h0: Tensor | None) -> Tensor:
    """h0, zeros if left out, after the checks of all shapes."""
    if a.dim() != 3 or a.shape != b.shape or a.shape[1] == 0:
        raise ValueError(
            f"{name}: expected two tensors of one shape (N, T, H) with at least one step, got {tuple(a.shape)} and "
            f"{tuple(b.shape)}."
        )
    if h0 is None:
        return torch.zeros_like(b[:, 0])
    if h0.shape != b[:, 0].shape:
        raise ValueError(f"{name}: the first state must have shape {tuple(b[:, 0].shape)}, got {tuple(h0.shape)}.")
    return h0
