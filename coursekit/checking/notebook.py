"""Check an answer by the name of its function, as a notebook does."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from coursekit.checking.engine import evaluate
from coursekit.checking.report import Report


def check(
    answer: Callable[..., Any],
    exercise: str | None = None,
    *,
    seed: int = 0,
    meanwhile: Callable[[Report], object] | None = None,
) -> Report:
    """Check an answer and show the report.

    answer:   the function you wrote; its name says which exercise it answers.
    exercise: the exercise's name, if the function is called something else.
    seed:     other numbers to check with.
    meanwhile: see `evaluate`.
    """
    _refuse_untrusted_grading()
    return evaluate(name_of(answer, exercise), answer, seed, meanwhile=meanwhile)


def _refuse_untrusted_grading() -> None:
    """A check that stock nbgrader runs in the student's kernel could be made to say anything: it says nothing."""
    grading = os.environ.get("NBGRADER_EXECUTION") == "autograde"
    if grading and os.environ.get("COURSEKIT_CHECK_IN_KERNEL") != "1":
        raise RuntimeError(
            "The trusted grader is not configured, so this check earns nothing. Put these two lines into "
            "nbgrader_config.py: `from coursekit.grading.nbgrader import configure` and `configure(c)`."
        )


def name_of(answer: Any, exercise: str | None = None) -> str:
    """The exercise that a function answers; TypeError, as a sentence, for what is no function."""
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
