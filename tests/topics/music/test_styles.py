"""Right answers of lesson 15 in unusual styles, and settings that would hide a mistake."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from tests.topics.answers import right, shown_by_another_draw


def with_padding_in_torch(rolls):
    pieces = [torch.from_numpy(roll).double() for roll in rolls]
    y = torch.nn.utils.rnn.pad_sequence(pieces, batch_first=True)
    x = torch.nn.utils.rnn.pad_sequence([torch.cat([piece[:1] * 0, piece[:-1]]) for piece in pieces], batch_first=True)
    return x, y, torch.arange(y.shape[1]) < torch.tensor([len(piece) for piece in pieces])[:, None]


def as_lists(rolls):
    T = max(map(len, rolls))
    y = [np.pad(roll, ((0, T - len(roll)), (0, 0))) for roll in rolls]
    mask = [np.arange(T) < len(roll) for roll in rolls]
    x = [np.roll(piece, 1, axis=0) * kept[:, None] for piece, kept in zip(y, mask, strict=True)]
    for piece in x:
        piece[0] = 0
    return {"x": x, "y": y, "mask": mask}


@pytest.mark.parametrize("answer", [with_padding_in_torch, as_lists])
def test_batches_in_other_styles(answer):
    right("next_chord_batch", answer)


def with_torch(logits, y, mask):
    each = torch.nn.functional.binary_cross_entropy_with_logits(*map(torch.from_numpy, (logits, y)), reduction="none")
    return each.sum(2)[torch.from_numpy(mask)].mean()


def one_by_one(logits, y, mask):
    total = 0.0
    for n, t in np.argwhere(mask):
        for a, sounds in zip(logits[n, t], y[n, t], strict=True):
            a = -a if sounds else a
            total += max(a, 0) + math.log1p(math.exp(-abs(a)))
    return total / mask.sum()


def by_multiplication(logits, y, mask):
    each = np.maximum(logits, 0) - logits * y + np.log1p(np.exp(-np.abs(logits)))
    return np.einsum("ntk,nt->", each, mask) / np.count_nonzero(mask)


@pytest.mark.parametrize("answer", [with_torch, one_by_one, by_multiplication])
def test_likelihoods_in_other_styles(answer):
    right("chord_nll", answer)


def in_a_loop(logits, u, temperature, voices):
    p = torch.sigmoid(torch.from_numpy(logits) / temperature).numpy()
    for numbers in u:
        keys = [k for k in range(len(p)) if numbers[k] < p[k]]
        if len(keys) == voices:
            break
    else:
        keys = sorted(range(len(p)), key=lambda k: -logits[k])[:voices]
    return [int(k in keys) for k in range(len(p))]


def test_a_chord_in_another_style():
    right("draw_chord", in_a_loop)


@pytest.mark.parametrize(
    ("exercise", "mistake", "hidden_in"),
    [
        ("next_chord_batch", "padding that counts", "one piece"),
        ("next_chord_batch", "a last chord that enters the padding", "one piece"),
        ("chord_nll", "padding that counts", "no padding"),
        ("chord_nll", "an exponential that overflows", "padding"),
        ("draw_chord", "silence if no try fits", "small"),
        ("draw_chord", "the last try that fits", "none has the number"),
    ],
)
def test_what_one_draw_hides_another_one_shows(exercise, mistake, hidden_in):
    shown_by_another_draw(exercise, mistake, {hidden_in})
