"""Run a notebook from top to bottom in a fresh kernel, and show what its checks say.

The file itself is not changed. Exit status: 0 if every check passed, 1 if one did not, 2 if the notebook
cannot be checked, 130 if you stop it.

  coursekit check 05_gru
  coursekit check 05_gru/05_gru.ipynb --timeout 300
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.cli.errors import UserError, reason

if TYPE_CHECKING:
    from coursekit.cli.results import Result
    from coursekit.cli.running import Outcome

SUMMARY = "run a notebook and show what its checks say"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("notebook", metavar="NOTEBOOK", type=Path, help="the .ipynb file, or the folder of a lesson")
    parser.add_argument(
        "--timeout",
        metavar="S",
        type=_seconds,
        default=120.0,
        help="seconds that one cell may take (default: 120)",
    )


def run(arguments: argparse.Namespace) -> int:
    from coursekit.cli.reading import meant, other_version
    from coursekit.cli.results import printable, results
    from coursekit.cli.running import run_notebook
    from coursekit.lessons.notebook_file import Refused, read_notebook

    path = meant(arguments.notebook)
    try:
        nb = read_notebook(path.resolve())
    except Refused as problem:
        raise UserError(f"{path} {str(problem).removesuffix('.')}.") from None
    except OSError as error:
        raise UserError(f"cannot read {path}: {reason(error)}.") from None
    outcome = run_notebook(nb, path.parent, arguments.timeout, _Progress)
    if age := other_version(nb):
        outcome.remarks.append(age)
    found = results(nb, outcome)
    if not found and outcome.stopped is None:
        raise UserError(f"{path} has no check cells. Is it a lesson of this course?")
    _show(found, outcome)
    if outcome.stopped is not None:
        raise UserError(printable(outcome.stopped))
    return 0 if all(result.passed for result in found) else 1


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds


class _Progress:
    """A bar on the terminal, with the number of the running cell; silent if nobody looks."""

    def __init__(self, cells: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        columns = (TextColumn("running cell"), MofNCompleteColumn(), BarColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("cells", total=cells)

    def __enter__(self) -> _Progress:
        self._bar.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._bar.stop()

    def at(self, cell: int) -> None:
        """The cell of this number, from 1, begins."""
        self._bar.update(self._task, completed=cell)


def _show(found: list[Result], outcome: Outcome) -> None:
    """The table, then the words of every failing report, then what happened on the way."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from coursekit.checking.message import shown_points
    from coursekit.cli.results import NOT_RUN, printable

    console = Console(highlight=False)
    if found:
        earned, most = sum(result.points for result in found), sum(result.most for result in found)
        table = Table(
            "exercise", "points", "verdict", "diagnosis", caption=f"{shown_points(earned)} of {most:g} points"
        )
        for result in found:
            colour = "green" if result.passed else "red"
            points = f"{shown_points(result.points)} / {result.most:g}"
            cells = (
                result.exercise,
                points,
                Text(result.verdict, style=colour),
                Text("; ".join(result.diagnoses)),
            )
            table.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in cells))
        console.print(table)
    for result in found:
        if not result.passed and result.verdict != NOT_RUN:  # why the run ended is told once, at the end
            console.print(Text(f"\n{result.exercise}", style="bold"))
            console.print(Text(result.text), soft_wrap=True)
    for remark in outcome.remarks:
        console.print(Text(printable(f"\n{remark}")), soft_wrap=True)
