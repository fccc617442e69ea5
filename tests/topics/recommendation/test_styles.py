"""Right answers of lesson 16 in unusual styles, and settings that would hide a mistake."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch

from coursekit.checking import evaluate, registry
from tests.topics.answers import right


def with_dictionaries(session, minute, cut):
    span = {}
    for s, m in zip(session.tolist(), minute.tolist(), strict=True):
        low, high = span.get(s, (m, m))
        span[s] = (min(low, m), max(high, m))
    return [span[s][1] < cut for s in session.tolist()], [span[s][0] >= cut for s in session.tolist()]


def with_a_table_of_sessions(session, minute, cut):
    own = session[:, None] == session[None, :]
    return {"train": ~(own & (minute >= cut)).any(axis=1), "test": ~(own & (minute < cut)).any(axis=1)}


@pytest.mark.parametrize("answer", [with_dictionaries, with_a_table_of_sessions])
def test_splits_in_other_styles(answer):
    right("split_sessions", answer)


def with_a_counter(session, item, items):
    pairs = Counter((item[k], item[k + 1]) for k in range(len(item) - 1) if session[k] == session[k + 1])
    return [[pairs[i, j] for j in range(items)] for i in range(items)]


def with_bincount(session, item, items):
    same = np.diff(session) == 0
    return np.bincount(items * item[:-1][same] + item[1:][same], minlength=items**2).reshape(items, items)


def with_matrices(session, item, items):
    hot = np.eye(items)[item]
    return torch.from_numpy((hot[:-1] * (session[1:] == session[:-1])[:, None]).T @ hot[1:]).long()


@pytest.mark.parametrize("answer", [with_a_counter, with_bincount, with_matrices])
def test_counts_in_other_styles(answer):
    right("transition_counts", answer)


def by_sorting(scores, target, k):
    """The places of all items with the target's score in the sorted list, and the means over them."""
    hit, reciprocal = [], []
    for row, wanted in zip(scores, target, strict=True):
        places = 1 + np.flatnonzero(np.sort(row)[::-1] == row[wanted])
        hit.append(np.mean(places <= k))
        reciprocal.append(sum(1 / place for place in places if place <= k) / len(places))
    return hit, sum(hit) / len(hit), np.mean(reciprocal)


def with_a_cumulative_sum(scores, target, k):
    rows = np.arange(len(target))
    better = (scores > scores[rows, target, None]).sum(1)
    behind = better + (scores == scores[rows, target, None]).sum(1)
    up_to = np.cumsum(np.r_[0, 1 / np.arange(1, scores.shape[1] + 1)])
    first, last = np.minimum(better, k), np.minimum(behind, k)
    hit = (last - first) / (behind - better)
    return {"hit": hit, "recall": hit.mean(), "mrr": ((up_to[last] - up_to[first]) / (behind - better)).mean()}


@pytest.mark.parametrize("answer", [by_sorting, with_a_cumulative_sum])
def test_ranked_lists_in_other_styles(answer):
    right("recall_and_mrr", answer)


def test_lists_without_ties_hide_how_ties_are_decided():
    exercise = registry.get("recall_and_mrr")
    wrong = [m.implement for m in exercise.mistakes if m.name.startswith("ties decided")]
    draw = exercise.draws(0)[0]
    for implement in wrong:
        for ours, theirs in zip(
            exercise.call(implement, draw.args), exercise.call(exercise.reference, draw.args), strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)
        assert not evaluate(exercise, implement, 0, along=False, search=0).passed
