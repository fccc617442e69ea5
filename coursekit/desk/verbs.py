"""What a learner types: `check(gru_step)`, `hint(gru_step)`, `predicted("name", guess, measured)`, `progress()`,
`quiz("gru_step")`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from typing import Any

from coursekit.checking import registry
from coursekit.checking.changes import since
from coursekit.checking.notebook import check as check_only
from coursekit.checking.notebook import name_of
from coursekit.checking.portable.state import with_own_functions
from coursekit.checking.report import Report
from coursekit.desk.book import book
from coursekit.desk.course_map import CourseMap, course_map
from coursekit.desk.first_look import FirstLook
from coursekit.desk.hints import Hint, next_hint
from coursekit.desk.newest import outdated, watch
from coursekit.desk.predictions import Compared, compared
from coursekit.desk.quizzes import Asked, Said, ask, review
from coursekit.desk.showing import show

watch()


@with_own_functions
def check(answer: Callable[..., Any] | None = None, exercise: str | None = None, *, seed: int = 0) -> Report:
    """Check an answer, show the report, and write down how it went. Nothing leaves this computer.

    answer:   the function you wrote; its name says which exercise it answers.
    exercise: the exercise's name, if the function is called something else.
    seed:     other numbers to check with.
    """
    with FirstLook() as look:
        report = check_only(answer, exercise, seed=seed, meanwhile=look.show)
    known = book()
    old = outdated(answer)
    if old:  # nothing to write down: what was tried has not run
        return dataclasses.replace(report, outdated=old, notes=(*report.notes, *known.journal.troubles()))
    before = known.last_here(report.exercise)
    known.add_check(report)
    notes = (*report.notes, *known.journal.troubles())
    return dataclasses.replace(report, since=since(before, report) if before else (), notes=notes)


@with_own_functions
def hint(answer: Callable[..., Any] | str | None = None) -> Hint:
    """The next hint for an exercise.

    Each call shows one tier more of the exercise's hints, and the last one stays. Where a draw has advice of its own
    that the last report did not give, it comes in turn with them. How far you went is remembered.
    """
    exercise = registry.get(answer if isinstance(answer, str) else name_of(answer, verb="hint"))
    known = book()
    shown = next_hint(exercise, known.state().of(exercise.name))
    if shown.tier or shown.draw:
        known.add_hint(exercise.name, shown.tier, shown.draw or None)
    return shown


@with_own_functions
def predicted(name: str, guess: Any, measured: Any = None) -> None:
    """Show a prediction beside what was measured, and remember both.

    name:     the name of the prediction; a lesson's is that of its cell.
    guess:    what you wrote: a number, a word, or None if you wrote nothing.
    measured: what came out, or nothing where you see it yourself. If it is a dictionary, `guess` is one with the same
              keys, and each key gets a line.
    """
    known = book()
    lines = compared(name, guess, measured, known.state().predictions)
    show(Compared(tuple(lines.values())))
    for key, line in lines.items():
        known.remember(key, line.guess, line.measured)


@with_own_functions
def progress() -> CourseMap:
    """The map of the course with what you have done, as far as it was checked on this computer."""
    known = book()
    return course_map(known.state(), known.journal.troubles())


@with_own_functions
def quiz(
    exercise: Callable[..., Any] | str | None = None, number: int | None = None, answer: str | None = None
) -> Asked | Said:
    """A question about an exercise: which mistake made these numbers, which line is wrong, which shape has a value.

    exercise: its name, or your function; nothing for what is due in your review.
    number:   which question; nothing for the next one. Everybody's are others.
    answer:   the letter that you choose. The first one counts, and is written down on this computer.

    Questions that show lines of a right answer wait until your own check has passed.
    """
    known = book()
    if exercise is None:
        return review(known, date.today())
    name = registry.get(exercise if isinstance(exercise, str) else name_of(exercise, verb="quiz")).name
    return ask(known, name, number, answer)
