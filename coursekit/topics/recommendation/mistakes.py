"""Runnable mistakes of lesson 16: sessions on both sides, pairs that are none, and ranks that flatter."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.topics.recommendation.answers import recall_and_mrr, split_sessions, transition_counts


def _first_and_last(session: np.ndarray, minute: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Time of the first and of the last click of each click's session. (n,) each"""
    first = np.array([minute[session == s].min() for s in session])
    last = np.array([minute[session == s].max() for s in session])
    return first, last


def _split(rule: Callable) -> Callable:
    """A split by rule(minute, first, last, cut)."""

    def answer(session: np.ndarray, minute: np.ndarray, cut: float) -> tuple[np.ndarray, np.ndarray]:
        return rule(minute, *_first_and_last(session, minute), cut)

    return answer


def _swapped(session, minute, cut):
    train, test = split_sessions(session, minute, cut)
    return test, train


SPLIT = (
    Mistake(
        "a split of clicks instead of sessions",
        "A session that is going on at the cut is torn in two: the training sees how a test session began.",
        _split(lambda minute, first, last, cut: (minute < cut, minute >= cut)),
    ),
    Mistake(
        "sessions that go on at the cut counted as training",
        "Their last clicks come after the cut: the training would look into the time of the test.",
        _split(lambda minute, first, last, cut: (first < cut, first >= cut)),
    ),
    Mistake(
        "sessions that go on at the cut counted as test",
        "The test is about sessions that begin after everything that was learnt.",
        _split(lambda minute, first, last, cut: (last < cut, last >= cut)),
    ),
    Mistake(
        "sessions that go on at the cut in both parts",
        "What is in both parts is known before it is tested.",
        _split(lambda minute, first, last, cut: (first < cut, last >= cut)),
    ),
    Mistake(
        "a session that ends exactly at the cut counted as training",
        "Training ends before the cut: < and not <=.",
        _split(lambda minute, first, last, cut: (last <= cut, first >= cut)),
    ),
    Mistake(
        "a session that begins exactly at the cut left out",
        "The test begins at the cut: >= and not >.",
        _split(lambda minute, first, last, cut: (last < cut, first > cut)),
    ),
    Mistake("training and test in exchanged places", "What is returned first is the training part.", _swapped),
)


def _across_sessions(session, item, items):
    return transition_counts(np.zeros_like(session), item, items)


def _once(session, item, items):
    return np.minimum(transition_counts(session, item, items), 1)


def _no_repeats(session, item, items):
    counts = transition_counts(session, item, items)
    np.fill_diagonal(counts, 0)
    return counts


def _both_ways(session, item, items):
    counts = transition_counts(session, item, items)
    return counts + counts.T


def _all_later(session, item, items):
    counts = np.zeros((items, items), int)
    for a in range(len(item)):
        for b in range(a + 1, len(item)):
            counts[item[a], item[b]] += session[a] == session[b]
    return counts


def _shares(session, item, items):
    counts = transition_counts(session, item, items)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


TRANSITIONS = (
    Mistake(
        "pairs across two sessions",
        "The last click of a session and the first one of the next belong to two visitors.",
        _across_sessions,
    ),
    Mistake(
        "every pair counted once",
        "counts[before, after] += 1 does not add twice for a pair that is there twice. Look at np.add.at.",
        _once,
    ),
    Mistake(
        "rows and columns exchanged",
        "Row i: what came before. Column j: what came after.",
        lambda session, item, items: transition_counts(session, item, items).T,
    ),
    Mistake(
        "pairs of an item with itself left out", "An item can be clicked twice in a row. That is a pair.", _no_repeats
    ),
    Mistake("pairs counted in both directions", "Only what comes after counts, not what came before.", _both_ways),
    Mistake(
        "all later clicks of a session instead of the next one",
        "Only the click right after it makes a pair.",
        _all_later,
    ),
    Mistake("shares of each row instead of counts", "Asked are counts: whole numbers.", _shares),
)


def _judged(rank_of: Callable) -> Callable:
    """Recall and MRR from another way to rank: rank_of(scores, own) with own (N, 1)."""

    def answer(scores: np.ndarray, target: np.ndarray, k: int) -> tuple[np.ndarray, float, float]:
        return _means(rank_of(scores, scores[np.arange(len(target)), target][:, None]), k)

    return answer


def _means(rank: np.ndarray, k: int) -> tuple[np.ndarray, float, float]:
    hit = rank <= k
    return rank, hit.mean(), np.mean(np.where(hit, 1 / np.maximum(rank, 0.5), 0))


def _higher(scores: np.ndarray, own: np.ndarray) -> np.ndarray:
    return (scores > own).sum(axis=1)


def _ties(scores: np.ndarray, own: np.ndarray) -> np.ndarray:
    return (scores == own).sum(axis=1) - 1


def _from_zero(scores: np.ndarray, target: np.ndarray, k: int) -> tuple[np.ndarray, float, float]:
    return _means(recall_and_mrr(scores, target, k)[0] - 1, k)


def _from(change: Callable) -> Callable:
    """The right ranks, and change(rank, k) for the two means."""

    def answer(scores: np.ndarray, target: np.ndarray, k: int) -> tuple[np.ndarray, float, float]:
        rank, recall, mrr = recall_and_mrr(scores, target, k)
        return (rank, *change(rank, k, recall, mrr))

    return answer


RANKS = (
    Mistake(
        "ties decided in favour of the target",
        "A method that gives every item the same score would be ranked first in every list. Count half of the ties.",
        _judged(lambda scores, own: 1 + _higher(scores, own)),
    ),
    Mistake(
        "ties decided against the target",
        "Of equal scores, half come before the target on average.",
        _judged(lambda scores, own: 1 + _higher(scores, own) + _ties(scores, own)),
    ),
    Mistake(
        "the target counted as its own rival",
        "The target's score equals itself. Do not count that as a tie.",
        _judged(lambda scores, own: 1 + _higher(scores, own) + (_ties(scores, own) + 1) / 2),
    ),
    Mistake("ranks that begin at 0", "The first place is 1.", _from_zero),
    Mistake(
        "ranks from the lowest score up",
        "High scores are recommended first.",
        lambda scores, target, k: recall_and_mrr(-scores, target, k),
    ),
    Mistake(
        "a recall that leaves place k out",
        "k items are shown: place k is one of them.",
        _from(lambda rank, k, recall, mrr: ((rank < k).mean(), np.mean((rank < k) / rank))),
    ),
    Mistake(
        "an MRR that is not cut at k",
        "A target that is not shown counts 0.",
        _from(lambda rank, k, recall, mrr: (recall, (1 / rank).mean())),
    ),
    Mistake(
        "an MRR over the hits only",
        "Divide by the number of all lists, also of those without a hit.",
        _from(lambda rank, k, recall, mrr: (recall, (1 / rank[rank <= k]).mean())),
    ),
    Mistake(
        "1 / mean rank instead of the mean of 1 / rank",
        "First the reciprocal of each rank, then the mean.",
        _from(lambda rank, k, recall, mrr: (recall, 1 / rank.mean())),
    ),
    Mistake(
        "a precision in place of the recall",
        "There is one target per list: the recall is the share of lists in which it is shown.",
        _from(lambda rank, k, recall, mrr: (recall / k, mrr)),
    ),
)
