"""Right answers of lesson 20 in unusual styles, and settings that would hide a mistake."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.topics.answers import right, shown_by_another_draw


def by_rows(W, x):
    """Lists and Python's own integers, which have room for every sum."""
    qs, scales, ys = [], [], []
    x_scale = max(abs(v) for v in x) / 127
    p = [round(float(v / x_scale)) for v in x]
    for row in W:
        scale = max(abs(v) for v in row) / 127 or 1.0
        q = [round(float(v / scale)) for v in row]
        qs.append(q)
        scales.append(scale)
        ys.append(scale * x_scale * sum(a * b for a, b in zip(q, p, strict=True)))
    return np.array(qs), np.array(scales), np.array(ys)


def in_floats(W, x):
    """Integers in float64 are exact as well; the scales come in as a diagonal matrix."""
    scale = np.abs(W).max(axis=1) / 127
    scale[scale == 0] = 1
    q, unit = np.round(W / scale[:, None]), np.max(np.abs(x)) / 127
    return {"q": q, "scale": scale, "y": np.diag(scale) @ (q @ np.round(x / unit)) * unit}


def in_torch(W, x):
    W, x = torch.from_numpy(W), torch.from_numpy(x)
    scale = W.abs().amax(dim=1) / 127
    scale = torch.where(scale > 0, scale, torch.ones_like(scale))
    q, unit = (W / scale[:, None]).round().to(torch.int8), x.abs().max() / 127
    return q, scale, (q.long() @ (x / unit).round().long()) * scale * unit


@pytest.mark.parametrize("answer", [by_rows, in_floats, in_torch])
def test_products_in_other_styles(answer):
    right("int8_matvec", answer)


def all_at_once(step, chunks, h):
    hs = [h]
    for x in np.concatenate(chunks):
        hs.append(step(x, hs[-1]))
    return np.array(hs[1:]), hs[-1]


def recursive(step, chunks, h):
    if not chunks:
        return [], h
    own = []
    for x in chunks[0]:
        h = step(x, h)
        own.append(h)
    later, last = recursive(step, chunks[1:], h)
    return own + list(later), last


@pytest.mark.parametrize("answer", [all_at_once, recursive])
def test_streams_in_other_styles(answer):
    right("stream", answer)


def by_index(W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    order = np.r_[H : 2 * H, :H, 2 * H : 3 * H]
    return W_ih[None, order], W_hh[None, order], np.hstack([b_ih[order], b_hh[order]]).reshape(1, -1), True


def in_place_of_a_copy(W_ih, W_hh, b_ih, b_hh):
    H = W_hh.shape[1]
    found = []
    for array in (W_ih, W_hh, b_ih, b_hh):
        array = torch.tensor(array)
        array[: 2 * H] = array[: 2 * H].reshape(2, H, -1).flip(0).reshape(array[: 2 * H].shape)
        found.append(array)
    return found[0][None], found[1][None], torch.cat(found[2:])[None], 1


@pytest.mark.parametrize("answer", [by_index, in_place_of_a_copy])
def test_conversions_in_other_styles(answer):
    right("to_onnx_order", answer)


def gate_by_gate(x, h, weights):
    q_ih, s_ih, q_hh, s_hh, b_ih, b_hh = weights
    H = len(h)

    def rounded(v):
        unit = np.abs(v).max() / 127
        return (np.rint(v / unit).astype(int), unit) if unit > 0 else (np.zeros(len(v), int), 0.0)

    (p, x_unit), (k, h_unit) = rounded(x), rounded(h)
    from_x = [
        s_ih[i] * x_unit * sum(int(a) * int(b) for a, b in zip(q_ih[i], p, strict=True)) + b_ih[i] for i in range(3 * H)
    ]
    from_h = [
        s_hh[i] * h_unit * sum(int(a) * int(b) for a, b in zip(q_hh[i], k, strict=True)) + b_hh[i] for i in range(3 * H)
    ]
    new = np.empty(H)
    for i in range(H):
        r = (1 + np.tanh((from_x[i] + from_h[i]) / 2)) / 2
        z = (1 + np.tanh((from_x[H + i] + from_h[H + i]) / 2)) / 2
        n = np.tanh(from_x[2 * H + i] + r * from_h[2 * H + i])
        new[i] = n + z * (h[i] - n)
    return new


def with_real_levels(x, h, weights):
    """Products of real numbers that are all on their levels: the same numbers to rounding."""
    q_ih, s_ih, q_hh, s_hh, b_ih, b_hh = (torch.as_tensor(part, dtype=torch.float64) for part in weights)

    def on_levels(v):
        v = torch.from_numpy(v)
        unit = v.abs().max().clamp(min=1e-300) / 127
        return (v / unit).round() * unit

    ax = (q_ih * s_ih[:, None]) @ on_levels(x) + b_ih
    ah = (q_hh * s_hh[:, None]) @ on_levels(h) + b_hh
    (xr, xz, xn), (hr, hz, hn) = ax.chunk(3), ah.chunk(3)
    z = torch.sigmoid(xz + hz)
    return torch.lerp(torch.tanh(xn + torch.sigmoid(xr + hr) * hn), torch.from_numpy(h), z)


@pytest.mark.parametrize("answer", [gate_by_gate, with_real_levels])
def test_steps_in_other_styles(answer):
    right("gru_step_int8", answer)


@pytest.mark.parametrize(
    ("exercise", "mistake", "hidden_in"),
    [
        ("int8_matvec", "a row of zeros divided by zero", {"small", "full size", "long rows"}),
        ("stream", "a state that is zero at the beginning of each chunk", set()),
        ("stream", "the first state again at the beginning of each chunk", {"one chunk"}),
        ("stream", "an empty chunk that clears the state", {"one chunk", "two chunks", "unequal chunks"}),
        ("gru_step_int8", "a vector of zeros divided by zero", {"full size", "a large input", "fresh numbers"}),
        ("gru_step_int8", "a GRU whose update gate is swapped", set()),
    ],
)
def test_what_one_draw_hides_another_one_shows(exercise, mistake, hidden_in):
    shown_by_another_draw(exercise, mistake, hidden_in)


def test_a_sum_that_wraps_round_is_called_so():
    def answer(W, x):
        scale = np.where(np.abs(W).max(axis=1) > 0, np.abs(W).max(axis=1) / 127, 1.0)
        q, unit = np.rint(W / scale[:, None]).astype(np.int8), np.abs(x).max() / 127
        return q, scale, (q @ np.rint(x / unit).astype(np.int8)) * scale * unit

    from coursekit.checking import evaluate

    report = evaluate("int8_matvec", answer)
    assert not report.passed and "sums in 8 bits" in " ".join(report.diagnoses)
