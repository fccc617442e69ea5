"""Note who asks for another look at a result and why, grade it again, and say what has changed.

The notebook is graded again on the same inputs, so the points change only where the exercise or the grader has. With
--by-hand nothing is run: look in the formgrader, and give points there. All requests, with what was answered and what
has changed since, by whatever cause, stand in a log that only grows: .coursekit-records/regrade-requests.jsonl.

  coursekit regrade 05_gru ada --why "my update gate is right"
  coursekit regrade 05_gru bob --why "half a point for the idea" --by-hand
  coursekit regrade --answer 2 "half a point more"
  coursekit regrade
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from coursekit.cli.arguments import add_course
from coursekit.cli.errors import UserError, reason

if TYPE_CHECKING:
    from coursekit.grading.gradebook.requests import Request
    from coursekit.grading.submission.course import Course

_MOST_DIGITS = 9

SUMMARY = "note a request for another look, grade again, and say what changed"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("assignment", metavar="ASSIGNMENT", nargs="?", help="its name, such as 05_gru; none: all requests, as a list")
    add("student", metavar="STUDENT", nargs="?", help="who asks")
    add_course(parser)
    add("--why", metavar="TEXT", help="what the student says")
    add("--by-hand", action="store_true", help="do not grade again: a person decides in the formgrader")
    add("--answer", metavar=("NUMBER", "TEXT"), nargs=2, help="close a request with what you answered")
    add("--no-sandbox", action="store_true", help="as in `coursekit grade`: only for notebooks you trust")


def run(arguments: argparse.Namespace) -> int:
    from coursekit.grading.submission.course import Course

    try:
        course = Course(arguments.course)
        if arguments.answer:
            return _close(course, *arguments.answer)
        if arguments.student:
            return _ask(course, arguments)
        if arguments.why or arguments.by_hand:
            raise UserError('say whose result: coursekit regrade ASSIGNMENT STUDENT --why "...".')
        return _list(course, arguments.assignment)
    except OSError as error:
        raise UserError(f"cannot write {error.filename}: {reason(error)}.") from None


def _ask(course: Course, arguments: argparse.Namespace) -> int:
    from coursekit.grading.gradebook.people import known
    from coursekit.grading.gradebook.requests import ask, graded_again

    if not arguments.why:
        raise UserError('say what the student says: --why "...".')
    [student] = known(course, [arguments.student])
    if student in course.withdrawn:
        raise UserError(f"{student} has left the class. To bring them back: coursekit withdraw {student} --undo")
    request = ask(course, arguments.assignment, student, arguments.why)
    if arguments.by_hand:
        _tell(course, request)
        print(f"Nothing was run. Then: coursekit regrade --answer {request.number} TEXT")
        return 0
    status = _grade(arguments, student)
    graded_again(course, request.number)
    print()
    _tell(course, request)
    return status


def _grade(arguments: argparse.Namespace, student: str) -> int:
    """`coursekit grade ASSIGNMENT --student STUDENT --regrade`."""
    from coursekit.cli import grade

    parser = argparse.ArgumentParser()
    grade.add_arguments(parser)
    typed = [f"--course={arguments.course}", f"--student={student}", "--regrade"]
    typed += ["--no-sandbox"] if arguments.no_sandbox else []
    return grade.run(parser.parse_args([*typed, "--", arguments.assignment]))


def _close(course: Course, number: str, answer: str) -> int:
    from coursekit.grading.gradebook.requests import close

    if not number.isdecimal() or len(number) > _MOST_DIGITS:
        raise UserError(f"{number!r} is no number of a request: `coursekit regrade` lists them.")
    _tell(course, close(course, int(number), answer))
    return 0


def _list(course: Course, assignment: str | None) -> int:
    from coursekit.grading.gradebook.requests import requests

    found = [request for request in requests(course) if assignment in (None, request.assignment)]
    for request in found:
        _tell(course, request)
    waiting = sum(request.answer is None for request in found)
    print(f"{waiting} of {len(found)} wait for an answer." if found else "Nobody has asked for another look.")
    return 0


def _tell(course: Course, request: Request) -> None:
    """A request, and what has changed from when it was asked until it was answered, or until now."""
    from coursekit.cli.results import printable

    said = [f"{request.number}. {request.time[:10]} {request.student}, {request.assignment}: {request.why}"]
    said += [f"   {line}" for line in _changed(course, request)]
    said += [f"   graded again on {request.graded[:10]}"] if request.graded else []
    said += [f"   answered: {request.answer}"] if request.answer is not None else []
    print("\n".join(map(printable, said)))


def _changed(course: Course, request: Request) -> list[str]:
    from coursekit.grading.gradebook.requests import TOTAL, changes, points_now
    from coursekit.grading.submission.course import CourseError

    try:
        after = request.after or points_now(course, request.assignment, request.student)
    except CourseError as error:  # such as an assignment that is no longer given; the other requests are told
        return [f"what has changed is not known: {error}"]
    total = after.get(TOTAL)
    unchanged = [f"nothing has changed: {'undecided' if total is None else f'{total:g}'}"]
    return changes(request.before, after) or unchanged
