"""What the records of a journal add up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from coursekit.checking import Verdict
from coursekit.checking.facts import Edited, FirstWrongValue, from_data

UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
"""What reading a record raises that another version wrote, or somebody by hand."""


@dataclass
class Tried:
    """One exercise so far.

    tries:    checks of something that was written; passed: how many of them passed, now: whether the last one did.
    best:     the highest score, in [0, 1].
    solved:   when a check passed for the first time, as the record says it; "" if none has.
    last:     the record of the last check, which holds the summary of its report (see `checking.changes`), or None.
    tiers:    how many tiers of the hints were shown.
    advised:  names of draws whose advice was shown as a hint.
    """

    tries: int = 0
    passed: int = 0
    now: bool = False
    best: float = 0.0
    solved: str = ""
    last: Mapping[str, Any] | None = None
    tiers: int = 0
    advised: set[str] = field(default_factory=set)

    @property
    def diagnoses(self) -> tuple[str, ...]:
        """The known mistakes that the last check named."""
        found = (self.last or {}).get("diagnoses")
        return tuple(map(str, found)) if isinstance(found, (list, tuple)) else ()

    @property
    def first_wrong(self) -> FirstWrongValue | None:
        """The first wrong value that the last check found in the answer's own lines."""
        try:
            found = from_data((self.last or {})["first_wrong"])
        except UNREADABLE:  # none, or one that another version wrote
            return None
        return found if isinstance(found, FirstWrongValue) else None

    @property
    def edits(self) -> tuple[Edited, ...]:
        """The changes of the right answer that give the numbers which the last check saw."""
        try:
            found = tuple(map(from_data, (self.last or {})["edits"]))
        except UNREADABLE:  # none, or some that another version wrote
            return ()
        return tuple(fact for fact in found if isinstance(fact, Edited))


@dataclass
class Predicted:
    """One prediction: the first guess that was written, the latest one, and what was measured last."""

    first: Any
    guess: Any
    measured: Any


@dataclass(frozen=True)
class Answered:
    """A question of a quiz that was answered: the letter, whether it was right, and when."""

    answer: str
    right: bool
    at: str


class State:
    """By name, the exercises that were tried and the predictions that were made.

    quizzes: by exercise and number, what was answered, in the order of time.
    learner: a name by which questions are drawn; it says nothing of the person. "" if there is none yet.
    """

    def __init__(self) -> None:
        self.exercises: dict[str, Tried] = {}
        self.predictions: dict[str, Predicted] = {}
        self.quizzes: dict[tuple[str, int], Answered] = {}
        self.learner = ""

    def clear(self) -> None:
        self.exercises.clear()
        self.predictions.clear()
        self.quizzes.clear()
        self.learner = ""

    def answered(self, exercise: str) -> list[Answered]:
        """What was answered about an exercise."""
        return [answered for (name, _), answered in self.quizzes.items() if name == exercise]

    def of(self, exercise: str) -> Tried:
        """What is known of an exercise, without adding it."""
        return self.exercises.get(exercise, Tried())

    def read(self, record: Mapping[str, Any]) -> None:
        """Add a record. One that is of an unknown kind, or does not hold what it should, changes nothing."""
        add = {
            "check": self._check,
            "hint": self._hint,
            "prediction": self._prediction,
            "quiz": self._quiz,
            "learner": self._learner,
        }.get(record["kind"])
        if add is not None:
            try:
                add(record)
            except UNREADABLE:
                return

    def _check(self, record: Mapping[str, Any]) -> None:
        name, passed, score = str(record["exercise"]), record["passed"] is True, float(record["score"])
        written = record["verdict"] != Verdict.NOT_WRITTEN
        tried = self.exercises.setdefault(name, Tried())
        if written:  # a fresh copy of a lesson takes nothing back
            tried.tries += 1
            tried.passed += passed
            tried.now = passed
            if passed and not tried.solved:
                tried.solved = _time(record)
        tried.best = max(tried.best, min(score, 1.0))
        tried.last = record

    def _hint(self, record: Mapping[str, Any]) -> None:
        name, tier, draw = str(record["exercise"]), int(record["tier"]), record.get("draw")
        tried = self.exercises.setdefault(name, Tried())
        tried.tiers = max(tried.tiers, tier)
        if draw:
            tried.advised.add(str(draw))

    def _prediction(self, record: Mapping[str, Any]) -> None:
        name, guess, measured = str(record["name"]), record["guess"], record["measured"]
        known = self.predictions.setdefault(name, Predicted(guess, guess, measured))
        known.guess, known.measured = guess, measured

    def _quiz(self, record: Mapping[str, Any]) -> None:
        key = str(record["exercise"]), int(record["number"])
        answered = Answered(str(record["answer"]), record["right"] is True, _time(record))
        if not answered.at:
            raise ValueError("no box could count it")
        self.quizzes.setdefault(key, answered)

    def _learner(self, record: Mapping[str, Any]) -> None:
        self.learner = self.learner or str(record["name"])


def _time(record: Mapping[str, Any]) -> str:
    """When it was written, as it says it; "" for what is no time, or one from which no calendar counts on."""
    at = str(record.get("at", ""))
    try:
        return at if datetime.fromisoformat(at).astimezone() + timedelta(days=366) else ""
    except (ValueError, ArithmeticError):
        return ""
