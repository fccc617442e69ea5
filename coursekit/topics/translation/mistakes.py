"""Runnable mistakes of lesson 13: a day on both sides, attention that sees padding, and help at test time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.topics.translation.answers import split_by_day


def _first_of_each(day, order, tests, *, rest_in_train: bool):
    """Only the first pair of each test day is in the test."""
    _, test = split_by_day(day, order, tests)
    first = np.zeros(len(day), bool)
    first[np.unique(day, return_index=True)[1]] = True
    return (~(test & first) if rest_in_train else ~test), test & first


def _until_enough_pairs(day, order, tests):
    """Days, until the test has so many pairs."""
    counts = np.cumsum([np.sum(day == d) for d in order])
    _, test = split_by_day(day, order, int(np.searchsorted(counts, tests)) + 1)
    return ~test, test


def _by_position(day, order, tests):
    test = np.arange(len(day)) < tests
    return ~test, test


def _last_of_order(day, order, tests):
    return split_by_day(day, order[::-1], tests)


SPLIT = (
    Mistake(
        "a split by pairs: the first ones are the test",
        "The pairs of one day are in several places. Choose days, then take all their pairs.",
        _by_position,
    ),
    Mistake(
        "a test with one pair of each test day, and its other pairs in the training part",
        "The same day in another language tells the answer. Where do the other pairs of a test day go?",
        lambda day, order, tests: _first_of_each(day, order, tests, rest_in_train=True),
    ),
    Mistake(
        "a test with one pair of each test day, and its other pairs nowhere",
        "All pairs of a test day are asked for in the test: each language is a case of its own.",
        lambda day, order, tests: _first_of_each(day, order, tests, rest_in_train=False),
    ),
    Mistake(
        "a training part that holds the test as well",
        "What is in the test must not be learnt from.",
        lambda day, order, tests: (np.ones(len(day), bool), split_by_day(day, order, tests)[1]),
    ),
    Mistake(
        "training and test exchanged",
        "The first days of order are the test. Return the training part first.",
        lambda day, order, tests: split_by_day(day, order, tests)[::-1],
    ),
    Mistake(
        "test_days counted in pairs",
        "test_days is a number of days; a day has several pairs.",
        _until_enough_pairs,
    ),
    Mistake(
        "the last days of order as the test",
        "The first ones are asked for.",
        _last_of_order,
    ),
    Mistake(
        "the earliest days as the test",
        "order is shuffled on purpose: take its first entries as they stand, without sorting them.",
        lambda day, order, tests: split_by_day(day, np.sort(order), tests),
    ),
)


def _softmax(scores, axis=1):
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _attention(
    *,
    scale: Callable[[np.ndarray], float] = lambda states: np.sqrt(states.shape[2]),
    hide: Callable[[np.ndarray, np.ndarray], np.ndarray] = lambda scores, mask: np.where(mask, scores, -np.inf),
    weigh: Callable[[np.ndarray], np.ndarray] = _softmax,
    after: Callable[[np.ndarray, np.ndarray], np.ndarray] = lambda weights, mask: weights,
    take: Callable[..., np.ndarray] = lambda weights, states, mask: np.einsum("nt,nth->nh", weights, states),
) -> Callable:
    """The step with one part exchanged: scale, hide scores, weigh them, change the weights, take the states."""

    def answer(query, states, mask):
        scores = hide(np.einsum("nth,nh->nt", states, query) / scale(states), mask)
        weights = after(weigh(scores), mask)
        return weights, take(weights, states, mask)

    return answer


def _in_place(query, states, mask):
    query /= np.sqrt(query.shape[1])
    weights = _softmax(np.where(mask, np.einsum("nth,nh->nt", states, query), -np.inf))
    return weights, np.einsum("nt,nth->nh", weights, states)


def _overflowing(scores):
    with np.errstate(all="ignore"):
        return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def _one_maximum(scores):
    with np.errstate(all="ignore"):
        e = np.exp(scores - scores.max())
        return e / e.sum(axis=1, keepdims=True)


ATTENTION = (
    Mistake(
        "attention without the mask",
        "Where mask is false there is padding. What does its weight have to be?",
        _attention(hide=lambda scores, mask: scores),
    ),
    Mistake(
        "hidden scores that are zero",
        "exp(0) is 1, not 0: a score of zero still gets a share. Which score has the exponential zero?",
        _attention(hide=lambda scores, mask: scores * mask),
    ),
    Mistake(
        "weights that are set to zero after the softmax and no longer add up to 1",
        "The weights of each row have to add up to 1 over the real symbols. Hide before the softmax, not after it.",
        _attention(hide=lambda scores, mask: scores, after=lambda weights, mask: weights * mask),
    ),
    Mistake(
        "the mask upside down",
        "mask is true where the text has a symbol.",
        _attention(hide=lambda scores, mask: np.where(mask, -np.inf, scores)),
    ),
    Mistake(
        "scores without a scale",
        "Divide the scores by the square root of H.",
        _attention(scale=lambda states: 1.0),
    ),
    Mistake(
        "scores divided by H",
        "The products of H numbers spread by the square root of H, not by H.",
        _attention(scale=lambda states: states.shape[2]),
    ),
    Mistake(
        "scores divided by the square root of T",
        "The scale comes from the numbers that are summed in one score: H of them.",
        _attention(scale=lambda states: np.sqrt(states.shape[1])),
    ),
    Mistake(
        "a softmax over the batch",
        "Each text shares its own weights out among its T states: over axis 1.",
        _attention(
            hide=lambda scores, mask: np.where(mask, scores, -1e30),
            weigh=lambda scores: _softmax(scores, axis=0),
            after=lambda weights, mask: weights * mask,
        ),
    ),
    Mistake(
        "a softmax that overflows",
        "exp of a large score is infinite. Subtract the largest score of each row first, as in lesson 00.",
        _attention(weigh=_overflowing),
    ),
    Mistake(
        "a softmax that subtracts one maximum from all rows",
        "Where a row lies far below the largest score of another one, all its exponentials are rounded to zero. Whose "
        "maximum should be subtracted from a row?",
        _attention(weigh=_one_maximum),
    ),
    Mistake(
        "sigmoids in place of a softmax",
        "The weights have to compete: they add up to 1.",
        _attention(
            weigh=lambda scores: np.where(scores >= 0, 1, np.exp(-np.abs(scores))) / (1 + np.exp(-np.abs(scores)))
        ),
    ),
    Mistake(
        "hard attention: the best state alone",
        "Soft attention takes a little of every state, so that a gradient reaches all of them.",
        _attention(weigh=lambda scores: np.eye(scores.shape[1])[scores.argmax(axis=1)]),
    ),
    Mistake(
        "a context that is the plain mean of the real states",
        "The weights are right. The context has to use them.",
        _attention(
            take=lambda weights, states, mask: np.einsum("nt,nth->nh", mask / mask.sum(1, keepdims=True), states)
        ),
    ),
    Mistake(
        "a context divided by T",
        "The weights already add up to 1: sum over T, do not take a mean.",
        _attention(take=lambda weights, states, mask: (weights[..., None] * states).mean(axis=1)),
    ),
    Mistake(
        "the query scaled in place",
        "query /= ... changes the caller's array.",
        _in_place,
    ),
)


def _writing(
    feed: Callable[..., np.ndarray] = lambda t, written, target, start: written[:, t - 1] if t else None,
    *,
    fill: bool = True,
    filler: int | None = None,
    stop: str = "each",
    advance: bool = True,
    judge: Callable[..., np.ndarray] = lambda written, target, end: (written == target).all(axis=1),
) -> Callable:
    """The loop with one part exchanged. feed: what the decoder reads at step t; None: the start symbol."""

    def answer(step, state, target, start, end):
        N, S = target.shape
        written = np.full((N, S), end)
        running = np.ones(N, bool)
        for t in range(S):
            previous = feed(t, written, target, start)
            previous = np.full(N, start) if previous is None else previous
            scores, new = step(previous, state)
            state = new if advance else state
            best = np.asarray(scores).argmax(axis=1)
            written[:, t] = np.where(running, best, end if filler is None else filler) if fill else best
            running &= best != end
            if (stop == "first" and not running.all()) or not running.any() and fill:
                written[:, t + 1 :] = end if filler is None else filler
                break
        return written, judge(written, target, end)

    return answer


def _shifted(step, state, target, start, end):
    written, _ = _writing()(step, state, target, start, end)
    written = np.concatenate([np.full((len(target), 1), start), written[:, :-1]], axis=1)
    return written, (written == target).all(axis=1)


TRANSLATING = (
    Mistake(
        "teacher forcing left on: the decoder reads the right symbols",
        "At test time nobody knows the right symbols. What may the decoder read at step t?",
        _writing(lambda t, written, target, start: target[:, t - 1] if t else None),
    ),
    Mistake(
        "a decoder that reads the start symbol at every step",
        "Only the first step reads the start symbol. What did the decoder write just before?",
        _writing(lambda t, written, target, start: None),
    ),
    Mistake(
        "a decoder whose state does not move on",
        "step returns two things. The second one belongs in the next call.",
        _writing(advance=False),
    ),
    Mistake(
        "writing that goes on after the end symbol",
        "After its first end symbol a text is finished: the rest of the row is filled up with end.",
        _writing(fill=False),
    ),
    Mistake(
        "all texts stopped when the first one ends",
        "Each row ends for itself; the loop may stop only when all have ended.",
        _writing(stop="first"),
    ),
    Mistake(
        "rows filled up with zeros after the end",
        "The targets are filled up with end, and what is written is compared with them.",
        _writing(filler=0),
    ),
    Mistake(
        "the start symbol counted as written",
        "The first thing written is the answer of the first step.",
        _shifted,
    ),
    Mistake(
        "a share of right symbols in place of a right text",
        "A text is right or it is not: all of its symbols have to be.",
        _writing(judge=lambda written, target, end: (written == target).mean(axis=1)),
    ),
    Mistake(
        "what is written after the end of the target forgiven",
        "A text that should have ended and goes on is wrong. Compare the end symbol, too.",
        _writing(judge=lambda written, target, end: ((written == target) | (target == end)).all(axis=1)),
    ),
    Mistake(
        "texts that have the right length taken for right",
        "Compare the symbols, not where the ends are.",
        _writing(judge=lambda written, target, end: ((written == end) == (target == end)).all(axis=1)),
    ),
)
