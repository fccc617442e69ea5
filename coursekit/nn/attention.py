"""Attention: one query looks at many states and takes their weighted mean.

    attend = DotAttention()                                     # or AdditiveAttention(query_size, key_size, units)
    context, weights = attend(query, keys, mask=mask)           # query (N, Q) or (N, S, Q), keys (N, T, A)

Every kind is two steps: a score for each pair of a query and a key, then softmax over the T keys and a weighted mean
of the values. A mask is true where there is something to look at; what it hides gets a weight of exactly zero.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import checks


def masked_softmax(scores: Tensor, mask: Tensor | None = None) -> Tensor:
    """Softmax of scores (..., T) over the last axis, over the places where mask is true.

    mask: truth values that broadcast to the scores; None: all places. Hidden places get a weight of zero, and so does
    every place of a row that is hidden altogether: its context is then zero, and its gradient too, rather than NaN.
    """
    if mask is None:
        return torch.softmax(scores, dim=-1)
    if mask.dtype != torch.bool:
        raise TypeError(f"mask: expected truth values (dtype torch.bool), got {mask.dtype}; use mask > 0.")
    weights = torch.softmax(scores.masked_fill(~mask, torch.finfo(scores.dtype).min), dim=-1)
    return weights.masked_fill(~mask, 0.0)


class Attention(nn.Module):
    """What all kinds share: the checks, the softmax and the weighted mean. A subclass defines `scores`."""

    def scores(self, query: Tensor, keys: Tensor) -> Tensor:
        """query (N, S, Q), keys (N, T, A) -> one number for each pair, (N, S, T)."""
        raise NotImplementedError

    def forward(
        self, query: Tensor, keys: Tensor, values: Tensor | None = None, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Look at the keys, take the values.

        query: (N, Q), or (N, S, Q) for S queries at once, which do not see each other.
        keys: (N, T, A). values: (N, T, V); None: the keys. mask: (N, T), or (N, S, T) for a mask of each query; true
        where a key may be looked at.
        Returns the context (N, V) or (N, S, V), and the weights (N, T) or (N, S, T), which add up to 1 over T.
        Raises ValueError if shapes do not fit.
        """
        values = keys if values is None else values
        single = query.dim() == 2
        queries = query[:, None] if single else query
        mask = self._fitting_mask(queries, keys, values, mask)
        weights = masked_softmax(self.scores(queries, keys), mask)
        context = weights @ values
        return (context[:, 0], weights[:, 0]) if single else (context, weights)

    def _fitting_mask(self, queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None) -> Tensor | None:
        """The mask with the axes of the scores, (N, 1 or S, T), after the checks of all shapes."""
        name = type(self).__name__
        if queries.dim() != 3 or keys.dim() != 3 or len(queries) != len(keys):
            raise ValueError(
                f"{name}: expected a query (N, Q) or (N, S, Q) and keys (N, T, A) with the same N, got "
                f"{tuple(queries.shape)} and {tuple(keys.shape)}."
            )
        (N, T), S = keys.shape[:2], queries.shape[1]
        if values.shape[:2] != (N, T):
            raise ValueError(f"{name}: values must have a row for each key, ({N}, {T}, V), got {tuple(values.shape)}.")
        if mask is None or mask.shape == (N, S, T):
            return mask
        if mask.shape != (N, T):
            raise ValueError(f"{name}: mask must have shape ({N}, {T}) or ({N}, {S}, {T}), got {tuple(mask.shape)}.")
        return mask[:, None]


class DotAttention(Attention):
    """score(q, k) = q . k (Luong et al. 2015, equation 8, "dot"); queries and keys have one size.

    scaled: divided by the square root of that size, so that the scores of long vectors do not saturate the softmax
    (Vaswani et al. 2017, equation 1). No parameters.
    """

    def __init__(self, scaled: bool = False) -> None:
        super().__init__()
        self.scaled = scaled

    def scores(self, query: Tensor, keys: Tensor) -> Tensor:
        """query (N, S, A), keys (N, T, A) -> (N, S, T). Raises ValueError if their last axes differ."""
        if query.shape[-1] != keys.shape[-1]:
            raise ValueError(
                f"{type(self).__name__}: queries have {query.shape[-1]} numbers and keys {keys.shape[-1]}; make them "
                "equal with a linear layer, or use AdditiveAttention."
            )
        scale = 1 / math.sqrt(query.shape[-1]) if self.scaled else 1.0
        return (query * scale) @ keys.transpose(1, 2)

    def extra_repr(self) -> str:
        """What `print` shows between the brackets."""
        return "scaled=True" if self.scaled else ""


class AdditiveAttention(Attention):
    """score(q, k) = v . tanh(W q + U k) (Bahdanau et al. 2015, appendix A.1.2), without biases, as in the paper.

    W (units, Q), U (units, A), v (units,). Queries and keys may have different sizes. The tanh is of N * S * T * units
    numbers: much more work than a dot product.
    """

    def __init__(self, query_size: int, key_size: int, units: int, device=None, dtype=None) -> None:
        super().__init__()
        for name, value in (("query_size", query_size), ("key_size", key_size), ("units", units)):
            checks.positive_int(name, value)
        for name, shape in (("W", (units, query_size)), ("U", (units, key_size)), ("v", (units,))):
            self.register_parameter(name, nn.Parameter(torch.empty(shape, device=device, dtype=dtype)))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Every parameter from U(-1/sqrt(n), 1/sqrt(n)), n the numbers that one of its rows reads."""
        for weight in self.parameters():
            bound = 1 / math.sqrt(weight.shape[-1])
            nn.init.uniform_(weight, -bound, bound)

    def scores(self, query: Tensor, keys: Tensor) -> Tensor:
        """query (N, S, Q), keys (N, T, A) -> (N, S, T). Raises ValueError if a last axis is not that of W or U."""
        for what, given, weight in (("query", query, self.W), ("keys", keys, self.U)):
            if given.shape[-1] != weight.shape[1]:
                raise ValueError(
                    f"{type(self).__name__}: the {what} must have {weight.shape[1]} numbers in the last axis, got "
                    f"shape {tuple(given.shape)}."
                )
        seen = F.linear(query, self.W)[:, :, None] + F.linear(keys, self.U)[:, None]  # (N, S, T, units)
        return torch.tanh(seen) @ self.v

    def extra_repr(self) -> str:
        """What `print` shows between the brackets."""
        return f"{self.W.shape[1]}, {self.U.shape[1]}, {self.W.shape[0]}"
