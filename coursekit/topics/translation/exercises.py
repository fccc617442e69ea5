"""Lesson 13, translation: a split by meaning, one step of attention, and writing without help."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.topics.translation import mistakes
from coursekit.topics.translation.answers import attention_step, judge_translations, split_by_day

LESSON = "13_translation"


def _draw_days(rng: np.random.Generator) -> Iterator[Draw]:
    """Days with unequal numbers of pairs, which stand in no order; one day of the test has several pairs."""
    for name, days, pairs, tests in (("few days", 4, 9, 2), ("full size", 7, 20, 3), ("other sizes", 11, 30, 5)):
        dates = 700_000 + rng.choice(1000, days, replace=False)
        day = rng.permutation(np.concatenate([np.repeat(dates, 2), rng.choice(dates, pairs - 2 * days)]))
        while True:
            order = rng.permutation(dates)
            # so that neither position nor size of a day is as good as the order
            if set(order[:tests]) not in (set(np.sort(order)[:tests]), set(order[-tests:])):
                break
        yield Draw(name, {"day": day, "order": order, "test_days": tests}, {"n": pairs, "days": days})


register(
    Exercise(
        name="split_by_day",
        lesson=LESSON,
        asks="Which pairs are for training and which for the test, so that no day is in both.",
        reference=split_by_day,
        returns=(Tensor("train", ("n",), exact=True), Tensor("test", ("n",), exact=True)),
        draw=_draw_days,
        mistakes=mistakes.SPLIT,
        hints=(
            "First decide about days, then about pairs: a pair goes where its day goes.",
            "order[:test_days] are the test days. np.isin(day, ...) asks for each pair whether its day is among them.",
        ),
        points=1,
    )
)


def _draw_attention(rng: np.random.Generator) -> Iterator[Draw]:
    cases = {
        "two texts": ((2, 4), 5, 3, 1.0),
        "full size": ((3, 6, 1, 4), 7, 5, 1.0),
        "fresh numbers": ((5, 2, 6, 3), 7, 5, 1.0),
        "large scores": ((2, 5, 3), 6, 4, 900.0),
        "other sizes": ((8, 3, 5), 9, 2, 1.0),
        "one text": ((6,), 8, 4, 1.0),
        "scores far below zero": ((2, 4), 6, 4, -400.0),
    }
    for name, (lengths, T, H, size) in cases.items():
        N = len(lengths)
        states, query = rng.uniform(-1, 1, (N, T, H)), rng.uniform(0.5, 2, (N, H)) * rng.choice([-1, 1], (N, H))
        if size > 1:  # the best score is far above what exp can hold, and a real symbol has it
            query *= np.where(np.arange(N) == rng.integers(N), 1, size)[:, None]  # and that of one text far below
            best = np.sign(query) * rng.uniform(0.9, 1, (N, H))
            states[np.arange(N), rng.integers(0, lengths)] = best
        elif size < 0:  # what stands for minus infinity on padding must be less than all of them
            query *= -size
            states *= -np.sign(states) * np.sign(query)[:, None]
        mask = np.arange(T) < np.array(lengths)[:, None]
        yield Draw(name, {"query": query, "states": states, "mask": mask}, {"N": N, "T": T, "H": H})


register(
    Exercise(
        name="attention_step",
        lesson=LESSON,
        asks="The weights with which one query looks at the states of a text, none on padding, and the context.",
        reference=attention_step,
        returns=(Tensor("weights", ("N", "T")), Tensor("context", ("N", "H"))),
        draw=_draw_attention,
        mistakes=mistakes.ATTENTION,
        hints=(
            "Three lines: a score for each state, a softmax over T, a weighted sum of the states.",
            "A dot product multiplies number by number and adds up over H. Broadcasting needs an axis in query "
            "first. Do not forget the scale.",
            "exp(-inf) is 0: which scores have to become that before the softmax? Subtract each row's largest "
            "score too.",
            "scores = (states * query[:, None]).sum(axis=2) / np.sqrt(H), np.where(mask, scores, -np.inf) "
            "before the softmax, and (weights[..., None] * states).sum(axis=1) is the context.",
        ),
        points=3,
    )
)


def _decoder(A: np.ndarray, B: np.ndarray, C: np.ndarray) -> Callable:
    """A small recurrent network: previous (N,), h (N, H) -> scores (N, K), the next h."""

    def step(previous, h):
        h = np.tanh(A[np.asarray(previous).astype(int)] + np.asarray(h) @ B)
        return h @ C, h

    return step


def _draw_decoders(rng: np.random.Generator) -> Iterator[Draw]:
    sizes = {
        "three texts": (3, 5, 7, 6),
        "full size": (5, 6, 8, 9),
        "fresh numbers": (5, 6, 8, 9),
        "more": (6, 9, 5, 7),
        "one text": (1, 9, 6, 7),
    }
    for name, (N, S, K, H) in sizes.items():
        start, end = (2, 1) if name == "full size" else (1, 2)  # neither is a number to know by heart
        while True:
            step = _decoder(*(2 * rng.standard_normal(shape) for shape in ((K, H), (H, H), (H, K))))
            state = rng.uniform(-0.9, 0.9, (N, H))
            target = _one_target(step, state, (N, S), start, end) if N == 1 else None
            if target is not None:
                break
            target = _targets(rng, step, state, (N, S, K), start, end)
            if target is not None and _tells_apart((step, state, target, start, end)):
                break
        args = {"step": step, "state": state, "target": target, "start": start, "end": end}
        yield Draw(name, args, {"N": N, "S": S, "K": K, "H": H})


def _targets(rng, step, state, sizes, start: int, end: int) -> np.ndarray | None:
    """A target that is written exactly, one that ends too early for the decoder, one with the right symbols in another
    order, and others with one other symbol."""
    N, S, K = sizes
    written, _ = judge_translations(step, state, np.full((N, S), end), start, end)
    lengths = (written != end).sum(axis=1)
    goes_on = np.flatnonzero(lengths >= 3)
    if len(goes_on) == 0 or (lengths == S).all() or len(set(lengths)) == 1 or (lengths < 1).any():
        return None
    target = written.copy()
    early = goes_on[-1]
    target[early, int(rng.integers(1, lengths[early] - 1)) :] = end
    others = np.setdiff1d(np.arange(N), [early])[1:]  # the first is the one that stays as it was written
    unordered = next((row for row in others if target[row, 0] != target[row, 1] != end), None)
    if unordered is None:
        return None
    target[unordered, :2] = target[unordered, 1::-1]
    for row in others[others != unordered]:
        place = int(rng.integers(0, lengths[row]))
        target[row, place] = (target[row, place] - 3 + int(rng.integers(1, K - 3))) % (K - 3) + 3  # no special symbol
    return target


def _one_target(step, state, sizes: tuple[int, int], start: int, end: int) -> np.ndarray | None:
    """What the decoder writes for a single text, if that is more than seven symbols and has an end."""
    written, _ = judge_translations(step, state, np.full(sizes, end), start, end)
    return written if (written != end).sum() == sizes[1] - 1 else None


def _tells_apart(args: tuple) -> bool:
    """Does every known mistake show in this draw?"""
    written, right = judge_translations(*args)
    for mistake in mistakes.TRANSLATING:
        other, judged = mistake.implement(*args)
        if np.array_equal(other, written) and np.array_equal(judged, right):
            return False
    return True


register(
    Exercise(
        name="judge_translations",
        lesson=LESSON,
        asks="What a decoder writes by itself, filled up after its end, and whether all of it is right.",
        reference=judge_translations,
        returns=(Tensor("written", ("N", "S"), sequence="S", exact=True), Tensor("right", ("N",), exact=True)),
        draw=_draw_decoders,
        mistakes=mistakes.TRANSLATING,
        hints=(
            "A loop over the S places. In each: call step with the symbols just written, and take the best score.",
            "What is read first is the start symbol, in every row. Each call of step also hands on a state, for "
            "the next one.",
            "Keep running (N,), true until a row has written end. A row that is no longer running is filled up "
            "with end.",
            "previous = np.full(N, start), scores, state = step(previous, state) in the loop, np.where(running, "
            "best, end). right compares all S places of a row: (written == target).all(axis=1).",
        ),
        points=3,
    )
)
