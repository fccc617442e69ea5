"""Right answers of lesson 19 in unusual styles, and settings that would hide a mistake."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coursekit.checking import evaluate
from coursekit.nn import linear_scan as torch_scan
from coursekit.reference import numerics
from tests.topics.answers import mistake, right, shown_by_another_draw


def a_loop(a, b, h0):
    hs = np.empty_like(b)
    for t in range(b.shape[1]):
        h0 = a[:, t] * h0 + b[:, t]
        hs[:, t] = h0
    return hs


def halves(a, b, h0):
    """The second half starts where the first one ends."""
    T = b.shape[1]
    if T == 1:
        return a * h0[:, None] + b
    first = halves(a[:, : T // 2], b[:, : T // 2], h0)
    return np.concatenate([first, halves(a[:, T // 2 :], b[:, T // 2 :], first[:, -1])], axis=1)


def one_system(a, b, h0):
    """(I - A) h = b for each unit, A with a_t below the diagonal."""
    N, T, H = b.shape
    hs = np.empty_like(b)
    for n in range(N):
        for k in range(H):
            A = np.eye(T) - np.diag(a[n, 1:, k], -1)
            hs[n, :, k] = np.linalg.solve(A, b[n, :, k] + np.eye(T)[0] * a[n, 0, k] * h0[n, k])
    return hs


@pytest.mark.parametrize(
    "answer", [a_loop, halves, one_system, lambda *args: torch_scan(*(torch.as_tensor(value) for value in args))]
)
def test_scans_in_other_styles(answer):
    right("linear_scan", answer)


def step_by_step(x, h0, W_ih, b_ih):
    H, hs = h0.shape[1], []
    for x_t in np.moveaxis(x, 1, 0):
        z = numerics.sigmoid(x_t @ W_ih[:H].T + b_ih[:H])
        n = x_t @ W_ih[H:].T + b_ih[H:]
        h0 = n + z * (h0 - n)
        hs.append(h0)
    return np.stack(hs, axis=1)


def by_the_layer(x, h0, W_ih, b_ih):
    from coursekit.nn import MinGRU

    layer = MinGRU(x.shape[2], h0.shape[1], batch_first=True, dtype=torch.float64)
    layer.load_state_dict({"weight_ih_l0": torch.tensor(W_ih), "bias_ih_l0": torch.tensor(b_ih)})
    return layer(torch.tensor(x), torch.tensor(h0)[None])[0]


@pytest.mark.parametrize("answer", [step_by_step, by_the_layer])
def test_min_grus_in_other_styles(answer):
    right("min_gru", answer)


def with_a_residual(guess, f, J):
    """Newton as it stands in books: guess - (dF)^-1 F, F the residual of all T equations."""
    N, T, H = guess.shape
    found = np.empty_like(guess)
    for n in range(N):
        system = np.eye(T * H)
        for t in range(1, T):
            system[t * H : (t + 1) * H, (t - 1) * H : t * H] = -J[n, t]
        found[n] = guess[n] - np.linalg.solve(system, (guess[n] - f[n]).ravel()).reshape(T, H)
    return found


def corrections_alone(guess, f, J):
    correction, hs = 0 * f[:, 0], []
    for t in range(f.shape[1]):
        h = f[:, t] + (J[:, t] @ correction[..., None])[..., 0]
        correction = h - guess[:, t]
        hs.append(h)
    return torch.as_tensor(np.array(hs)).transpose(0, 1)


@pytest.mark.parametrize("answer", [with_a_residual, corrections_alone])
def test_newton_steps_in_other_styles(answer):
    right("newton_step", answer)


def query_by_query(q, k, v, past_k, past_v):
    keys, values = np.hstack([past_k, k]), np.hstack([past_v, v])
    context = np.empty(v.shape)
    for n, s in np.ndindex(q.shape[:2]):
        seen = past_k.shape[1] + s + 1
        context[n, s] = numerics.softmax(keys[n, :seen] @ q[n, s] / q.shape[2] ** 0.5) @ values[n, :seen]
    return context, keys, values


def by_torch(q, k, v, past_k, past_v):
    q, k, v, past_k, past_v = (torch.as_tensor(value) for value in (q, k, v, past_k, past_v))
    keys, values = torch.cat([past_k, k], 1), torch.cat([past_v, v], 1)
    mask = torch.ones(q.shape[1], keys.shape[1], dtype=torch.bool).tril(past_k.shape[1])
    return torch.nn.functional.scaled_dot_product_attention(q, keys, values, mask), keys, values


@pytest.mark.parametrize("answer", [query_by_query, by_torch])
def test_heads_in_other_styles(answer):
    right("causal_attention", answer)


@pytest.mark.parametrize(
    ("exercise", "mistake", "hidden_in"),
    [
        ("linear_scan", "a division by the running products", "large numbers"),
        ("linear_scan", "a scan that is one round short", "four steps"),
        ("linear_scan", "a scan of a single round", "two steps"),
        ("min_gru", "every step started from h0", "one step"),
        ("newton_step", "corrections that are not passed on", "two steps"),
        ("causal_attention", "a mask that does not count the past", "full size, no past"),
        ("causal_attention", "a cache that is not read", "full size, no past"),
        ("causal_attention", "a softmax that overflows", "full size, no past"),
    ],
)
def test_what_one_draw_hides_another_one_shows(exercise, mistake, hidden_in):
    shown_by_another_draw(exercise, mistake, {hidden_in})


def test_a_cache_without_attention_earns_nothing():
    for beginning, score in (("the mean of what", 0.0), ("a cache that holds the new steps alone", 0.6)):
        report = evaluate("causal_attention", mistake("causal_attention", beginning).implement)
        assert not report.passed and report.score < score + 0.2
