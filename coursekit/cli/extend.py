"""Give students more time for an assignment, or say who has more.

An extension stands in nbgrader's gradebook, in place of one that the student had before. It counts from the due date of
the assignment, so moving that date moves it, too. Grade again afterwards: lateness and penalties follow.

  coursekit extend 05_gru ada bob --days 3
  coursekit extend 05_gru ada --until 2027-01-20T12:00
  coursekit extend 05_gru ada --none
  coursekit extend 05_gru
"""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING

from coursekit.cli.arguments import add_course
from coursekit.cli.errors import UserError

if TYPE_CHECKING:
    from coursekit.grading.gradebook.extension import Extension

SUMMARY = "give students more time for an assignment"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("assignment", metavar="ASSIGNMENT", help="its name, such as 05_gru")
    who = "who gets more time; nobody: the extensions there are, as a list"
    add("students", metavar="STUDENT", nargs="*", default=[], help=who)  # without a default it is told as missing
    add_course(parser)
    time = parser.add_mutually_exclusive_group()
    until = "until when, such as 2027-01-20T12:00 or 2027-01-20 (to its end), in this computer's time zone"
    time.add_argument("--until", metavar="DATE", help=until)
    time.add_argument("--days", metavar="N", type=_days, help="so many days after the due date; 0.5 is twelve hours")
    time.add_argument("--none", action="store_true", help="take an extension back")


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = math.nan
    if not 0 < days <= 3650:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of days above 0")
    return days


def run(arguments: argparse.Namespace) -> int:
    from coursekit.grading.gradebook.extension import extend, extensions
    from coursekit.grading.new_course.plan import date
    from coursekit.grading.submission.course import Course

    given = arguments.until is not None or arguments.days is not None or arguments.none
    if bool(arguments.students) != given:
        raise UserError(
            "say how much more time: --until DATE, --days N or --none."
            if arguments.students
            else "say who gets more time: coursekit extend ASSIGNMENT STUDENT --days 3"
        )
    course, assignment = Course(arguments.course), arguments.assignment
    if not arguments.students:
        _list(assignment, extensions(course, assignment))
        return 0
    until = None if arguments.until is None else date(arguments.until)
    done = extend(course, assignment, arguments.students, until=until, days=arguments.days or 0.0)
    _list(assignment, done)
    print(f"Now run `coursekit grade {assignment}`: it counts lateness from these dates.")
    return 0


def _list(assignment: str, given: list[Extension]) -> None:
    if not given:
        print(f"Nobody has more time for {assignment}.")
    for extension in given:
        later = f", {_words(extension)} later than the others" if extension.by else ", as everybody"
        print(f"{extension.student}: {assignment} is due {extension.due:%Y-%m-%d %H:%M %Z}{later}")


def _words(extension: Extension) -> str:
    """2 days 3 h 5 min, as far as there are any."""
    minutes = round(extension.by.total_seconds() / 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = ((days, "day" if days == 1 else "days"), (hours, "h"), (minutes, "min"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "less than a minute"
