"""Lesson 16, what counting reaches: popularity, last click, last two, first and last, all clicks, similar sessions.

    seen = known_clicks(sessions)                   # what was known before each click that is forecast
    session_knn(task.train, seen, task.items)       # (clicks, items) scores

All of them count in the training sessions and train nothing. Ludewig and Jannach (Evaluation of session-based
recommendation algorithms, User Modeling and User-Adapted Interaction 28, 2018) found such methods on a level with
networks, or ahead of them, on most of their real logs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coursekit.topics.recommendation.answers import transition_counts

NEIGHBOURS = 100
FADING = 0.7  # what a click counts less for every click that came after it, where all clicks have a vote
_SMOOTHING = 0.01
_BACK_OFF = 5.0  # as many clicks as the table of the last click counts for beside that of the last two

Sessions = Sequence[np.ndarray]


def known_clicks(sessions: Sessions) -> list[np.ndarray]:
    """The clicks before each click but the first of every session."""
    return [clicks[:t] for clicks in sessions for t in range(1, len(clicks))]


def popularity(train: Sessions, items: int) -> np.ndarray:
    """The same scores for everybody: how often each item was clicked. (items,)"""
    return np.bincount(np.concatenate(train), minlength=items).astype(float)


def last_click(train: Sessions, seen: Sessions, items: int) -> np.ndarray:
    """A Markov chain: how often each item came right after the last click, ties in order of popularity."""
    often = popularity(train, items)
    session = np.repeat(np.arange(len(train)), [len(clicks) for clicks in train])
    counts = transition_counts(session, np.concatenate(train), items)
    return (counts + often / (often.sum() + 1))[[clicks[-1] for clicks in seen]]


def last_two_clicks(train: Sessions, seen: Sessions, items: int) -> np.ndarray:
    """What came after the last two clicks; where that was seldom seen, more of what came after the last one.

    A trigram that backs off to a bigram, as in lesson 01. The start of a session counts as a click of its own.
    """
    contexts = {context: row for row, context in enumerate(dict.fromkeys(map(_last_two, seen)))}
    counts = np.zeros((len(contexts), items))
    for known, clicks in zip(known_clicks(train), _following(train), strict=True):
        if (row := contexts.get(_last_two(known))) is not None:
            counts[row, clicks] += 1
    rows = [contexts[_last_two(clicks)] for clicks in seen]
    after_last = _shares(_counts_at_lag(train, 1, items))[[clicks[-1] for clicks in seen]]
    return (counts[rows] + _BACK_OFF * after_last) / (counts[rows].sum(axis=1, keepdims=True) + _BACK_OFF)


def first_and_last_click(train: Sessions, seen: Sessions, items: int) -> np.ndarray:
    """The sum of two tables of shares: what came right after the last click, and what came after the first click."""
    after_first = np.zeros((items, items))
    for clicks in train:
        np.add.at(after_first, (clicks[0], clicks[1:]), 1)
    after_last = _counts_at_lag(train, 1, items)
    first, last = ([clicks[place] for clicks in seen] for place in (0, -1))
    return _shares(after_first)[first] + _shares(after_last)[last]


def all_clicks(train: Sessions, seen: Sessions, items: int) -> np.ndarray:
    """A vote of every click: what came as many clicks later in training, and less of it the longer ago it is."""
    scores = np.zeros((len(seen), items))
    for lag in range(1, max(map(len, seen)) + 1):
        table = FADING ** (lag - 1) * _shares(_counts_at_lag(train, lag, items))
        rows = [n for n, clicks in enumerate(seen) if len(clicks) >= lag]
        scores[rows] += table[[seen[n][-lag] for n in rows]]
    return scores


_NUMBERS_AT_ONCE = 1 << 23  # in the sets of all neighbours that are added up together


def session_knn(train: Sessions, seen: Sessions, items: int, neighbours: int = NEIGHBOURS) -> np.ndarray:
    """The items of the most similar training sessions, weighted with the similarity (Ludewig and Jannach 2018, 3.3).

    A session is the set of its items, and similarity the cosine between two of them.
    """
    known = _sets(train, items)
    sets = _sets(seen, items)
    _, first, place = np.unique(np.packbits(sets > 0, axis=1), axis=0, return_index=True, return_inverse=True)
    asked = sets[first]  # many sessions begin with the same items; each set of them is looked up once
    lengths, scores = np.sqrt(known.sum(axis=1)), []
    at_once = max(1, _NUMBERS_AT_ONCE // (min(neighbours, len(train)) * items))
    for start in range(0, len(asked), 500):  # so that not all similarities are in memory at once
        similar = asked[start : start + 500] @ known.T / lengths
        near = np.argpartition(-similar, min(neighbours, len(train)) - 1, axis=1)[:, :neighbours]
        weights = np.take_along_axis(similar, near, axis=1)
        for few in range(0, len(near), at_once):
            now = slice(few, few + at_once)
            scores.append(np.matmul(weights[now, None], known[near[now]])[:, 0])
    return np.concatenate(scores)[place.reshape(-1)]


def _last_two(clicks: np.ndarray) -> tuple[int, int]:
    return (-1 if len(clicks) == 1 else int(clicks[-2])), int(clicks[-1])


def _following(sessions: Sessions) -> np.ndarray:
    return np.concatenate([clicks[1:] for clicks in sessions])


def _sets(sessions: Sessions, items: int) -> np.ndarray:
    """Which items are in each session. (N, items) float32, 0 or 1"""
    sets = np.zeros((len(sessions), items), np.float32)
    for row, clicks in zip(sets, sessions, strict=True):
        row[clicks] = 1
    return sets


def _counts_at_lag(train: Sessions, lag: int, items: int) -> np.ndarray:
    """How often item j came `lag` clicks after item i. (items, items)"""
    counts = np.zeros((items, items))
    longer = [clicks for clicks in train if len(clicks) > lag]
    if longer:
        before, after = (np.concatenate([part(clicks) for clicks in longer]) for part in _ends(lag))
        np.add.at(counts, (before, after), 1)
    return counts


def _ends(lag: int):
    return (lambda clicks: clicks[:-lag]), (lambda clicks: clicks[lag:])


def _shares(counts: np.ndarray) -> np.ndarray:
    counts = counts + _SMOOTHING
    return counts / counts.sum(axis=1, keepdims=True)
