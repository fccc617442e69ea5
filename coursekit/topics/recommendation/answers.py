"""Lesson 16, the right answers: a split of sessions by time, counts of what follows what, lists with ties."""

from __future__ import annotations

import numpy as np


def split_sessions(session: np.ndarray, minute: np.ndarray, cut: float) -> tuple[np.ndarray, np.ndarray]:
    """Which clicks are for training and which for the test: whole sessions, on either side of a moment.

    session, minute: (n,) one entry for each click. A session that ended before `cut` is for training, one that began
    at `cut` or later is for the test, and one that was going on is in neither. Returns two truth values per click.
    """
    _, place = np.unique(session, return_inverse=True)
    first = np.full(place.max() + 1, np.inf)
    last = np.full(place.max() + 1, -np.inf)
    np.minimum.at(first, place, minute)
    np.maximum.at(last, place, minute)
    return (last < cut)[place], (first >= cut)[place]


def transition_counts(session: np.ndarray, item: np.ndarray, items: int) -> np.ndarray:
    """How often item j comes right after item i in one session: entry (i, j). (items, items)

    session, item: (n,) one entry for each click, session after session, in order of time within each.
    """
    counts = np.zeros((items, items), int)
    same = session[1:] == session[:-1]
    np.add.at(counts, (item[:-1][same], item[1:][same]), 1)
    return counts


def recall_and_mrr(scores: np.ndarray, target: np.ndarray, k: int) -> tuple[np.ndarray, float, float]:
    """The chance that the clicked item is among the first k of each ranked list, and two means over the lists.

    scores: (N, K), higher is recommended first. target: (N,) the item that was clicked. Items of equal score stand in
    random order, and what is returned is the expectation over it: hit (N,), between 0 and 1. recall: its mean. mrr: the
    mean of 1 / rank, with 0 for a rank beyond k (mean reciprocal rank; Voorhees, The TREC-8 question answering track
    report, 1999; expectations over ties: McSherry and Najork, Computing information retrieval performance measures
    efficiently in the presence of tied scores, ECIR 2008).
    """
    own = scores[np.arange(len(target)), target][:, None]
    better, equal = (scores > own).sum(axis=1), (scores == own).sum(axis=1)  # the target is one of the equal ones
    hit = np.clip((k - better) / equal, 0, 1)
    sums = np.concatenate([[0], np.cumsum(1 / np.arange(1, k + 1))])  # sums[m] = 1 + 1/2 + ... + 1/m
    reciprocal = (sums[np.minimum(better + equal, k)] - sums[np.minimum(better, k)]) / equal
    return hit, float(hit.mean()), float(reciprocal.mean())
