"""Make questions about the exercises of a lesson, for Moodle or PrairieLearn.

Each has one right answer, and its wrong ones are mistakes that learners make in the same exercise. With Moodle, import
the file into the question bank (Moodle XML) and let a quiz draw at random from the category of an exercise. With
PrairieLearn, put the folder `questions` into your course; everybody gets a variant.

Questions about lines and shapes show a right answer. Leave them out with --kinds numbers as long as the exercise is
open.

  coursekit questions moodle 05_gru
  coursekit questions prairielearn 04 05 --each 20 --out my-course
  coursekit questions moodle 05_gru --kinds numbers
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.cli.errors import UserError, reason

if TYPE_CHECKING:
    from coursekit.checking import Exercise
    from coursekit.questions import Item

SUMMARY = "make quiz questions for Moodle or PrairieLearn"

KINDS = ("numbers", "line", "shape")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("system", metavar="SYSTEM", choices=("moodle", "prairielearn"), help="moodle or prairielearn")
    add("lessons", metavar="LESSON", nargs="+", help="names or numbers of lessons, such as 05_gru or 5")
    add("--each", metavar="N", type=_number, default=12, help="questions for each exercise (default: 12)")
    add("--kinds", metavar="KIND", nargs="+", choices=KINDS, default=KINDS, help=f"{', '.join(KINDS)} (default: all)")
    add("--seed", metavar="TEXT", default="0", help="another text gives other questions")
    add("--out", metavar="DIR", type=Path, default=Path("."), help="where the files go (default: here)")


def _number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 200:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of questions, from 1 to 200")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    from coursekit import atomic
    from coursekit.checking import registry
    from coursekit.questions import items

    exercises = [each for each in registry.every() if _asked_for(each, arguments.lessons)]
    missing = [name for name in arguments.lessons if not any(_asked_for(each, [name]) for each in exercises)]
    if missing:
        raise UserError(f"no lesson with exercises is called {missing[0]!r}: write its name or number, such as 05_gru.")
    made = {each.name: list(items(each, arguments.each, arguments.seed, arguments.kinds)) for each in exercises}
    files = _files(arguments.system, [each for each in exercises if made[each.name]], made)
    for name in (name for name, found in made.items() if not found):
        print(f"{name}: no questions of these kinds.")
    try:
        for path, text in files.items():
            place = arguments.out / path
            place.parent.mkdir(parents=True, exist_ok=True)
            atomic.replace(place, text, 0o644)
    except OSError as error:
        raise UserError(f"cannot write {error.filename or arguments.out}: {reason(error)}.") from None
    total, revealing = sum(map(len, made.values())), sum(item.reveals for found in made.values() for item in found)
    where = arguments.out / (next(iter(files)) if len(files) == 1 else "questions")
    print(f"{where}: {total} questions about {len(exercises)} exercises.")
    if revealing:
        print(f"{revealing} of them show lines of a right answer: use them when the exercise is closed.")
    return 0


def _asked_for(exercise: Exercise, lessons: list[str]) -> bool:
    number = exercise.lesson.partition("_")[0]
    return any(name == exercise.lesson or name.isdecimal() and name.zfill(2) == number for name in lessons)


def _files(system: str, exercises: list[Exercise], made: dict[str, list[Item]]) -> dict[str, str]:
    from coursekit.questions import moodle, prairielearn

    if system == "moodle":
        categories = {f"coursekit/{each.lesson}/{each.name}": made[each.name] for each in exercises}
        return {"coursekit-questions.xml": moodle.moodle_xml(categories)} if categories else {}
    found: dict[str, str] = {}
    for each in exercises:
        found |= prairielearn.files(each.lesson, each.name, made[each.name])
    return found
