"""Show the map of the course with what you have done on this computer.

The journal of your checks, hints and predictions is a file in your own folder. Nothing of it leaves this computer
unless you send it. With COURSEKIT_PROGRESS=off nothing is written; COURSEKIT_HOME names another folder for it.

  coursekit progress
  coursekit progress --export mine.json
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursekit.cli.errors import UserError, reason

if TYPE_CHECKING:
    from coursekit.desk.book import Book

SUMMARY = "show how far you are"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--export", metavar="FILE", type=Path, help="write it to a new JSON file instead")
    one.add_argument("--reset", action="store_true", help="begin anew; the old journal is kept beside the new one")


def run(arguments: argparse.Namespace) -> int:
    from coursekit.desk.book import book
    from coursekit.desk.course_map import course_map

    mine = book()
    if arguments.reset:
        print(_reset(mine))
        return 0
    state = mine.state()
    if arguments.export:
        _export(mine, arguments.export)
        print(f"Written to {arguments.export}.")
        return 0
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a terminal that knows no ✓ shows another sign
    print(course_map(state, mine.journal.troubles()).text)
    path = mine.journal.path
    if path is not None:
        print(f"\nKept in {path}" if path.is_file() else f"\nNothing is written yet; it will be kept in {path}")
    return 0


def _reset(mine: Book) -> str:
    from coursekit.desk.journal import free_name

    path = mine.journal.path
    if path is None or not path.is_file():
        return "There is no journal, so there is nothing to begin anew."
    aside = free_name(path.with_name(f"{path.stem}-until-{datetime.now():%Y-%m-%d}{path.suffix}"))
    try:
        os.rename(path, aside)
    except OSError as error:
        raise UserError(f"cannot rename {path}: {reason(error)}.") from None
    return f"Your progress begins anew. The old journal is {aside}; delete it if you do not want it."


def _export(mine: Book, target: Path) -> None:
    import coursekit
    from coursekit.desk.course_map import course_map

    state = mine.state()
    troubles = mine.journal.troubles()
    if troubles:
        raise UserError(troubles[0])
    exercises: list[dict[str, Any]] = [
        {"lesson": lesson.name, "exercise": stop.exercise, "state": stop.state, "tries": stop.tries}
        | {"points": stop.earned, "of": stop.points, "hints": state.of(stop.exercise).tiers, "note": stop.note}
        for lesson in course_map(state).lessons
        for stop in lesson.stops
    ]
    predictions = {
        name: {"first": one.first, "last": one.guess, "measured": one.measured}
        for name, one in state.predictions.items()
    }
    when = datetime.now(UTC).isoformat(timespec="seconds")
    data = {"coursekit": coursekit.__version__, "at": when, "exercises": exercises, "predictions": predictions}
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")
    except FileExistsError:
        raise UserError(f"{target} is there already. Name a new file.") from None
    except OSError as error:
        raise UserError(f"cannot write {target}: {reason(error)}.") from None
