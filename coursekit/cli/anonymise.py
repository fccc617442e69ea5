"""Write what a class did without its names: points, answers and feedback, each student under a pseudonym.

Pseudonyms follow from a secret in the course's folder, .coursekit-pseudonyms: keep it, and the same student has the
same pseudonym the next time; give it to nobody. Names, numbers and mail addresses that the gradebook knows are replaced
in every text, and the folder is looked through before it appears. Pictures are left out, for nobody can look for names
in them. Who has left the class (`coursekit withdraw`) is left out.

  coursekit anonymise 05_gru --out gru-2027
  coursekit anonymise 04_lstm 05_gru --course ~/rnn-2027 --out both
"""

from __future__ import annotations

import argparse
from pathlib import Path

from coursekit.cli.arguments import add_course
from coursekit.cli.errors import UserError, reason

SUMMARY = "write points, answers and feedback under pseudonyms"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("assignments", metavar="ASSIGNMENT", nargs="+", help="names, such as 05_gru")
    add("--out", metavar="DIR", type=Path, required=True, help="a folder that is not there yet")
    add_course(parser)


def run(arguments: argparse.Namespace) -> int:
    from coursekit.grading.report.anonymous import SECRET_FILE, export
    from coursekit.grading.submission.course import Course

    try:
        course = Course(arguments.course)
        done = export(course, list(dict.fromkeys(arguments.assignments)), arguments.out)
    except OSError as error:
        raise UserError(f"cannot write {error.filename or arguments.out}: {reason(error)}.") from None
    print(f"{arguments.out}: {done.students} student{'' if done.students == 1 else 's'}, {done.files} files.")
    if done.kept:
        print(f"Names that are words of the lesson, too, and stay where they stand alone: {', '.join(done.kept)}.")
    print(f"Who is who follows from {course.root / SECRET_FILE}: keep it, and give it to nobody.")
    return 0
