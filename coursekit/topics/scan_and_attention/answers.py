"""Lesson 19, the right answers: a scan, minGRU, one Newton step for all states at once, and a causal attention head."""

from __future__ import annotations

import numpy as np


def linear_scan(a: np.ndarray, b: np.ndarray, h0: np.ndarray) -> np.ndarray:
    """h_t = a_t * h_(t-1) + b_t for all t, in log2(T) rounds on whole arrays (Hillis and Steele 1986).

    a, b: (N, T, H). h0: (N, H). Returns the states (N, T, H).
    After a round, a_t and b_t are those of the last `reach` steps up to t taken as one, of all where there are fewer.
    """
    first = b[:, :1] + a[:, :1] * h0[:, None]
    b = np.concatenate([first, b[:, 1:]], axis=1)
    reach = 1
    while reach < a.shape[1]:
        joined_b = b[:, reach:] + a[:, reach:] * b[:, :-reach]
        joined_a = a[:, reach:] * a[:, :-reach]
        b = np.concatenate([b[:, :reach], joined_b], axis=1)
        a = np.concatenate([a[:, :reach], joined_a], axis=1)
        reach = 2 * reach
    return b


def min_gru(x: np.ndarray, h0: np.ndarray, W_ih: np.ndarray, b_ih: np.ndarray) -> np.ndarray:
    """The states (N, T, H) of a minGRU (Feng et al. 2024, section 3.1), z keeping, with `linear_scan`.

    x: (N, T, D). h0: (N, H). W_ih: (2H, D), b_ih: (2H,), rows z, n.
    """
    xz, xn = np.split(x @ W_ih.T + b_ih, 2, axis=2)
    z = 1 / (1 + np.exp(-xz))
    b = (1 - z) * xn
    return linear_scan(z, b, h0)


def newton_step(guess: np.ndarray, f: np.ndarray, J: np.ndarray) -> np.ndarray:
    """One Newton step for all states of h_t = f_t(h_(t-1)) at once: the next guess (N, T, H).

    guess: (N, T, H). f: (N, T, H), f[:, t] is the cell's answer at step t to the *guessed* state before it (to h0 at
    t = 0). J: (N, T, H, H), its Jacobian there; J[n, t, i, j] is the derivative of f[n, t, i].
    Solves the linearised recurrence h_t = f_t + J_t (h_(t-1) - guess_(t-1)) exactly (Lim et al. 2023).
    """
    h = f[:, 0]
    hs = [h]
    for t in range(1, f.shape[1]):
        correction = h - guess[:, t - 1]
        h = f[:, t] + np.einsum("nij,nj->ni", J[:, t], correction)
        hs.append(h)
    return np.stack(hs, axis=1)


def causal_attention(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, past_k: np.ndarray, past_v: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One head over S new steps after P old ones: context (N, S, V), and the cache with the new steps appended.

    q, k: (N, S, A). v: (N, S, V). past_k: (N, P, A), past_v: (N, P, V), P may be 0.
    Each new step looks at all old ones, at the new ones before it, and at itself (Vaswani et al. 2017, section 3.2).
    """
    keys = np.concatenate([past_k, k], axis=1)
    values = np.concatenate([past_v, v], axis=1)
    scores = q @ keys.swapaxes(1, 2) / np.sqrt(q.shape[2])
    S, T = scores.shape[1:]
    visible = np.arange(T) <= np.arange(T - S, T)[:, None]
    scores = np.where(visible, scores, -np.inf)
    weights = np.exp(scores - scores.max(axis=2, keepdims=True))
    weights = weights / weights.sum(axis=2, keepdims=True)
    return weights @ values, keys, values
