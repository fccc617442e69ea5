"""List pairs of students whose answers are more alike than the class's are by chance, to be looked at.

Compared are wrong numbers that are those of no known mistake, and code whatever its names, comments, layout and the
order of independent lines. What was handed out and what many wrote counts nothing. Nothing of a student runs, and no
points change. It is no proof of anything: read both answers, then talk with both.

  coursekit similar 05_gru
  coursekit similar 05_gru --course ~/rnn-2027 --most 10
"""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from coursekit.cli.arguments import add_course

if TYPE_CHECKING:
    from coursekit.grading.similar import Pair
    from coursekit.grading.submission.course import Course

SUMMARY = "list pairs of answers that are unusually alike, to be looked at"

_LINES = 6  # of an exercise


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="its name, such as 05_gru")
    add_course(parser)
    parser.add_argument("--most", metavar="N", type=_number, default=20, help="so many pairs (default: 20)")


def _number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    from coursekit.grading.similar import CAUTION, similar
    from coursekit.grading.submission.course import Course

    course = Course(arguments.course)
    result = similar(course, arguments.assignment)
    pairs = f"{result.compared * (result.compared - 1) // 2} pairs of {result.compared} students"
    if not result.found:
        print(f"{arguments.assignment}: of {pairs} none is unusually alike.")
        return 0
    number = len(result.found)
    print(f"{arguments.assignment}: of {pairs} {number} {'is' if number == 1 else 'are'} unusually alike.\n{CAUTION}")
    for pair in result.found[: arguments.most]:
        print()
        _print(pair, course, arguments.assignment)
    if number > arguments.most:
        print(f"\n{number - arguments.most} more: --most {number} shows all.")
    return 0


def _print(pair: Pair, course: Course, assignment: str) -> None:
    from coursekit.cli.results import printable

    one, other = map(printable, pair.students)
    print(f"{one} and {other}, {pair.bits:.0f} bits")
    for shared in pair.shared:
        print(f"  {shared.exercise}: {shared.said}")
        for mine, its in shared.lines[:_LINES]:
            print(f"    {one}, line {mine.line}: {_plain(mine.text)}\n    {other}, line {its.line}: {_plain(its.text)}")
        if len(shared.lines) > _LINES:
            print(f"    and {len(shared.lines) - _LINES} more lines")
    places = (os.path.relpath(course.folder("submitted", name, assignment)) for name in pair.students)
    print(printable("  " + "  ".join(places)))


def _plain(text: str) -> str:
    from coursekit.grading.safe_text import plain

    return plain(text).replace("\t", " ")
