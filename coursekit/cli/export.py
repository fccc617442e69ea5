"""Put the points of an assignment into the very file that a learning management system has exported.

Moodle: the grading worksheet of the assignment. Canvas: the export of the gradebook. Only the cells of the points
change; all else stays to the byte, so that the system takes the file back. Who is not decided yet, has handed in
nothing, or is not in this course's gradebook stays as they are, and is named.

Exit status: 0 if every graded student has their points in the file, 1 if there is something to look at, 2 if nothing
was written.

  coursekit export moodle 05_gru --into "Grades-RNN-05 GRU--1234.csv"
  coursekit export canvas 05_gru --into Grades.csv --out Grades-filled.csv --column "05 GRU (90210)"
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.cli.arguments import add_course
from coursekit.cli.errors import UserError, files_of_a_system

if TYPE_CHECKING:
    from coursekit.grading.lms.points import Filled, Place
    from coursekit.grading.lms.sheet import Sheet

SUMMARY = "put points into the table that Moodle or Canvas exported"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("system", metavar="SYSTEM", choices=("moodle", "canvas"), help="moodle or canvas")
    add("assignment", metavar="ASSIGNMENT", help="its name, such as 05_gru")
    add("--into", metavar="FILE", type=Path, required=True, help="the file that the system has exported")
    add("--out", metavar="FILE", type=Path, help="write the filled file here, and leave FILE as it is")
    add_course(parser)
    add("--column", metavar="TITLE", help="Canvas: the assignment's column (default: the one of this name)")
    add("--scale", action="store_true", help="convert the points to the most that the system's file names")


def run(arguments: argparse.Namespace) -> int:
    from coursekit.grading.lms.points import fill, points_of
    from coursekit.grading.lms.sheet import Sheet
    from coursekit.grading.submission.course import Course

    if arguments.column and arguments.system == "moodle":
        raise UserError("--column is for Canvas: Moodle takes points in the column 'Grade' only.")
    to = arguments.out or arguments.into
    with files_of_a_system(arguments.into, to):
        sheet = Sheet.read(arguments.into)
        points = points_of(Course(arguments.course), arguments.assignment)
        done = fill(sheet, _place(sheet, arguments), points, arguments.scale)
        sheet.write(to)
    return _tell(done, to)


def _place(sheet: Sheet, arguments: argparse.Namespace) -> Place:
    from coursekit.grading.lms import canvas, moodle

    if arguments.system == "moodle":
        return moodle.place(sheet)
    return canvas.place(sheet, arguments.assignment, arguments.column)


def _tell(done: Filled, place: Path) -> int:
    """Who got points, and everybody else by name."""
    from coursekit.cli.results import printable

    print(f"{place}: points of {len(done.filled)} student{'' if len(done.filled) == 1 else 's'}.")
    look = {
        "Not clear who is meant, left as it was": done.unclear,
        "Graded here, and not in the file": done.not_there,
        "Not decided yet, left as it was": done.undecided,
    }
    others = {
        "Other points stood there before": done.other_before,
        "A decision of its own, left as it was": done.kept,
        "Nothing graded, left as it was": done.nothing,
        "Not in the class any more, left as it was": done.left,
        "Not in this course's gradebook, left as it was": done.strangers,
    }
    for what, names in (look | others).items():
        if names:
            print(printable(f"{what} ({len(names)}): {', '.join(names)}"))
    return 1 if any(look.values()) else 0
