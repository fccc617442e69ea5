"""Make a new nbgrader course: settings, lessons with their answers, gradebook, due dates, students.

DIR has to be new or empty. What is in it afterwards is an ordinary nbgrader course whose grader is the sandboxed one;
its README.md holds the five commands from handing out to handing back.

  coursekit new-course rnn-2027
  coursekit new-course rnn-2027 --lessons 00 05 06 --due 05=2027-01-15T23:59 06=2027-01-29T23:59
  coursekit new-course rnn-2027 --students class.csv --exchange /srv/nbgrader/exchange
  coursekit new-course trial --lessons 00 --demo 30
  coursekit new-course trial --lessons 05 --demo 30 --copies 3     # something to find for `coursekit similar`
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.cli.errors import UserError, reason

if TYPE_CHECKING:
    from coursekit.grading.new_course import Assignment, Person, Plan

SUMMARY = "make an nbgrader course for a class"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("folder", metavar="DIR", type=Path, help="the course's folder; it is made if need be")
    lessons = "numbers or names of lessons, or texts of your own (.md); default: all lessons"
    add("--lessons", metavar="LESSON", nargs="+", default=[], help=lessons)
    add("--course-id", metavar="ID", help="the course's name in nbgrader (default: the folder's name)")
    due = "when a lesson is due, such as 05=2027-01-15T23:59, in this computer's time zone"
    add("--due", metavar="LESSON=DATE", nargs="+", action="extend", default=[], help=due)
    add("--exchange", metavar="DIR", type=Path, help="the folder through which students fetch and submit")
    roster = "students: a CSV file with the columns of nbgrader (id, ...), Moodle (Username) or Canvas (SIS Login ID)"
    add("--students", metavar="FILE", type=Path, help=roster)
    add("--demo", metavar="N", type=_number, default=0, help="also write submissions of N invented students")
    copies = "K of them hand in what another one wrote, disguised, in a class where everybody has a hand of their own"
    add("--copies", metavar="K", type=_number, default=0, help=copies)


def _number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 5000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of students, from 1 to 5000")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    from coursekit.grading.new_course import make

    try:
        plan = _plan(arguments)
        assignments = make(plan, lambda name: print(f"making {name}", flush=True))
    except OSError as error:
        raise UserError(f"cannot write to {error.filename or arguments.folder}: {reason(error)}.") from None
    _tell(plan, assignments)
    return 0


def _plan(arguments: argparse.Namespace) -> Plan:
    from coursekit.grading.new_course import Plan, course_name, due_dates, known_lessons, lessons

    texts = lessons(arguments.lessons, known_lessons())
    return Plan(
        folder=arguments.folder,
        course_id=course_name(arguments.course_id, arguments.folder),
        texts=texts,
        due=due_dates(arguments.due, texts),
        exchange=_exchange(arguments.exchange),
        people=_people(arguments.students),
        demo=arguments.demo,
        copies=arguments.copies,
    )


def _exchange(folder: Path | None) -> Path | None:
    """nbgrader makes the folder with the first release; here it is only refused if that cannot work."""
    if folder is not None and folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file. The exchange is a folder that every student's account can reach.")
    return folder


def _people(path: Path | None) -> tuple[Person, ...]:
    from coursekit.grading.new_course.roster import read_roster

    if path is None:
        return ()
    try:
        return read_roster(path)
    except OSError as error:
        raise UserError(f"cannot read {path}: {reason(error)}.") from None


def _tell(plan: Plan, assignments: list[Assignment]) -> None:
    from coursekit.grading.new_course.files import in_words

    width = max(len(a.name) for a in assignments)
    print(f"\nThe course {plan.course_id} is in {plan.folder}:")
    for a in assignments:
        handed_in = f", {a.submissions} submissions" if a.submissions else ""
        exercises = "1 exercise" if a.exercises == 1 else f"{a.exercises} exercises"
        print(f"  {a.name:<{width}}  {exercises}, {a.points:g} points, due: {in_words(a.due)}{handed_in}")
    if plan.people:
        print(f"  {len(plan.people)} students are in the gradebook")
    print(f"Next: cd {plan.folder}, and read README.md.")
