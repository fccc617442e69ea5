"""Right answers of lesson 13 in unusual styles, and settings that would hide a mistake."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coursekit.checking import registry
from tests.topics.answers import right, shown_by_another_draw


def with_a_set(day, order, test_days):
    kept = set(order[test_days:].tolist())
    train = [one in kept for one in day.tolist()]
    return train, [not one for one in train]


def by_rank(day, order, test_days):
    rank = torch.argmax((torch.from_numpy(day)[:, None] == torch.from_numpy(order)[None]).int(), dim=1)
    return {"train": rank >= test_days, "test": rank < test_days}


@pytest.mark.parametrize("answer", [with_a_set, by_rank])
def test_splits_in_other_styles(answer):
    right("split_by_day", answer)


def text_by_text(query, states, mask):
    weights, context = np.zeros(mask.shape), []
    for n, real in enumerate(mask):
        scores = [float(state @ query[n]) / len(state) ** 0.5 for state in states[n][real]]
        shares = [np.exp(score - max(scores)) for score in scores]
        weights[n, real] = np.divide(shares, sum(shares))
        context.append(sum(w * state for w, state in zip(weights[n], states[n], strict=True)))
    return weights, context


def in_torch(query, states, mask):
    query, states, mask = map(torch.from_numpy, (query, states, mask))
    scores = torch.einsum("nh,nth->nt", query, states) * query.shape[1] ** -0.5
    weights = scores.masked_fill(~mask, -torch.inf).softmax(dim=1)
    return weights, torch.bmm(weights[:, None], states)[:, 0]


def as_matrix_products(query, states, mask):
    scores = (states @ query[..., None])[..., 0] / np.sqrt(states.shape[-1])
    scores[~mask] = np.finfo(float).min
    e = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    weights = e / e.sum(-1, keepdims=True)
    return weights, (weights[:, None] @ states)[:, 0]


@pytest.mark.parametrize("answer", [text_by_text, in_torch, as_matrix_products])
def test_attention_in_other_styles(answer):
    right("attention_step", answer)


def write_all_then_cut(step, state, target, start, end):
    previous, columns = np.full(len(target), start), []
    for _ in range(target.shape[1]):
        scores, state = step(previous, state)
        previous = np.argmax(scores, axis=-1)
        columns.append(previous)
    written = np.stack(columns, axis=1)
    over = np.cumsum(written == end, axis=1) > 0
    written = np.where(over, end, written)
    return written, np.all(written == target, axis=1)


def with_lists(step, state, target, start, end):
    rows = [[] for _ in target]
    previous = [start] * len(rows)
    while len(rows[0]) < target.shape[1]:
        scores, state = step(np.array(previous), state)
        for n, row in enumerate(rows):
            row.append(end if end in row else int(np.argmax(scores[n])))
        previous = [row[-1] for row in rows]
    return rows, [row == wanted.tolist() for row, wanted in zip(rows, target, strict=True)]


@pytest.mark.parametrize("answer", [write_all_then_cut, with_lists])
def test_writing_in_other_styles(answer):
    right("judge_translations", answer)


@pytest.mark.parametrize(
    ("exercise", "mistake", "hidden_in"),
    [("attention_step", "a softmax that overflows", "full size")],
)
def test_what_one_draw_hides_another_one_shows(exercise, mistake, hidden_in):
    shown_by_another_draw(exercise, mistake, {hidden_in})


def test_every_draw_of_a_decoder_ends_early_somewhere_and_has_right_and_wrong_texts():
    exercise = registry.get("judge_translations")
    for draw in exercise.draw(np.random.default_rng(3)):
        written, judged = exercise.reference(**draw.args)
        assert (written == draw.args["end"]).any() and judged.any() and (len(judged) == 1 or not judged.all())
