"""A whole lesson, run by a test: never without a limit, and what went wrong is told with the lesson and the cell."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from coursekit.cli.results import Result, results
from coursekit.cli.running import run_notebook

CELL = 300  # seconds for one cell on a machine that is busy with other tests
LESSON = 1500  # seconds after which no further cell begins


class _Limit(AbstractContextManager):
    """Is told about each cell that begins, and lets none begin too late."""

    def __init__(self, lesson: str, nb: NotebookNode, seconds: float) -> None:
        self._lesson, self._nb, self._seconds = lesson, nb, seconds
        self._began = time.monotonic()

    def at(self, cell: int) -> None:
        if time.monotonic() - self._began > self._seconds:
            where = place(self._lesson, self._nb, cell - 1)
            raise AssertionError(f"{where} was not begun: the cells before it took more than {self._seconds:g} s")

    def __exit__(self, *_: object) -> None:
        return None


def run_lesson(
    lesson: str, nb: NotebookNode, folder: Path, first: str | None = None, *, cell: float = CELL, whole: float = LESSON
) -> list[Result]:
    """Run every cell, and return what the checks said; the outputs are in the notebook then.

    first: code that runs before all others. It takes the place of the title, so that cells keep their numbers.
    cell, whole: seconds for one cell, and for all that come before another one begins.
    Raises AssertionError, which names the lesson and the cell, if a cell raises, takes too long or ends the kernel.
    """
    if first is not None:
        assert nb.cells[0].cell_type == "markdown", f"{lesson} does not begin with its title"
        nb.cells[0] = nbformat.v4.new_code_cell(first)
    outcome = run_notebook(nb, folder, cell, lambda cells: _Limit(lesson, nb, whole))
    late = [f"{place(lesson, nb, index)} took longer than {cell:g} s" for index in sorted(outcome.timed_out)]
    stopped = [f"{lesson}: {outcome.stopped}"] if outcome.stopped else []
    assert (found := [*late, *stopped, *errors(lesson, nb)]) == [], "\n".join(found)
    return results(nb, outcome)


def errors(lesson: str, nb: NotebookNode) -> list[str]:
    """One line for each error that a cell has raised, or shown in the place of a figure."""
    return [
        f"{place(lesson, nb, index)} raised {output.ename}: {output.evalue[:300]}"
        for index, cell in enumerate(nb.cells)
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    ]


def place(lesson: str, nb: NotebookNode, index: int) -> str:
    """A cell as a person finds it: the lesson, its number and its first line."""
    line = next(iter(nb.cells[index].source.strip().splitlines()), "")
    return f"{lesson}, cell {index + 1} (`{line[:60]}`),"
