"""Take students out of the class who have left it, or say who has left.

They are no longer graded, and are in no report, no sum, no table and no file for a platform. Nothing of theirs is
deleted: hand-ins, points and feedback stay where they are, and --undo brings all of it back. nbgrader's own pages, such
as the formgrader, still show them.

  coursekit withdraw ada --why "left in week 3"
  coursekit withdraw ada --undo
  coursekit withdraw
"""

from __future__ import annotations

import argparse

from coursekit.cli.arguments import add_course
from coursekit.cli.errors import UserError, reason

SUMMARY = "take students out of the class who have left"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("students", metavar="STUDENT", nargs="*", help="who has left; nobody: those who have, as a list")
    add_course(parser)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--why", metavar="TEXT", default="", help="a note for yourself")
    how.add_argument("--undo", action="store_true", help="they are in the class again, with all that they had")


def run(arguments: argparse.Namespace) -> int:
    from coursekit.cli.results import printable
    from coursekit.grading.gradebook.people import known
    from coursekit.grading.submission.course import Course
    from coursekit.grading.submission.withdrawn import take_back, withdraw, withdrawn

    if not arguments.students and (arguments.why or arguments.undo):
        raise UserError("say who: coursekit withdraw STUDENT.")
    try:
        course = Course(arguments.course)
        before = withdrawn(course.root)
        students = known(course, arguments.students)
        if arguments.undo:
            if still := [student for student in students if student not in before]:
                raise UserError(f"{', '.join(still)} has not left. Nothing was changed.")
            take_back(course.root, students)
            print(printable(f"In the class again: {', '.join(students)}."))
            return 0
        withdraw(course.root, [student for student in students if student not in before], arguments.why)
    except OSError as error:
        raise UserError(f"cannot write {error.filename}: {reason(error)}.") from None
    gone = withdrawn(course.root)
    for student, entry in gone.items():
        if student in students or not students:
            print(printable(f"{student}: left {entry.since[:10]}{f', {entry.why}' if entry.why else ''}"))
    if not gone:
        print("Nobody has left.")
    return 0
