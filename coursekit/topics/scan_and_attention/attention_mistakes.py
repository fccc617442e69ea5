"""Runnable mistakes of lesson 19 in attention: masks that let too much or too little through, a cache that is lost."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.topics.scan_and_attention.answers import causal_attention

Pair = tuple[np.ndarray, np.ndarray]


def _softmax(scores: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """A row that sees nothing has weights of zero."""
    scores = np.where(visible, scores, -np.inf)
    highest = np.where(visible.any(axis=-1, keepdims=True), scores.max(axis=2, keepdims=True), 0)
    e = np.exp(scores - highest)
    return e / np.maximum(e.sum(axis=2, keepdims=True), 1e-300)


def _plain_softmax(scores: np.ndarray, visible: np.ndarray) -> np.ndarray:
    """A row that sees nothing is NaN."""
    with np.errstate(all="ignore"):
        scores = np.where(visible, scores, -np.inf)
        e = np.exp(scores - scores.max(axis=2, keepdims=True))
        return e / e.sum(axis=2, keepdims=True)


def _masked_afterwards(scores: np.ndarray, visible: np.ndarray) -> np.ndarray:
    return _softmax(scores, np.ones_like(visible)) * visible


def _over_queries(scores: np.ndarray, visible: np.ndarray) -> np.ndarray:
    scores = np.where(visible, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _overflows(scores: np.ndarray, visible: np.ndarray) -> np.ndarray:
    with np.errstate(all="ignore"):
        e = np.exp(np.where(visible, scores, -np.inf))
        return e / e.sum(axis=2, keepdims=True)


def _attention(
    *,
    append: Callable[[np.ndarray, np.ndarray], np.ndarray] = lambda past, new: np.concatenate([past, new], axis=1),
    scale: Callable[[np.ndarray, int], float] = lambda q, T: np.sqrt(q.shape[2]),
    ahead: Callable[[int, int], int] = lambda S, T: T - S,
    softmax: Callable[[np.ndarray, np.ndarray], np.ndarray] = _softmax,
) -> Callable:
    """A head with one part exchanged. ahead: query s sees the keys up to s + ahead."""

    def answer(q, k, v, past_k, past_v):
        keys, values = append(past_k, k), append(past_v, v)
        S, T = q.shape[1], keys.shape[1]
        scores = q @ keys.swapaxes(1, 2) / scale(q, T)
        visible = np.arange(T) <= np.arange(S)[:, None] + ahead(S, T)
        return softmax(scores, visible) @ values, keys, values

    return answer


def _scaled_by_values(q, k, v, past_k, past_v):
    return _attention(scale=lambda q, T: np.sqrt(v.shape[2]))(q, k, v, past_k, past_v)


def _past_is_not_returned(q, k, v, past_k, past_v):
    return causal_attention(q, k, v, past_k, past_v)[0], k.copy(), v.copy()


def _new_is_not_returned(q, k, v, past_k, past_v):
    return causal_attention(q, k, v, past_k, past_v)[0], past_k.copy(), past_v.copy()


def _past_behind(q, k, v, past_k, past_v):
    context = causal_attention(q, k, v, past_k, past_v)[0]
    return context, np.concatenate([k, past_k], axis=1), np.concatenate([v, past_v], axis=1)


ATTENTION = (
    Mistake(
        "a head without a mask: every step sees the later ones",
        "While a text is being written, the later steps do not exist yet.",
        _attention(ahead=lambda S, T: T),
    ),
    Mistake(
        "a mask that hides a step from itself",
        "The first step of all would have nothing to look at. Each step sees itself too.",
        _attention(ahead=lambda S, T: T - S - 1),
        also=(_attention(ahead=lambda S, T: T - S - 1, softmax=_plain_softmax),),
    ),
    Mistake(
        "a mask that lets the next step through",
        "The last key that step s may see is its own.",
        _attention(ahead=lambda S, T: T - S + 1),
    ),
    Mistake(
        "a mask that does not count the past",
        "New step 0 is not step 0 of the keys when P keys stand before its own.",
        _attention(ahead=lambda S, T: 0),
    ),
    Mistake(
        "a cache that is not read",
        "The old keys and values are what a step sees of the past.",
        _attention(append=lambda past, new: new.copy()),
    ),
    Mistake(
        "a cache that the new steps are not appended to",
        "The context is right. But the steps that come next have to see these as well.",
        _new_is_not_returned,
    ),
    Mistake(
        "a cache that holds the new steps alone",
        "The context is right. But the steps that come next have to see the old ones as well.",
        _past_is_not_returned,
    ),
    Mistake(
        "a cache with the old steps behind the new ones",
        "The context is right. But in the cache the oldest step comes first, so that later masks fit.",
        _past_behind,
    ),
    Mistake(
        "scores that are not divided by the square root of A",
        "A sum of A products grows with A. What keeps the softmax from saturating?",
        _attention(scale=lambda q, T: 1.0),
    ),
    Mistake(
        "scores divided by A",
        "A sum of A products grows like the root of A.",
        _attention(scale=lambda q, T: q.shape[2]),
    ),
    Mistake(
        "scores divided by the square root of the number of keys",
        "The sum in a dot product runs over A numbers, however many keys there are.",
        _attention(scale=lambda q, T: np.sqrt(T)),
    ),
    Mistake(
        "scores divided by the square root of V, the size of a value",
        "The sum in a dot product of a query and a key runs over A numbers.",
        _scaled_by_values,
    ),
    Mistake(
        "weights that are hidden after the softmax",
        "They no longer add up to 1. Hide the scores before the softmax.",
        _attention(softmax=_masked_afterwards),
    ),
    Mistake(
        "hidden scores of zero in place of minus infinity",
        "exp(0) is 1: a hidden step would still get a weight.",
        _attention(softmax=lambda scores, visible: _softmax(scores * visible, np.ones_like(visible))),
    ),
    Mistake(
        "a softmax over the queries",
        "The weights of one query add up to 1: which axis are the keys?",
        _attention(softmax=_over_queries),
    ),
    Mistake(
        "a softmax that overflows",
        "exp(800) is infinite. Subtract each row's largest score first: the weights stay the same.",
        _attention(softmax=_overflows),
    ),
    Mistake(
        "the mean of what each step may see",
        "Do the scores decide anything?",
        _attention(softmax=lambda scores, visible: _softmax(0 * scores, visible)),
    ),
)
