"""From a wrong answer's numbers to the edits of the right answer that give them."""

from __future__ import annotations

import itertools
import threading
import time
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from coursekit.checking.exercise import Draw, Exercise
from coursekit.checking.facts import Edited
from coursekit.checking.further import Further
from coursekit.checking.portable.record import uncollected
from coursekit.checking.search.agreement import Arrays, agrees, differs_clearly, proves_something
from coursekit.checking.search.candidates import Candidate, pairs
from coursekit.checking.search.names import NOTHING_TRACED, Traced, best, shared
from coursekit.checking.search.program import Program, program, quiet
from coursekit.checking.search.tried import Codes, Tried

SEARCH_S = 0.6
"""Seconds that this thread may compute for one answer."""

_KEPT = 8  # exercises
_KEPT_DRAWS = 8  # of each
_MAX_CONFIRMED = 24
_MAX_PARTIAL = 100


@dataclass
class _Known:
    """What is kept of one exercise."""

    program: Program
    codes: Codes
    tried: dict[tuple[int, int], Tried] = field(default_factory=dict)
    last: tuple[Candidate, ...] = ()


Code = Mapping[str, types.CodeType]
"""By name, the functions that a candidate changes."""

_one_at_a_time = threading.Lock()
_known: dict[tuple[str, object], _Known | None] = {}


def explain(
    exercise: Exercise,
    draws: Sequence[Draw],
    expected: Sequence[Arrays],
    got: Sequence[Arrays],
    seed: int,
    further: Further,
    budget: float = SEARCH_S,
    traced: Traced = NOTHING_TRACED,
) -> tuple[Edited, ...]:
    """What the edits of the right answer have in common that give the numbers of an answer in all draws; () where there
    is none, or nothing certain.

    expected, got: by draw, what is right and what was returned. seed: the one that the draws come from.
    traced: what the answer's own lines have shown, where they could be read. further: draws on which the edits have to
    agree as well.
    """
    # A program is edited in place while it runs: a check inside of a check, or in another thread, goes without.
    if not _one_at_a_time.acquire(timeout=budget):
        return ()
    try:
        with quiet(), uncollected():
            found = search(exercise, draws, expected, got, seed, time.thread_time() + budget)
            if not found:
                return ()
            known = _of(exercise, draws)
            known.last, alike = _elsewhere(exercise, known, found, further)
            if not known.last:
                return ()
            if alike:
                return best(exercise, known.program, known.last, traced)
            return shared(exercise, known.program, known.last)
    except BaseException:  # interrupted somewhere: what is kept may be half of it
        _known.pop(_key(exercise), None)
        raise
    finally:
        _one_at_a_time.release()


def _key(exercise: Exercise) -> tuple[str, object]:
    """Its right answer, if that is a function: nothing else has a program, and can be compared."""
    return exercise.name, exercise.reference if isinstance(exercise.reference, types.FunctionType) else None


def at_hand(exercise: Exercise, seed: int) -> bool:
    """Whether candidates were run for these draws before, so that another answer is compared in no time."""
    known = _known.get(_key(exercise))
    return known is not None and any(key[0] == seed for key in known.tried)


def _elsewhere(
    exercise: Exercise, known: _Known, found: Sequence[Candidate], further: Further
) -> tuple[tuple[Candidate, ...], bool]:
    """The candidates that agree with the answer on further draws as well, and whether they are one and the same
    function, said in different words."""
    shapes = [tuple(a.shape for a in want.values()) for want in further.expected]
    values = []
    for each in found:
        code = known.program.compiled(each.edits)
        values.append([known.program.run(draw, code, s) for draw, s in zip(further.draws, shapes, strict=True)])
    fit = [all(agrees(exercise, a, seen.arrays) for a, seen in zip(each, further.seen, strict=True)) for each in values]
    values = [each for each, fits in zip(values, fit, strict=True) if fits]
    alike = all(agrees(exercise, a, b or {}) for each in values for a, b in zip(each, values[0], strict=True))
    return tuple(each for each, fits in zip(found, fit, strict=True) if fits), alike


def _no_shapes(exercise: Exercise) -> tuple[tuple[int, ...], ...]:
    return tuple((0,) * len(tensor.axes) for tensor in exercise.returns)


def search(
    exercise: Exercise,
    draws: Sequence[Draw],
    expected: Sequence[Arrays],
    got: Sequence[Arrays],
    seed: int,
    until: float,
) -> tuple[Candidate, ...]:
    """The candidates that agree; until: a time of `time.thread_time`."""
    if not draws or not proves_something(exercise, draws, expected, got):
        return ()
    known = _of(exercise, draws)
    return () if known is None else _Search(known, exercise, draws, expected, got, seed, until).found()


def answers_like(exercise: Exercise) -> list[Callable[[Draw], Arrays | None]]:
    """The edited right answers that agreed with the last answer that was named, for whoever tests the names: each gives
    what it returns on a draw."""
    known = _known.get(_key(exercise))
    if known is None:
        return []
    codes = [known.program.compiled(each.edits) for each in known.last]
    return [lambda draw, code=code: known.program.run(draw, code, _no_shapes(exercise)) for code in codes]


class _Search:
    """The search for one answer."""

    def __init__(
        self,
        known: _Known,
        exercise: Exercise,
        draws: Sequence[Draw],
        expected: Sequence[Arrays],
        got: Sequence[Arrays],
        seed: int,
        until: float,
    ) -> None:
        self.known, self.exercise, self.draws, self.expected, self.got = known, exercise, draws, expected, got
        self.until = until
        wrong = (k for k in range(len(draws)) if not agrees(exercise, expected[k], got[k]))
        self.first = next(wrong, 0)
        self.tried = known.tried.get((seed, self.first))
        if self.tried is None:
            while len(known.tried) >= _KEPT_DRAWS:
                del known.tried[next(iter(known.tried))]
            self.tried = known.tried[seed, self.first] = Tried(known.codes, draws[self.first], expected[self.first])

    def found(self) -> tuple[Candidate, ...]:
        """Single edits that agree; if there are none, two of which each agrees in some of what is returned, and those
        pairs that are often made."""
        for with_pairs in (False, True):
            self.tried.go_on(self.until, with_pairs)
            whole, partial, wrong = self.tried.near(self.got[self.first])
            found = self._confirmed(self.known.codes[number] for number in whole[:_MAX_CONFIRMED])
            if not found and not with_pairs:
                found = self._confirmed(
                    self._compiled(itertools.islice(pairs_of_parts(self.known.codes, partial, wrong), _MAX_PARTIAL))
                )
            if found:
                return found
        return ()

    def _compiled(self, candidates: Iterable[Candidate]) -> Iterator[tuple[Candidate, Code]]:
        for candidate in candidates:
            if time.thread_time() > self.until:
                return
            try:
                yield candidate, self.known.program.compiled(candidate.edits)
            except (SyntaxError, ValueError, TypeError):
                continue

    def _confirmed(self, candidates: Iterable[tuple[Candidate, Code]]) -> tuple[Candidate, ...]:
        return tuple(candidate for candidate, code in candidates if self._agrees(code))

    def _agrees(self, code: Code) -> bool:
        shapes = [tuple(a.shape for a in want.values()) for want in self.expected]
        order = sorted(range(len(self.draws)), key=lambda k: k != self.first)
        values: list[Arrays] = [{}] * len(self.draws)
        for k in order:
            value = self.known.program.run(self.draws[k], code, shapes[k])
            if not agrees(self.exercise, value, self.got[k]):
                return False
            values[k] = value
        return differs_clearly(self.exercise, values, self.expected, self.got)


def pairs_of_parts(codes: Codes, partial: Sequence[tuple[int, np.ndarray]], wrong: np.ndarray) -> Iterator[Candidate]:
    """Two candidates, each of which agrees in some of the wrong tensors, and the two together in all of them."""
    telling = [(number, these) for number, these in partial if not codes[number][0].said[0].whole]
    for (one, these), (other, those) in itertools.combinations(telling or partial, 2):
        if not np.any(these & those) and np.array_equal(these | those, wrong):
            yield from pairs((codes[one][0], codes[other][0]))


def _of(exercise: Exercise, draws: Sequence[Draw]) -> _Known | None:
    key = _key(exercise)
    if key not in _known:
        while len(_known) >= _KEPT:
            del _known[next(iter(_known))]
        made = program(exercise)
        if made is not None:
            made.look_inside(draws[0])
        sizes = tuple(dict.fromkeys(axis for draw in draws for axis in draw.sizes if axis.isidentifier()))
        _known[key] = None if made is None else _Known(made, Codes(made, sizes))
    return _known[key]
