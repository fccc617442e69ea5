"""What happened to one answer, as plain data. `message` and `html` tell it, and a `Report` can be shown and stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from coursekit.checking.facts import Edited, Fact


class Verdict(StrEnum):
    """What a check comes to. The values are the words that stored results hold."""

    PASSED = "passed"
    WRONG = "wrong"
    NOT_WRITTEN = "not written"
    RAISED = "raised"
    TIMEOUT = "timeout"
    EXITED = "exited"


class FindingKind(StrEnum):
    """What sort of thing is wrong. A call without a value has the kind of its `Failure`."""

    SHAPE = "shape"
    VALUE = "value"
    NAN = "nan"
    TYPE = "type"
    NOT_WRITTEN = "not written"
    RAISED = "raised"
    TIMEOUT = "timeout"
    EXITED = "exited"
    CHANGED = "changed"
    SHARED = "shared"
    RANDOM = "random"
    OVERFLOW = "overflow"


class CaseKind(StrEnum):
    """A draw compares numbers. Conduct is what must hold beside them: arguments left alone, no shared memory,
    nothing random."""

    DRAW = "draw"
    CONDUCT = "conduct"


CONDUCT_NAME = "beside the numbers"
"""What a learner reads as the name of the case about conduct."""

EARLIER_CONDUCT_NAME = "good manners"
"""The same in reports that were stored before December 2026."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    tensor: the name of the tensor, if it is about one.
    what:   the fact; None where the kind says it all.
    where:  facts that localise it, the most telling first.
    error:  relative error max|a-b| / max|b| where there is one, with the tolerance it was held to.
    """

    kind: FindingKind
    tensor: str = ""
    what: Fact | None = None
    where: tuple[Fact, ...] = ()
    error: float | None = None
    tolerance: float | None = None


@dataclass(frozen=True)
class Case:
    """One comparison that counts: a draw, or the conduct of the answer in all of them.

    credit: share of what was asked for that is right, in [0, 1].
    sizes:  what the axis names stand for; empty for conduct.
    right:  names of the tensors that are right.
    advice: what the draw says to a learner whose answer fails on it.
    """

    name: str
    credit: float
    sizes: Mapping[str, int] = field(default_factory=dict)
    right: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    advice: str = ""
    kind: CaseKind = CaseKind.DRAW

    @property
    def passed(self) -> bool:
        return not self.findings


@dataclass(frozen=True)
class NamedMistake:
    """A known mistake whose numbers the answer equals: the name and the hint of a `Mistake`."""

    name: str
    hint: str


@dataclass(frozen=True)
class Example:
    """The simplest failing draw, to experiment with: arguments, expected values, returned values (None if unusable).

    There is none of an answer in another process: a grader's draws stay with the grader.

    run: calls the answer with these arguments once more, outside of the check: its prints are shown, its errors too.
    """

    draw: str
    inputs: Mapping[str, Any]
    expected: Mapping[str, np.ndarray]
    got: Mapping[str, np.ndarray] | None
    run: Callable[[], Any]


@dataclass(frozen=True)
class Outcome:
    """The result of checking one answer.

    score:     share of the cases that are right, corrected for guessing, in [0, 1], rounded to four decimals.
    points:    score times the points of the exercise.
    mistakes:  the known mistakes that give exactly these numbers; diagnoses: their names.
    notes:     remarks that cost nothing ("computed in float32", "printed 12 lines").
    example:   arguments and numbers of the simplest failing draw; not part of the data that is stored.
    marks:     the score of the draws where it is not the mean of their credits: the exercise has a marking of its own,
               or some are wrong and the score is corrected for guessing.
    along:     facts of the learner's own lines: the last that are right, and the first that is wrong.
    beside:    what came back beside the answer and was taken for a cache, such as "a tuple", or "".
    also_given: the results that are called like an argument of the function.
    outdated:  why what was checked is not the newest text of the answer, as a sentence, or "".
    edits:     where nothing known has these numbers: the changes of the right answer that give them, as facts.
    since:     what changed since the learner's last try, as sentences; the grader knows no last try.
    """

    exercise: str
    verdict: Verdict
    cases: tuple[Case, ...]
    seed: int
    max_points: float
    mistakes: tuple[NamedMistake, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    example: Example | None = field(default=None, compare=False, repr=False)
    marks: float | None = None
    since: tuple[str, ...] = ()
    along: tuple[Fact, ...] = ()
    beside: str = ""
    outdated: str = ""
    also_given: tuple[str, ...] = ()
    edits: tuple[Edited, ...] = ()

    @property
    def passed(self) -> bool:
        return self.verdict == Verdict.PASSED

    @property
    def score(self) -> float:
        if not self.cases:
            return 0.0
        if self.marks is not None:
            conduct = [case for case in self.cases if case.kind == CaseKind.CONDUCT]
            kept = all(case.passed for case in conduct)
            return round(self.marks if kept else self.marks * (1 - len(conduct) / len(self.cases)), 4)
        return round(sum(case.credit for case in self.cases) / len(self.cases), 4)

    @property
    def points(self) -> float:
        return round(self.score * self.max_points, 4)

    @property
    def diagnoses(self) -> tuple[str, ...]:
        return tuple(mistake.name for mistake in self.mistakes)

    @property
    def draws(self) -> tuple[Case, ...]:
        """The cases that compare numbers."""
        return tuple(case for case in self.cases if case.kind == CaseKind.DRAW)

    @property
    def failed(self) -> Case | None:
        """The simplest case that failed."""
        return next((case for case in self.cases if not case.passed), None)
