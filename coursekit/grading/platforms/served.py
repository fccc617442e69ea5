"""What every platform's adapter does: a hand-in is graded, and there is a result file at any moment of it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from coursekit.grading.bounds import Stopped
from coursekit.grading.gradebook.table import Question
from coursekit.grading.platforms.lessons import Lesson, lesson
from coursekit.grading.platforms.one import fresh_seed, grade_folder, unfinished
from coursekit.grading.platforms.result import Result
from coursekit.grading.platforms.stopping import stoppable
from coursekit.grading.safe_text import plain


def parser(about: str | None, timeout: float | None = None) -> argparse.ArgumentParser:
    """What every adapter takes. about: its docstring. timeout: seconds, where none are given."""
    made = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("lesson", type=lesson)
    made.add_argument("--timeout", metavar="S", type=float, default=timeout)
    return made


def served(folder: Path, wanted: Lesson, write: Callable[[Result], None], timeout: float | None = None) -> Result:
    """Grade what lies in a folder, on draws that nobody knows.

    write:   writes a result in the platform's form. It is called twice: with one that decides nothing, which is there
             if this process is killed, and with the result.
    timeout: seconds, fewer than the platform gives.
    """
    seed = fresh_seed()
    with stoppable(timeout) as stopping:
        try:
            write(unfinished(folder, wanted, seed))
            result = grade_folder(folder, wanted, seed)
        except Stopped as stopped:
            result = unfinished(folder, wanted, seed, str(stopped))
        stopping.undisturbed()
        write(result)
    return result


def for_instructors(result: Result) -> str:
    """What is for who runs the platform, and not for students. Names of files are a student's words: no line begins
    with them, as some platforms take lines for commands."""
    said = "\n".join((*result.problems, *result.log, *result.flags, *result.remarks))
    return "\n".join(f"| {line}" for line in plain(said).splitlines())


def told(result: Result) -> list[str]:
    """What a student reads above the questions."""
    if result.needs_a_person:
        said = [f"Not everything could be graded: {sentence}" for sentence in result.problems]
        return [*said, "A person has to look at it. Nobody loses points for it."]
    if result.total is None:
        return ["A person reads the written answers; there is no total before that."]
    return [f"{result.total:g} of {result.max_points:g} points.", *result.remarks]


def said_of(question: Question, result: Result) -> str:
    """What a student reads of one question."""
    if question.points is None:
        return f"Not decided: {question.fault or 'a person reads this answer'}."
    return result.reports.get(question.exercise) or question.verdict
