"""Make what a teacher uploads to a platform, so that it grades a lesson with this grader: an archive for each lesson.

An archive holds the grader as it is installed here and the lesson as it was handed out. It holds the right answers:
do not hand it out. It does not hold the secret of your course; the platform draws new numbers for every run. Codio
takes the archive for Gradescope.

  coursekit pack gradescope 05_gru
  coursekit pack gradescope 04 05 06 --tries-per-day 5 --out archives
  coursekit pack prairielearn 05 --image myname/coursekit
  coursekit pack autolab 05
  coursekit pack classroom50 05
  coursekit pack gradescope leaky --course ~/rnn-2027

With --course the lesson is one of a course folder, as it was handed out there: yours, with exercises of yours, if they
are in an installed package that is plain Python.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.cli.errors import UserError, reason

if TYPE_CHECKING:
    from coursekit.grading.platforms.lessons import Lesson

SUMMARY = "make the archive with which a platform grades a lesson"


PLATFORMS = ("gradescope", "prairielearn", "autolab", "classroom50")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("platform", metavar="PLATFORM", choices=PLATFORMS, help=", ".join(PLATFORMS))
    add("lessons", metavar="LESSON", nargs="+", help="names or numbers of lessons, such as 05_gru or 5")
    add("--out", metavar="DIR", type=Path, default=Path("."), help="where the archives go (default: here)")
    add("--tries-per-day", metavar="N", type=_number, help="Gradescope: grade so many tries of a student in 24 hours")
    add("--course", metavar="DIR", type=Path, help="take the lessons from this course's folder, such as your own")
    add("--image", metavar="NAME", help="PrairieLearn: the name of your images, such as myname/coursekit")


def _number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of tries, from 1 to 1000")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    from coursekit import atomic
    from coursekit.grading.platforms.lessons import shipped

    platform = arguments.platform
    if arguments.tries_per_day and platform != "gradescope":
        raise UserError(f"--tries-per-day is for Gradescope: set the number of tries in {platform} itself.")
    if bool(arguments.image) != (platform == "prairielearn"):
        raise UserError("--image is for PrairieLearn, which needs it: the name of images on a hub, without a tag.")
    try:
        lessons = [_lesson(wanted, arguments.course) for wanted in arguments.lessons]
        if own := [one.name for one in lessons if not arguments.course and one.name not in shipped()]:
            raise UserError(f"{', '.join(own)} did not come with this package: say of which course, with --course DIR.")
        arguments.out.mkdir(parents=True, exist_ok=True)
        for one in lessons:
            place = arguments.out / f"{platform}-{one.name}.zip"
            atomic.replace(place, _archive(one, arguments))  # for its owner only: it holds the answers
            print(f"{place}: {place.stat().st_size / 1e6:.1f} MB")
    except OSError as error:
        raise UserError(f"cannot write {error.filename or arguments.out}: {reason(error)}.") from None
    print("It holds the right answers: upload it, and hand it out to nobody.")
    return 0


def _lesson(wanted: str, course: Path | None) -> Lesson:
    from coursekit.grading.platforms.lessons import lesson, of_a_course
    from coursekit.grading.submission.course import Course

    if course is None:
        return lesson(wanted)
    return of_a_course(Course(course).folder("release", ".", wanted), wanted)


def _archive(lesson: Lesson, arguments: argparse.Namespace) -> bytes:
    from coursekit.grading.platforms.pack import autolab, classroom50, gradescope, prairielearn

    match arguments.platform:
        case "prairielearn":
            return prairielearn.archive(lesson, arguments.image)
        case "autolab":
            return autolab.archive(lesson)
        case "classroom50":
            return classroom50.archive(lesson)
    return gradescope.archive(lesson, arguments.tries_per_day)
