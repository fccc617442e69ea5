"""The encoder-decoder of lesson 13: a bidirectional encoder, attention, a decoder that writes one symbol at a time.

Sutskever et al. 2014 and Cho et al. 2014 hand one vector from the encoder to the decoder; Bahdanau et al. 2015 let the
decoder look back at every state of the encoder. Here attention comes after the decoder's GRU, as in Luong et al. 2015
(their equations 5 and 6), so that in training one call of the GRU reads the whole target.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from coursekit.nn import GRU
from coursekit.topics.translation.vocabulary import PAD, START
from coursekit.training.bidirectional import turn_round

UNITS = 64


class Translator(nn.Module):
    """source (N, T) and previous target symbols (N, S) -> scores of the next symbol (N, S, K).

    layer: called as layer(D, units, batch_first=True), then as layer(x, h0); gives the states (N, T, units) first.
    attention: called as attention(query, keys, mask=mask); None: the decoder sees the encoder's last states only.
    """

    def __init__(
        self,
        source_symbols: int,
        target_symbols: int,
        units: int = UNITS,
        layer: Callable[..., nn.Module] = GRU,
        attention: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.embed_source = nn.Embedding(source_symbols, units // 2)
        self.embed_target = nn.Embedding(target_symbols, units // 2)
        self.forwards, self.backwards, self.decoder = (layer(units // 2, units, batch_first=True) for _ in range(3))
        self.to_keys = nn.Linear(2 * units, units)
        self.attention = attention
        self.combine = nn.Linear((1 if attention is None else 2) * units, units)
        self.read_out = nn.Linear(units, target_symbols)

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """source (N, T), PAD after the end -> states (N, T, H), the decoder's first state (N, H), the mask (N, T)."""
        mask = source != PAD
        lengths, x = mask.sum(dim=1), self.embed_source(source)
        ahead = self.forwards(x)[0]
        back = turn_round(self.backwards(turn_round(x, lengths))[0], lengths)
        states = torch.tanh(self.to_keys(torch.cat([ahead, back], dim=2)))
        rows = torch.arange(len(source))
        ends = torch.cat([ahead[rows, lengths - 1], back[:, 0]], dim=1)
        return states, torch.tanh(self.to_keys(ends)), mask

    def decode(self, previous: Tensor, h: Tensor, states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """previous (N, S), h (N, H) -> scores (N, S, K), the last state (N, H), the weights (N, S, T) or None."""
        hs = self.decoder(self.embed_target(previous), h[None])[0]
        if self.attention is None:
            seen, weights = hs, None
        else:
            context, weights = self.attention(hs, states, mask=mask)
            seen = torch.cat([context, hs], dim=2)
        return self.read_out(torch.tanh(self.combine(seen))), hs[:, -1], weights

    def forward(self, source: Tensor, previous: Tensor) -> tuple[Tensor, Tensor | None]:
        states, h, mask = self.encode(source)
        scores, _, weights = self.decode(previous, h, states, mask)
        return scores, weights

    @torch.no_grad()
    def start(self, source: np.ndarray) -> tuple[Callable, Tensor]:
        """For `judge_translations`: step (previous (N,), state) -> (scores (N, K), state), and the first state."""
        states, h, mask = self.encode(torch.as_tensor(source))

        @torch.no_grad()
        def step(previous: np.ndarray, h: Tensor) -> tuple[np.ndarray, Tensor]:
            scores, h, _ = self.decode(torch.as_tensor(previous)[:, None], h, states, mask)
            return scores[:, 0].numpy(), h

        return step, h


def shifted(target: np.ndarray) -> np.ndarray:
    """What the decoder reads while it learns (teacher forcing): START, then the right symbols but the last. (N, S)"""
    return np.concatenate([np.full((len(target), 1), START), target[:, :-1]], axis=1)


def symbol_loss(module: nn.Module, batch: tuple) -> tuple[Tensor, float]:
    """Cross-entropy of each symbol up to and with END, and the share of symbols guessed right with the right past.

    batch: source (N, T), target (N, S), both filled up with PAD, which counts nowhere.
    """
    source, target = batch
    scores, _ = module(torch.as_tensor(source), torch.as_tensor(shifted(target)))
    real = torch.as_tensor(target != PAD)
    asked, wanted = scores[real], torch.as_tensor(target)[real]
    return F.cross_entropy(asked, wanted), (asked.argmax(dim=1) == wanted).float().mean().item()
