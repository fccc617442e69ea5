"""Lesson 01, the right answers: a step and a sequence of the vanilla RNN, the loss of a language model, drawn text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coursekit.reference.numerics import softmax
from coursekit.reference.rnn import Params


def rnn_step(x: np.ndarray, h: np.ndarray, params: Params) -> np.ndarray:
    """x (N, D), h (N, H) -> the next h (N, H)."""
    W_ih, W_hh, b_ih, b_hh = params
    return np.tanh(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)


def rnn_forward(x: np.ndarray, h0: np.ndarray, params: Params) -> np.ndarray:
    """x (N, T, D), h0 (N, H) -> hs (N, T, H), the state after each step."""
    h, hs = h0, []
    for t in range(x.shape[1]):
        h = rnn_step(x[:, t], h, params)
        hs.append(h)
    return np.stack(hs, axis=1)


def lm_loss(logits: np.ndarray, targets: np.ndarray, mask: np.ndarray) -> tuple[float, np.ndarray]:
    """The mean cross-entropy (nats) of the positions where mask is True, and its gradient at the logits.

    logits (N, T, V), targets (N, T) integers, mask (N, T) -> loss, dlogits (N, T, V).
    """
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    at_target = np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
    count = mask.sum()
    loss = -(at_target * mask).sum() / count
    y = np.eye(logits.shape[-1])[targets]
    dlogits = (np.exp(log_p) - y) * mask[..., None] / count
    return loss, dlogits


def sample_text(
    params: Params, W_out: np.ndarray, b_out: np.ndarray, start_ids: Sequence[int], u: np.ndarray, temperature: float
) -> np.ndarray:
    """Symbols drawn one after the other: ids (n,), one for each uniform number of u (n,).

    The state begins at zero and reads start_ids first. W_out (V, H), b_out (V,): logits = h @ W_out.T + b_out.
    """
    V, H = W_out.shape
    h = np.zeros((1, H))
    for symbol in start_ids:
        h = rnn_step(np.eye(V)[[symbol]], h, params)
    ids = []
    for number in u:
        p = softmax((h @ W_out.T + b_out) / temperature)[0]
        symbol = int(np.argmax(np.cumsum(p) > number))
        ids.append(symbol)
        h = rnn_step(np.eye(V)[[symbol]], h, params)
    return np.array(ids)
