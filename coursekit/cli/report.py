"""Write a page for the teacher about what happened in an assignment: points, mistakes, and who needs a look.

The page is one HTML file that loads nothing from elsewhere. It stands on what `coursekit grade` or `nbgrader autograde`
found and on the gradebook, points given by hand included; nothing is graded and nothing is changed. A click on the head
of a column sorts by it, links lead to each student's files. It names students: keep it where you keep the gradebook.

  coursekit report 05_gru
  coursekit report 04_lstm 05_gru 06_gru_backward
  coursekit report 05_gru --course ~/rnn-2027 --output gru.html
  coursekit report 05_gru --similar
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from coursekit import atomic
from coursekit.cli.arguments import add_course
from coursekit.cli.errors import UserError, reason

SUMMARY = "write a page about a class: points, mistakes, who needs a look"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    names = "its name, such as 05_gru; of several, the page begins with a summary across them"
    parser.add_argument("assignments", metavar="ASSIGNMENT", nargs="+", help=names)
    add_course(parser)
    parser.add_argument(
        "--similar", action="store_true", help="also list pairs of unusually similar answers, as `coursekit similar`"
    )
    place = "the page (default: reports/ASSIGNMENT.html in the course's folder, of several reports/class.html)"
    parser.add_argument("--output", metavar="FILE", type=Path, help=place)


def run(arguments: argparse.Namespace) -> int:
    from coursekit.grading.report import class_report
    from coursekit.grading.submission.course import Course

    course = Course(arguments.course)
    assignments = list(dict.fromkeys(arguments.assignments))
    name = assignments[0] if len(assignments) == 1 else "class"
    path = arguments.output or course.root / "reports" / f"{name}.html"
    text = class_report(course, assignments, path.resolve().parent, arguments.similar)
    try:
        if arguments.output is None:
            path.parent.mkdir(exist_ok=True)
        atomic.replace(path, text)  # for its owner only: it names students
    except OSError as error:
        raise UserError(f"cannot write {path}: {reason(error)}.") from None
    print(f"wrote {os.path.relpath(path)}")
    return 0
