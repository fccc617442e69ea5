"""Candidates that were run on one draw, as a few numbers each, so that a second answer is compared in no time."""

from __future__ import annotations

import time
import types
from collections.abc import Iterator, Mapping

import numpy as np

from coursekit.checking.exercise import Draw
from coursekit.checking.facts import EditKind as Kind
from coursekit.checking.search.candidates import Candidate, frequent, pairs, singles
from coursekit.checking.search.program import Program

_PROJECTIONS = 2
_NEAR = 1e-4
_AT_ONCE, _QUICK_S = 20, 0.005  # quick candidates between two looks at the clock, which takes as long as one in places
MAX_CODES = 4000
_RARE = {Kind.NUMBER, Kind.COMPLEMENT, Kind.TWICE, Kind.DIVIDED, Kind.TIMES, Kind.CLIPPED, Kind.ROUNDED}  # come last


class Codes:
    """The candidates of one right answer with their compiled functions, made as they are asked for."""

    def __init__(self, program: Program, sizes: tuple[str, ...]) -> None:
        self.program = program
        self.made: list[tuple[Candidate, dict[str, types.CodeType]]] = []
        self.singles: int | None = None  # how many of them are singles, once that is known
        self._left: Iterator[Candidate] = self._every(sizes)

    def __getitem__(self, number: int) -> tuple[Candidate, dict[str, types.CodeType]]:
        """The n-th candidate; IndexError where there is none."""
        while len(self.made) <= number:
            candidate = next(self._left, None)
            if candidate is None or len(self.made) >= MAX_CODES:
                raise IndexError(number)
            try:
                self.made.append((candidate, self.program.compiled(candidate.edits)))
            except (SyntaxError, ValueError, TypeError, RecursionError):  # such as a starred value alone
                continue
        return self.made[number]

    def _every(self, sizes: tuple[str, ...]) -> Iterator[Candidate]:
        yield from sorted(singles(self.program, sizes), key=lambda candidate: candidate.said[0].kind in _RARE)
        self.singles = len(self.made)
        yield from pairs(frequent([candidate for candidate, _ in self.made]))


class Tried:
    """What the candidates give on one draw. Every tensor is kept as its projections on a few random directions."""

    def __init__(self, codes: Codes, draw: Draw, want: Mapping[str, np.ndarray]) -> None:
        self._codes, self._draw = codes, draw
        self._shapes = tuple(array.shape for array in want.values())
        rng = np.random.default_rng(0)
        self._directions = {
            name: rng.standard_normal((_PROJECTIONS, array.size)) / max(array.size, 1) ** 0.5
            for name, array in want.items()
        }
        self.right = self._sketch(want)
        self._sketches: list[np.ndarray] = []
        self._numbers: list[int] = []
        self._next = 0
        self._at_once = _AT_ONCE if codes.program.seconds < _QUICK_S else 1
        self.complete = False

    def go_on(self, until: float, with_pairs: bool) -> None:
        """Run candidates that were not run yet, up to a time of `time.thread_time`; pairs only where asked for."""
        while not self.complete and (self._next % self._at_once or time.thread_time() < until):
            try:
                _, code = self._codes[self._next]
            except IndexError:
                self.complete = True
                return
            singles = self._codes.singles
            if not with_pairs and singles is not None and self._next >= singles:
                return
            got = self._codes.program.run(self._draw, code, self._shapes)
            if got is not None and tuple(a.shape for a in got.values()) == self._shapes:
                sketch = self._sketch(got)
                if np.isfinite(sketch).all() and not np.array_equal(sketch, self.right):
                    self._sketches.append(sketch)
                    self._numbers.append(self._next)
            self._next += 1

    def near(self, got: Mapping[str, np.ndarray]) -> tuple[list[int], list[tuple[int, np.ndarray]], np.ndarray]:
        """The numbers of the candidates that may agree with an answer; of those that may agree in some of the wrong
        tensors, with which ones; and which are wrong."""
        sketch = self._sketch(got)
        room = _NEAR * np.maximum(np.abs(self.right), np.abs(sketch)).max(axis=-1) + 1e-12
        wrong = (np.abs(self.right - sketch) > 1e-3 * room[:, None]).any(axis=-1)
        if not self._sketches:
            return [], [], wrong
        table = np.stack(self._sketches)  # (candidates, tensors, projections)
        same = (np.abs(table - sketch) <= room[None, :, None]).all(axis=-1)
        unlike = (np.abs(table - self.right) > 1e-3 * room[None, :, None]).any(axis=-1)
        whole = [self._numbers[k] for k in np.flatnonzero(same.all(axis=1))]
        some = same & wrong & unlike
        alone = some.any(axis=1) & ~same.all(axis=1) & ~(unlike & ~some).any(axis=1)  # what it changes, it explains
        return whole, [(self._numbers[k], some[k]) for k in np.flatnonzero(alone)], wrong

    def _sketch(self, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
        with np.errstate(all="ignore"):
            return np.stack([self._directions[name] @ np.asarray(a, float).ravel() for name, a in arrays.items()])


__all__ = ["Codes", "Tried"]
