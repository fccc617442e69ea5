"""Put the pages of feedback of an assignment into the archive that a learning management system takes back.

Moodle: each student gets the pages as files of feedback, by 'Upload multiple feedback files in a zip'. Make the pages
first, with `nbgrader generate_feedback ASSIGNMENT`. The grading worksheet says by which number Moodle knows whom.

Exit status: 0 if everybody's feedback is in the archive, 1 if there is something to look at, 2 if nothing was written.

  coursekit feedback moodle 05_gru --worksheet "Grades-RNN-05 GRU--1234.csv" --out feedback.zip
"""

from __future__ import annotations

import argparse
from pathlib import Path

from coursekit.cli.arguments import add_course
from coursekit.cli.errors import UserError, files_of_a_system

SUMMARY = "put feedback into an archive that Moodle takes back"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("system", metavar="SYSTEM", choices=("moodle",), help="moodle")
    add("assignment", metavar="ASSIGNMENT", help="its name, such as 05_gru")
    add("--worksheet", metavar="FILE", type=Path, required=True, help="the grading worksheet that Moodle has exported")
    add("--out", metavar="ZIP", type=Path, help="the archive (default: ASSIGNMENT-feedback.zip, here)")
    add_course(parser)


def run(arguments: argparse.Namespace) -> int:
    from coursekit import atomic
    from coursekit.cli.results import printable
    from coursekit.grading.lms import moodle
    from coursekit.grading.lms.points import points_of
    from coursekit.grading.lms.sheet import Sheet
    from coursekit.grading.submission.course import Course

    assignment = arguments.assignment
    place = arguments.out or Path(f"{assignment}-feedback.zip")
    with files_of_a_system(arguments.worksheet, place):
        course = Course(arguments.course)
        people = points_of(course, assignment).people
        folders, unclear = moodle.folders(Sheet.read(arguments.worksheet), people)
        archive, sent, left = moodle.feedback(course, assignment, folders)
        if not sent and not left:
            raise UserError(f"there is no feedback for {assignment}: run `nbgrader generate_feedback {assignment}`.")
        atomic.replace(place, archive)  # for its owner only: it names students
    print(f"{place}: feedback for {len(sent)} student{'' if len(sent) == 1 else 's'}.")
    for what, names in (("Not clear who is meant", unclear), ("Feedback of who is not in the worksheet", left)):
        if names:
            print(printable(f"{what} ({len(names)}): {', '.join(names)}"))
    return 1 if unclear or left else 0
