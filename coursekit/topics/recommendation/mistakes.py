"""Runnable mistakes of lesson 16: sessions on both sides, pairs that are none, and lists that flatter."""

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
        "Training ends before the cut. Is a click at the cut before it?",
        _split(lambda minute, first, last, cut: (last <= cut, first >= cut)),
    ),
    Mistake(
        "a session that begins exactly at the cut left out",
        "The test begins at the cut. Is a click at the cut in it?",
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
    Mistake(
        "a table of the items that were clicked, however many there are",
        "The item with the highest number may not have been clicked: `items` says how many rows and columns there are.",
        lambda session, item, items: transition_counts(session, item, int(item.max()) + 1),
    ),
    Mistake("shares of each row instead of counts", "The exercise asks for counts: whole numbers.", _shares),
)


def _counted(scores: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many items are better than the target, and how many are equal, itself included. (N,) each"""
    own = scores[np.arange(len(target)), target][:, None]
    return (scores > own).sum(axis=1), (scores == own).sum(axis=1)


def _placed(place_of: Callable) -> Callable:
    """Hits and reciprocals at one place for each target: place_of(better, equal)."""

    def answer(scores: np.ndarray, target: np.ndarray, k: int) -> tuple[np.ndarray, float, float]:
        place = place_of(*_counted(scores, target))
        hit = (place <= k).astype(float)
        return hit, hit.mean(), (hit / place).mean()

    return answer


def _sorted_lists(turn: int) -> Callable:
    """Hits and reciprocals as a sort finds them, ties in the order of the list (turn 1) or in its reverse (-1)."""

    def answer(scores: np.ndarray, target: np.ndarray, k: int) -> tuple[np.ndarray, float, float]:
        order = np.argsort(-turn * scores, axis=1, kind="stable")[:, ::turn]
        place = (order == target[:, None]).argmax(axis=1) + 1
        hit = (place <= k).astype(float)
        return hit, hit.mean(), (hit / place).mean()

    return answer


def _expected(places: Callable) -> Callable:
    """The expectation over other places: places(better, equal, k) gives those of one list and by what is divided."""

    def answer(scores: np.ndarray, target: np.ndarray, k: int) -> tuple[np.ndarray, float, float]:
        hits, reciprocals = [], []
        for better, equal in zip(*_counted(scores, target), strict=True):
            shared, shown, among = places(better, equal, k)
            hits.append((shared <= shown).sum() / among)
            reciprocals.append(np.sum((shared <= shown) / shared) / among)
        return np.array(hits), np.mean(hits), np.mean(reciprocals)

    return answer


def _shared(better: int, equal: int) -> np.ndarray:
    return np.arange(better + 1, better + equal + 1)


def _others_only(better: int, equal: int, k: int) -> tuple[np.ndarray, int, int]:
    return _shared(better, max(equal - 1, 1)), k, max(equal - 1, 1)


def _unclipped(scores: np.ndarray, target: np.ndarray, k: int) -> tuple[np.ndarray, float, float]:
    better, equal = _counted(scores, target)
    hit = (k - better) / equal
    return hit, hit.mean(), recall_and_mrr(scores, target, k)[2]


def _from(change: Callable) -> Callable:
    """The right hits, and change(hit, rank, recall, mrr, k) for the two means; rank is the middle of shared places."""

    def answer(scores: np.ndarray, target: np.ndarray, k: int) -> tuple[np.ndarray, float, float]:
        hit, recall, mrr = recall_and_mrr(scores, target, k)
        better, equal = _counted(scores, target)
        return (hit, *change(hit, better + (equal + 1) / 2, recall, mrr, k))

    return answer


def _whole_lists(scores: np.ndarray, target: np.ndarray, k: int) -> tuple[np.ndarray, float, float]:
    hit, recall, _ = recall_and_mrr(scores, target, k)
    return hit, recall, recall_and_mrr(scores, target, scores.shape[1])[2]


RANKS = (
    Mistake(
        "ties decided in favour of the target",
        "A method that gives every item the same score would hit in every list. Of the places that equal items "
        "share, the target has each with the same chance.",
        _placed(lambda better, equal: better + 1),
    ),
    Mistake(
        "ties decided against the target",
        "Of equal scores, the target is the last one only by bad luck. It has each of the shared places with the "
        "same chance.",
        _placed(lambda better, equal: better + equal),
    ),
    Mistake(
        "ties in the order of the list",
        "np.argsort leaves equal scores in the order of their numbers, which says nothing about them. Each of the "
        "places that they share is as likely.",
        _sorted_lists(1),
    ),
    Mistake(
        "ties in the reverse order of the list",
        "np.argsort, read from its end, turns equal scores round; their order says nothing about them. Each of the "
        "places that they share is as likely.",
        _sorted_lists(-1),
    ),
    Mistake(
        "the middle of the shared places in place of chance",
        "A method without any opinion hits k times out of K by chance. With every target in the middle of the list it "
        "never does. Take the mean of the hits, not the hit of a mean.",
        _placed(lambda better, equal: better + (equal + 1) / 2),
    ),
    Mistake(
        "the target left out of those that share its score",
        "The target's score equals itself: with one rival of the same score there are two for the two places.",
        _expected(_others_only),
    ),
    Mistake(
        "lists ranked from the lowest score up",
        "High scores are recommended first.",
        lambda scores, target, k: recall_and_mrr(-scores, target, k),
    ),
    Mistake(
        "place k left out",
        "k items are shown: place k is one of them.",
        _expected(lambda better, equal, k: (_shared(better, equal), k - 1, equal)),
    ),
    Mistake(
        "a chance that is not kept between 0 and 1",
        "If more than k items are better, k - better is negative; if fewer are equal than there are places, it is more "
        "than all of them.",
        _unclipped,
    ),
    Mistake("an MRR that is not cut at k", "A target that is not shown counts 0.", _whole_lists),
    Mistake(
        "an MRR over the hits only",
        "Divide by the number of all lists, also of those without a hit.",
        _from(lambda hit, rank, recall, mrr, k: (recall, mrr * len(hit) / max((hit > 0).sum(), 1))),
    ),
    Mistake(
        "1 / mean rank instead of the mean of 1 / rank",
        "First the reciprocal of each rank, then the mean.",
        _from(lambda hit, rank, recall, mrr, k: (recall, 1 / rank.mean())),
    ),
    Mistake(
        "the reciprocal of the middle place, where items share several",
        "The mean of 1/1 and 1/3 is not 1/2. Take the mean of the reciprocals over the shared places.",
        _from(lambda hit, rank, recall, mrr, k: (recall, (hit / rank).mean())),
    ),
    Mistake(
        "a precision in place of the recall",
        "There is one target per list: the recall is the share of lists in which it is shown.",
        _from(lambda hit, rank, recall, mrr, k: (recall / k, mrr)),
    ),
)
