"""Check an answer by the name of its function, as a notebook does."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from coursekit.checking import registry
from coursekit.checking.engine import evaluate
from coursekit.checking.one_line import OneLine
from coursekit.checking.portable.plain import called
from coursekit.checking.report import Report


class Misuse(OneLine, TypeError):
    """A call of a verb with something else than it takes."""


class Interrupted(OneLine, KeyboardInterrupt):
    """The learner has stopped a check."""


def check(
    answer: Callable[..., Any] | None = None,
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
    name = name_of(answer, exercise)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise Misuse("The seed of check() is a whole number from 0 on, for example seed=1.")
    registry.get(name)
    if not callable(answer):
        raise Misuse(f"check() takes a function, and got {_kind(answer)}: write check({name}), not a call of it.")
    try:
        return evaluate(name, answer, seed, meanwhile=meanwhile)
    except KeyboardInterrupt:
        raise Interrupted(
            f"The check of {name} was stopped before it came to an end; nothing is written down."
        ) from None


def _refuse_untrusted_grading() -> None:
    """A check that stock nbgrader runs in the student's kernel could be made to say anything: it says nothing."""
    grading = os.environ.get("NBGRADER_EXECUTION") == "autograde"
    if grading and os.environ.get("COURSEKIT_CHECK_IN_KERNEL") != "1":
        raise RuntimeError(
            "The trusted grader is not configured, so this check earns nothing. Put these two lines into "
            "nbgrader_config.py: `from coursekit.grading.nbgrader import configure` and `configure(c)`."
        )


def name_of(answer: Any, exercise: str | None = None, verb: str = "check") -> str:
    """The exercise that a function answers; Misuse, as a sentence, for what is no function."""
    if exercise is not None:
        if not isinstance(exercise, str):
            raise Misuse(f"The name of the exercise goes in quotes: {verb}(my_answer, 'gru_step').")
        return exercise
    if answer is None:
        raise Misuse(f"{verb}() takes the function that you wrote, for example {verb}(gru_step).")
    if isinstance(answer, str):
        raise Misuse(f"{verb}() takes the function itself, without quotes: {verb}({answer}).")
    own = type(answer).__name__
    if not isinstance(answer, type) and registry.known(own):
        raise Misuse(f"{verb}() takes the class itself, and got an object made from it: write {verb}({own}).")
    if not callable(answer):
        raise Misuse(f"{verb}() takes a function, and got {_kind(answer)}: write {verb}(gru_step), not a call of it.")
    name = getattr(answer, "__name__", None)
    if not isinstance(name, str):
        raise Misuse(f"This object has no name. Say which exercise it answers: {verb}(answer, 'gru_step').")
    if name == "<lambda>":
        raise Misuse(f"A lambda has no name. Say which exercise it answers: {verb}(answer, 'gru_step').")
    return name


def _kind(value: Any) -> str:
    return "the name of one" if isinstance(value, str) else called(value)
