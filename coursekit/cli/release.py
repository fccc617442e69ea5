"""Build notebooks from the texts of lessons.

Without TEXT, in a clone: writes notebooks/NN_topic/NN_topic.ipynb, which learners get, and beside each text in
solutions/ the notebook with answers, which nbgrader reads and git ignores. What is up to date is left alone.

With TEXT, for a teacher's own lesson: writes DIR/source/NAME/NAME.ipynb, answers included. Afterwards, in DIR:
nbgrader generate_assignment NAME.

  coursekit release
  coursekit release --check
  coursekit release my_lesson.md --course rnn-2027
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from coursekit.cli.errors import UserError, reason
from coursekit.lessons.tree import clone_root

SUMMARY = "build notebooks from the texts of lessons"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("texts", metavar="TEXT", type=Path, nargs="*", help="texts of your own lessons (.md)")
    add("--course", metavar="DIR", type=Path, help="the nbgrader course that gets them (default: here)")
    add("--check", action="store_true", help="in a clone: write nothing; say what is out of date, exit status 1")


def run(arguments: argparse.Namespace) -> int:
    from coursekit.lessons import drift, publish

    if arguments.texts:
        return _into_course(arguments)
    root = clone_root()
    if root is None:
        raise UserError("without a TEXT this works in a clone only. Name the text of a lesson of your own.")
    try:
        if arguments.check:
            differences = drift(root)
            print("\n".join(differences) or "notebooks/ is up to date.")
            return 1 if differences else 0
        changed = publish(root)
    except OSError as error:
        raise UserError(f"cannot write {error.filename}: {reason(error)}.") from None
    print("\n".join(f"wrote {os.path.relpath(path)}" for path in changed) or "everything is up to date.")
    return 0


def _into_course(arguments: argparse.Namespace) -> int:
    """Texts of a teacher's own, into the sources of a course."""
    from coursekit.grading.new_course import add_source, lessons
    from coursekit.grading.submission.course import Course

    if arguments.check:
        raise UserError("--check compares the notebooks of a clone with their texts; it takes no TEXT.")
    try:
        course = Course(arguments.course or Path("."))
        for name, text in lessons([str(text) for text in arguments.texts], {}).items():
            path = add_source(course, name, text)
            print(f"wrote {os.path.relpath(path)}; next: nbgrader generate_assignment {name} --force")
    except OSError as error:
        raise UserError(f"cannot write {error.filename}: {reason(error)}.") from None
    return 0
