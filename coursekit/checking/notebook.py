"""What a learner types: `check(gru_step)` and `hint(gru_step)`."""

from __future__ import annotations

import html
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from coursekit.checking import registry
from coursekit.checking.engine import evaluate
from coursekit.checking.report import Report

_shown: Counter[str] = Counter()  # how many tiers of each exercise's hints this kernel has shown


@dataclass(frozen=True)
class Hint:
    """One tier of an exercise's hints."""

    exercise: str
    tier: int
    tiers: int
    words: str

    def __str__(self) -> str:
        return f"Hint {self.tier} of {self.tiers} for {self.exercise}: {self.words}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        more = "" if self.tier == self.tiers else " Run the cell again for the next one."
        return (
            '<div role="note" style="border-left:5px solid #5b7fb5;padding:0.2em 0 0.2em 0.9em;max-width:52em">'
            f"<strong>Hint {self.tier} of {self.tiers}</strong> for <code>{html.escape(self.exercise)}</code>."
            f"{more}<br>"
            f'<span style="white-space:pre-wrap">{html.escape(self.words)}</span></div>'
        )


def check(answer: Callable[..., Any], exercise: str | None = None, *, seed: int = 0) -> Report:
    """Check an answer and show the report.

    answer:   the function you wrote; its name says which exercise it answers.
    exercise: the exercise's name, if the function is called something else.
    seed:     other numbers to check with.
    """
    _refuse_untrusted_grading()
    return evaluate(_name(answer, exercise), answer, seed)


def hint(answer: Callable[..., Any] | str) -> Hint:
    """The next hint for an exercise: each call shows one tier more, the last one stays."""
    exercise = registry.get(answer if isinstance(answer, str) else _name(answer, None))
    tiers = exercise.hints
    if not tiers:
        return Hint(exercise.name, 0, 0, "There are no hints for this exercise.")
    _shown[exercise.name] = min(_shown[exercise.name] + 1, len(tiers))
    tier = _shown[exercise.name]
    return Hint(exercise.name, tier, len(tiers), tiers[tier - 1])


def _refuse_untrusted_grading() -> None:
    """A check that stock nbgrader runs in the student's kernel could be made to say anything: it says nothing."""
    grading = os.environ.get("NBGRADER_EXECUTION") == "autograde"
    if grading and os.environ.get("COURSEKIT_CHECK_IN_KERNEL") != "1":
        raise RuntimeError(
            "The trusted grader is not configured, so this check earns nothing. Put these two lines into "
            "nbgrader_config.py: `from coursekit.grading.nbgrader import configure` and `configure(c)`."
        )


def _name(answer: Any, exercise: str | None) -> str:
    if exercise is not None:
        return exercise
    if isinstance(answer, str):
        raise TypeError(f"check() takes the function itself, without quotes: check({answer}).")
    name = getattr(answer, "__name__", None)
    if not callable(answer):
        raise TypeError(
            f"check() takes a function, and got {type(answer).__name__}: write check(gru_step), not a call of it."
        )
    if name is None:
        raise TypeError("This object has no name. Say which exercise it answers: check(answer, 'gru_step').")
    return name
