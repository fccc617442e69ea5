"""Autolab: what was handed in, graded into lines of text for the student, of which the last is the result.

    python -m coursekit.grading.platforms.autolab 05_gru

in the folder that holds the hand-in. The tests of this course hold it to the contract: Autolab's guide for lab authors.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from coursekit.grading.platforms.lessons import Lesson
from coursekit.grading.platforms.result import Result
from coursekit.grading.platforms.served import parser, said_of, served, told
from coursekit.grading.safe_text import plain

MARGIN = "| "
"""Before each line that may quote a student: none of them can be taken for a result, wherever the output ends."""


def main(argv: list[str] | None = None) -> int:
    """Grade what lies in the current folder. The last line is a result whatever happens."""
    arguments = parser(__doc__).parse_args(argv)
    run(Path.cwd(), arguments.lesson, arguments.timeout)
    return 0


def run(folder: Path, wanted: Lesson, timeout: float | None = None) -> None:
    """Print what the student reads, and the result."""
    served(folder, wanted, _write, timeout)


def _write(result: Result) -> None:
    sys.stdout.write(text(result))
    sys.stdout.flush()


def text(result: Result) -> str:
    """A result as Autolab reads it. A problem that is not decided is not named: it has no score before a person gives
    it one."""
    lines = told(result)
    for question in result.questions:
        points = "?" if question.points is None else f"{question.points:g}"
        lines += ["", f"{question.exercise}: {points} of {question.max_points:g} points", said_of(question, result)]
    shown = "".join(f"{MARGIN}{line}\n" for line in plain("\n".join(lines)).splitlines())
    scores = {question.exercise: question.points for question in result.questions if question.points is not None}
    return f"{shown}{json.dumps({'scores': scores}, allow_nan=False)}\n"


if __name__ == "__main__":
    raise SystemExit(main())
