"""What happened to one answer, with evidence. A report is plain data; how it is told is in message.py and html.py."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from coursekit.checking.compare import Finding

MIME = "application/vnd.coursekit.report+json"
"""The MIME type under which a notebook keeps the data of a report."""

MANNERS = "good manners"
"""The case that holds properties beside the numbers: arguments left alone, no shared memory, nothing random."""

VERDICTS = ("passed", "wrong", "not written", "raised", "timeout", "exited")


@dataclass(frozen=True)
class Case:
    """One comparison that counts: a draw, or a property such as "leaves its arguments alone".

    credit: share of what was asked for that is right, in [0, 1].
    right:  names of the tensors that are right.
    sizes:  what the axis names stand for; empty for a property.
    advice: what the draw says to a learner whose answer fails on it.
    """

    name: str
    credit: float
    sizes: Mapping[str, int] = field(default_factory=dict)
    right: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    advice: str = ""

    @property
    def passed(self) -> bool:
        return not self.findings


@dataclass(frozen=True)
class Diagnosis:
    """A known mistake whose numbers the answer equals."""

    name: str
    hint: str


@dataclass(frozen=True)
class Example:
    """The simplest failing draw, to experiment with: arguments, expected values, returned values (None if unusable)."""

    draw: str
    inputs: Mapping[str, Any]
    expected: Mapping[str, np.ndarray]
    got: Mapping[str, np.ndarray] | None


@dataclass(frozen=True)
class Report:
    """The result of checking one answer.

    score:     share of the cases that are right, in [0, 1], rounded to four decimals.
    points:    score times the points of the exercise.
    diagnoses: names of the known mistakes that give exactly these numbers.
    notes:     remarks that cost nothing ("computed in float32", "printed 12 lines").
    example:   arguments and numbers of the simplest failing draw; not part of the data that is stored.
    marks:     the score of the draws, where the exercise has a marking of its own.
    since:     what changed since the learner's last try, as sentences; the grader knows no last try.
    """

    exercise: str
    verdict: str
    cases: tuple[Case, ...]
    seed: int
    max_points: float
    mistakes: tuple[Diagnosis, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    example: Example | None = field(default=None, compare=False, repr=False)
    marks: float | None = None
    since: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return self.verdict == "passed"

    @property
    def score(self) -> float:
        if not self.cases:
            return 0.0
        if self.marks is not None:
            manners = len(self.cases) - len(self.draws)
            kept = all(case.passed for case in self.cases if case.name == MANNERS)
            return round(self.marks if kept else self.marks * (1 - manners / len(self.cases)), 4)
        return round(sum(case.credit for case in self.cases) / len(self.cases), 4)

    @property
    def points(self) -> float:
        return round(self.score * self.max_points, 4)

    @property
    def diagnoses(self) -> tuple[str, ...]:
        return tuple(mistake.name for mistake in self.mistakes)

    @property
    def draws(self) -> tuple[Case, ...]:
        """The cases that compare numbers; what is left is good manners."""
        return tuple(case for case in self.cases if case.name != MANNERS)

    @property
    def failed(self) -> Case | None:
        """The simplest case that failed."""
        return next((case for case in self.cases if not case.passed), None)

    @property
    def text(self) -> str:
        from coursekit.checking.message import as_text

        return as_text(self)

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON data, with the derived figures beside it."""
        data = asdict(self)
        data.pop("example")
        derived = {key: getattr(self, key) for key in ("passed", "score", "points", "diagnoses", "text")}
        return data | derived

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Report:
        """The report that `to_dict` wrote."""
        cases = tuple(
            Case(
                case["name"],
                case["credit"],
                dict(case["sizes"]),
                tuple(case["right"]),
                tuple(Finding(**{**f, "where": tuple(f["where"])}) for f in case["findings"]),
                case.get("advice", ""),
            )
            for case in data["cases"]
        )
        return cls(
            exercise=data["exercise"],
            verdict=data["verdict"],
            cases=cases,
            seed=data["seed"],
            max_points=data["max_points"],
            mistakes=tuple(Diagnosis(**m) for m in data["mistakes"]),
            notes=tuple(data["notes"]),
            seconds=data["seconds"],
            marks=data.get("marks"),
            since=tuple(data.get("since", ())),
        )

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        from coursekit.checking.html import as_html

        return as_html(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        # Stock nbgrader reads the score from the text of a cell's result; a person reads the report there.
        grading = os.environ.get("NBGRADER_EXECUTION") in ("autograde", "validate")
        return {
            "text/plain": repr(self.points) if grading else self.text,
            "text/html": self._repr_html_(),
            MIME: self.to_dict(),
        }
