"""Causal self-attention, and the block of a Transformer around it or around anything else that mixes the steps.

    attend = CausalSelfAttention(32, heads=2)
    y, cache = attend(x)                                  # x (N, T, 32): step t looks at the steps up to t
    y, cache = attend(x_next, cache)                      # x_next (N, S, 32): S more steps, the earlier ones kept
    block = CausalBlock(CausalSelfAttention(32, heads=2), 32, hidden=64)
    block = CausalBlock(GRU(32, 32, batch_first=True), 32, hidden=64)    # a hybrid is a stack of both kinds

Vaswani et al. 2017, arXiv:1706.03762; with the normalisation first, as in Xiong et al. 2020, arXiv:2002.04745.
Sizes: N sequences, T steps, D numbers for a step, A = D / heads.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import checks
from .attention import masked_softmax


class Cache(NamedTuple):
    """What earlier steps leave for later ones: it grows by two rows of D numbers for every step."""

    keys: Tensor  # (N, heads, T, A)
    values: Tensor  # (N, heads, T, A)

    @property
    def nbytes(self) -> int:
        """Bytes of both."""
        return self.keys.nbytes + self.values.nbytes


class CausalSelfAttention(nn.Module):
    """softmax(q k^T / sqrt(A)) v for each head, where a step looks at itself and at the steps before it.

    Parameters with the names, shapes and first numbers of torch.nn.MultiheadAttention: in_proj_weight (3D, D), rows q,
    k, v; in_proj_bias (3D,); out_proj.weight (D, D), out_proj.bias (D,).
    Raises ValueError unless `heads` divides D.
    """

    def __init__(self, size: int, heads: int = 1, device=None, dtype=None) -> None:
        super().__init__()
        for name, value in (("size", size), ("heads", heads)):
            checks.positive_int(name, value)
        if size % heads:
            raise ValueError(f"heads: every head has an equal share of size = {size}, which {heads} does not divide.")
        self.size, self.heads = size, heads
        like = {"device": device, "dtype": dtype}
        self.in_proj_weight = nn.Parameter(torch.empty(3 * size, size, **like))
        self.in_proj_bias = nn.Parameter(torch.empty(3 * size, **like))
        self.out_proj = nn.Linear(size, size, **like)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """The projections by Glorot's uniform distribution, biases zero, as torch.nn.MultiheadAttention."""
        nn.init.xavier_uniform_(self.in_proj_weight)
        nn.init.zeros_(self.in_proj_bias)
        nn.init.zeros_(self.out_proj.bias)

    def forward(self, x: Tensor, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """x (N, T, D) -> (N, T, D), and the cache with these steps appended.

        cache: of the steps before x; None: there are none. Raises ValueError or RuntimeError for another shape.
        """
        if x.dim() != 3:
            raise ValueError(f"CausalSelfAttention: expected x of shape (N, T, {self.size}), got {tuple(x.shape)}.")
        checks.features("CausalSelfAttention", x, self.size)
        q, k, v = (self._heads(part) for part in F.linear(x, self.in_proj_weight, self.in_proj_bias).chunk(3, dim=2))
        if cache is not None:
            k, v = torch.cat([cache.keys, k], dim=2), torch.cat([cache.values, v], dim=2)
        S, T = q.shape[2], k.shape[2]
        earlier = torch.ones(S, T, dtype=torch.bool, device=x.device).tril(T - S)  # query s stands at step T - S + s
        weights = masked_softmax(q @ k.transpose(2, 3) / q.shape[3] ** 0.5, earlier)
        return self.out_proj((weights @ v).transpose(1, 2).flatten(2)), Cache(k, v)

    def _heads(self, part: Tensor) -> Tensor:
        """(N, T, D) -> (N, heads, T, A)."""
        return part.unflatten(2, (self.heads, -1)).transpose(1, 2)

    def extra_repr(self) -> str:
        """What `print` shows between the brackets."""
        return f"{self.size}, heads={self.heads}"


class CausalBlock(nn.Module):
    """x = x + mixer(norm1(x)); x = x + linear2(relu(linear1(norm2(x)))).

    mixer: a module (x (N, T, D), state) -> (y (N, T, D), state) in which no step sees a later one, such as
    `CausalSelfAttention`, or a recurrent layer with batch_first=True. It alone carries anything from one step to
    another; the rest works on each step for itself. hidden: numbers between linear1 and linear2.
    With attention it is torch.nn.TransformerEncoderLayer with norm_first=True, no dropout, and a causal mask.
    """

    def __init__(self, mixer: nn.Module, size: int, hidden: int, device=None, dtype=None) -> None:
        super().__init__()
        for name, value in (("size", size), ("hidden", hidden)):
            checks.positive_int(name, value)
        like = {"device": device, "dtype": dtype}
        self.mixer = mixer
        self.norm1, self.norm2 = nn.LayerNorm(size, **like), nn.LayerNorm(size, **like)
        self.linear1, self.linear2 = nn.Linear(size, hidden, **like), nn.Linear(hidden, size, **like)

    def forward(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """x (N, T, D) -> (N, T, D), and the state of the mixer after the last step, which goes on from there."""
        mixed, state = self.mixer(self.norm1(x), state)
        x = x + mixed
        return x + self.linear2(torch.relu(self.linear1(self.norm2(x)))), state
