"""What the lines of a wrong answer compute, and a name for its numbers: told beside a report that is settled before.

Both come from one call more in the sandbox, on a public draw. It is the same for everybody, so that the right answer's
values are computed once for a class, and equal numbers of two students are the same mistake.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from coursekit.checking import Exercise, Report, Verdict, registry, trees
from coursekit.checking.call import Call
from coursekit.checking.compare import compare
from coursekit.checking.diagnose import observe
from coursekit.checking.drawn import expected
from coursekit.checking.exercise import Draw
from coursekit.checking.facts import Fact, FirstWrongValue
from coursekit.checking.outcome import CaseKind, FindingKind
from coursekit.checking.portable import state
from coursekit.checking.tracing import read
from coursekit.grading.run.recorded import Malformed, recording
from coursekit.grading.run.remote import Remote

READING_S = 3.0
"""CPU seconds that the grader may spend on one recording."""

PUBLIC = 0
"""The seed of the draws that a learner's own checks begin with."""

_NUMBERS = {FindingKind.VALUE, FindingKind.NAN}


@dataclass(frozen=True)
class Along:
    """facts: of the answer's own lines. numbers: a name for the wrong numbers, the same for equal ones; "" for none."""

    facts: tuple[Fact, ...] = ()
    numbers: str = ""


def worth_reading(report: Report) -> bool:
    """True for an answer that ran and gave wrong numbers, first of all."""
    case = report.failed
    if report.verdict != Verdict.WRONG or case is None or case.kind != CaseKind.DRAW:
        return False
    return {finding.kind for finding in case.findings} <= _NUMBERS


def read_along(exercise: Exercise, answer: Remote, report: Report, sources: Sequence[str]) -> Along:
    """Call the answer once more, on the public draw of the kind that it failed first.

    sources: of the cells that have run, in order. Whatever the worker tells is read within the caller's bounds.
    """
    number = next(k for k, case in enumerate(report.cases) if case is report.failed)
    draw, want = public_draws(exercise.name)[number]
    traced = _Traced(answer)
    with state.known(seed=0):
        args = {name: trees.copy(value) for name, value in draw.args.items()}
        value = exercise.call(traced, args)
        got = observe(exercise, Call(value=value), tuple(array.shape for array in want.values())).arrays
        if got is None or is_right(exercise, draw, got, want):
            return Along()
        numbers = digest(got, want)
        try:
            recorded = [recording(told, sources) for told in traced.told]
        except Malformed:
            return Along(numbers=numbers)
        if len(recorded) != 1:
            return Along(numbers=numbers)
        return Along(read(exercise, recorded[0], draw, want, got, PUBLIC), numbers)


def first_wrong(report: Report) -> str:
    """What the right answer has where the first wrong line stands, in the course's words; "" where that is unknown."""
    return next((" or ".join(fact.expected) for fact in report.along if isinstance(fact, FirstWrongValue)), "")


class _Traced:
    """Stands for an answer whose calls are recorded. told: what the worker says of each."""

    def __init__(self, answer: Remote) -> None:
        self._answer = answer
        self.told: list[Any] = []

    def __call__(self, *args: Any) -> Any:
        return self._kept(self._answer.traced(*args))

    def run_beside(self, function: Callable[..., Any], *args: Any) -> Any:
        return self._kept(self._answer.traced_beside(function, *args))

    def _kept(self, value: Any) -> Any:
        if type(value) is not tuple or len(value) != 2:
            raise Malformed
        self.told.append(value[1])
        return value[0]


@functools.lru_cache(maxsize=64)
def public_draws(name: str) -> list[tuple[Draw, dict[str, np.ndarray]]]:
    """The draws on which the numbers of answers are named, with what is right there."""
    exercise = registry.get(name)
    return [(draw, expected(exercise, draw)) for draw in exercise.draws(PUBLIC)]


def is_right(exercise: Exercise, draw: Draw, got: Mapping[str, np.ndarray], want: Mapping[str, np.ndarray]) -> bool:
    """Whether nothing is wrong with any of the results of one call."""
    tensors = exercise.returns
    return all(compare(exercise, t, got[t.name], want[t.name], draw.sizes)[0] is None for t in tensors)


_DIGITS = 3  # of the largest number: rounding in another order of the same sums changes none of them


def digest(got: Mapping[str, np.ndarray], want: Mapping[str, np.ndarray]) -> str:
    """A digest of the numbers, which is the same for what is computed in another order."""
    digest = hashlib.sha256()
    for name in sorted(want):
        scale = float(np.abs(want[name]).max(initial=0.0)) or 1.0
        with np.errstate(all="ignore"):
            rounded = np.round(np.asarray(got[name], dtype=float) / scale, _DIGITS) + 0.0  # no -0.0
        rounded = np.where(np.isnan(rounded), np.nan, rounded)
        digest.update(f"{name} {rounded.shape}".encode() + rounded.tobytes())
    return digest.hexdigest()[:16]
