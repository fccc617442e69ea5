"""Grade one notebook, without a course and without a gradebook: a notebook in, its result out.

The lesson is found by the notebook's cells, or by the name of its file. The result is JSON, as
coursekit/grading/platforms/result.schema.json describes it, and a table for people. Points come from the grader that
grades a class: in the sandbox, on numbers that are drawn anew for every run (--seed repeats a run).

There is always a result, also if the file is no notebook or the grader is stopped; what is not decided has no points.

Exit status: 0 if it is graded, 2 if the command cannot be understood, 3 if a person has to look.

  coursekit grade-one 05_gru.ipynb
  coursekit grade-one handed-in.ipynb --lesson 05_gru --out result.json
  coursekit grade-one 05_gru.ipynb --as json --timeout 300
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.cli.errors import UserError, reason

if TYPE_CHECKING:
    from coursekit.grading.platforms.lessons import Lesson
    from coursekit.grading.platforms.result import Result

SUMMARY = "grade one notebook, and give its result as JSON"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("notebook", metavar="NOTEBOOK", type=Path, help="the .ipynb file that was handed in")
    which = "its name or number, or the .ipynb file that was handed out (default: found by the notebook's cells)"
    add("--lesson", metavar="LESSON", help=which)
    printed = "what is printed (default: text in a terminal or with --out, else JSON)"
    add("--as", dest="form", choices=("text", "json"), help=printed)
    add("--out", metavar="FILE", type=Path, help="write the result as JSON to this file")
    add("--timeout", metavar="S", type=_seconds, help="end after so many seconds, with what is known by then")
    add("--seed", metavar="HEX", type=_seed, help="draw what this seed of an earlier result draws")
    trusting = "run the notebook without isolation: it can then do all that you can. Only for notebooks you trust"
    add("--no-sandbox", action="store_true", help=trusting)


def run(arguments: argparse.Namespace) -> int:
    from coursekit.grading.bounds import Stopped
    from coursekit.grading.platforms.one import fresh_seed, grade_one, unfinished
    from coursekit.grading.platforms.stopping import stoppable
    from coursekit.grading.run.servers import UNSAFE

    if arguments.no_sandbox:
        os.environ[UNSAFE] = "1"
    path, lesson, seed = arguments.notebook, _lesson(arguments.lesson), arguments.seed or fresh_seed()
    with stoppable(arguments.timeout) as stopping:
        try:
            _write(unfinished(path, lesson, seed), arguments.out)  # what is there even if this process is killed
            result = grade_one(path, lesson, seed)
        except Stopped as stopped:
            result = unfinished(path, lesson, seed, str(stopped))
        stopping.undisturbed()
        _write(result, arguments.out)
        _print(result, arguments)
    return 3 if result.needs_a_person else 0


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds


def _seed(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{32,64}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not the seed of a result: 32 hexadecimal digits")
    return text


def _lesson(wanted: str | None) -> Lesson | None:
    from coursekit.grading.platforms.lessons import lesson

    return None if wanted is None else lesson(wanted)


def _write(result: Result, place: Path | None) -> None:
    from coursekit import atomic
    from coursekit.grading.platforms.result import as_json

    if place is None:
        return
    try:
        atomic.replace(place, as_json(result), 0o644)
    except OSError as error:
        raise UserError(f"cannot write {place}: {reason(error)}.") from None


def _print(result: Result, arguments: argparse.Namespace) -> None:
    from coursekit.grading.platforms.result import as_json

    for line in result.log:
        print(line, file=sys.stderr)
    form = arguments.form or ("text" if arguments.out or sys.stdout.isatty() else "json")
    if form == "json":
        print(as_json(result), end="")
    else:
        _show(result)


def _show(result: Result) -> None:
    """The table, then the reports of what is not right, then what a person may have to know."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from coursekit.checking import Verdict
    from coursekit.checking.message import shown_points
    from coursekit.cli.results import printable

    console = Console(highlight=False)
    total = "not decided" if result.total is None else shown_points(result.total)
    if result.questions:
        caption = f"{result.lesson}: {total} of {result.max_points:g} points"
        table = Table("question", "points", "verdict", "diagnosis", caption=caption)
        for question in result.questions:
            points = "?" if question.points is None else shown_points(question.points)
            said = "; ".join(question.diagnoses) or question.fault
            cells = (question.exercise, f"{points} / {question.max_points:g}", question.verdict, said)
            table.add_row(*(Text(printable(cell)) for cell in cells))
        console.print(table)
    for question in result.questions:
        if question.exercise in result.reports and question.verdict != Verdict.PASSED:
            console.print(Text(f"\n{question.exercise}", style="bold"))
            console.print(Text(printable(result.reports[question.exercise])), soft_wrap=True)
    for sentence in (*result.problems, *result.flags, *result.remarks):
        console.print(Text(printable(sentence)), soft_wrap=True)
    if result.isolation == "none":
        console.print("Without isolation a notebook can change its points: trust this as far as you trust its author.")
    if result.needs_a_person:
        console.print("A person has to look; what is not decided has no points.")
