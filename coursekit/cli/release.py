"""Build the notebooks of a clone from the texts in solutions/.

Writes notebooks/NN_topic/NN_topic.ipynb, which learners get, and beside each text the notebook with answers,
which nbgrader reads and git ignores. Files that are up to date are left alone.
"""

from __future__ import annotations

import argparse
import os

from coursekit.cli.errors import UserError, reason
from coursekit.lessons.tree import clone_root

SUMMARY = "build the notebooks from the texts of the lessons (in a clone)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="write nothing; say what is out of date, exit status 1")


def run(arguments: argparse.Namespace) -> int:
    from coursekit.lessons import LessonError, drift, publish

    root = clone_root()
    if root is None:
        raise UserError("this works in a clone only: an installed package holds no texts of lessons.")
    try:
        if arguments.check:
            differences = drift(root)
            print("\n".join(differences) or "notebooks/ is up to date.")
            return 1 if differences else 0
        changed = publish(root)
    except LessonError as error:
        raise UserError(str(error)) from None
    except OSError as error:
        raise UserError(f"cannot write {error.filename}: {reason(error)}.") from None
    print("\n".join(f"wrote {os.path.relpath(path)}" for path in changed) or "everything is up to date.")
    return 0
