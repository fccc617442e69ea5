"""From the text of a lesson to its notebook with answers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import coursekit
from coursekit.lessons.cells import NBGRADER, check_of
from coursekit.told import Told

if TYPE_CHECKING:
    from nbformat import NotebookNode

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
ROLES = ("exercise", "check", "prediction")
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
HEADER = "---\njupyter:\n  kernelspec:\n    display_name: Python\n    language: python\n    name: python3\n---\n\n"
"""Tells jupytext that the lesson is in Python, which it would otherwise guess from the fences."""

Points = Callable[[str], float]
"""What an exercise is worth, by its name; LookupError if there is no such exercise."""


class LessonError(Told, ValueError):
    """A lesson's text that cannot become a notebook: file, line and what to do."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")


@dataclass(frozen=True)
class Cell:
    """One cell of a lesson, with the line of its text. A plain cell has no role and no name."""

    kind: str
    source: str
    line: int
    tags: tuple[str, ...] = ()
    role: str | None = None
    name: str = ""

    @property
    def open_guess(self) -> bool:
        """A prediction without a model answer is released as it stands; nbgrader would clear all of it."""
        return self.role == "prediction" and BEGIN not in self.source

    @property
    def grade_id(self) -> str:
        return check_of(self.name) if self.role == "check" else self.name


def build_solution(path: str | Path, points: Points | None = None) -> NotebookNode:
    """The notebook of a lesson with all answers, ready for nbgrader.

    path:   the lesson's text, jupytext Markdown.
    points: what an exercise is worth, by name; the default asks the exercise registry.
    Raises LessonError, with file and line, where the text breaks the conventions.
    """
    from nbformat import v4

    path = Path(path)
    cells = read_cells(path)
    _refuse_inconsistent(path, cells)
    points = points or registered_points
    made_by = {"version": coursekit.__version__}  # by which a later version recognises an old notebook
    metadata = {"coursekit": made_by, "kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    nb = v4.new_notebook(metadata=metadata)
    seen: dict[str, int] = {}
    for cell in cells:
        new = v4.new_markdown_cell if cell.kind == "markdown" else v4.new_code_cell
        node = new(cell.source, id=_cell_id(cell, seen))
        if cell.tags:
            node.metadata["tags"] = list(cell.tags)
        if cell.role and not cell.open_guess:
            node.metadata[NBGRADER] = _nbgrader_metadata(path, cell, points)
        nb.cells.append(node)
    return nb


def registered_points(name: str) -> float:
    """What the exercise of this name is worth, from the exercise registry."""
    from coursekit.checking import registry

    return registry.get(name).points


def read_cells(path: Path) -> list[Cell]:
    """The cells of a text, each with its line. Raises LessonError for what no lesson may hold."""
    import jupytext

    text = path.read_text(encoding="utf-8")
    if text.startswith("---"):
        raise LessonError(path, 1, "remove this header: the notebook's metadata is derived.")
    fences = _Fences(text)
    cells = []
    for node in jupytext.reads(HEADER + text, fmt="md").cells:
        line, language = fences.next(node.source) if node.cell_type == "code" else (1, "")
        if language not in ("", "python"):
            raise LessonError(path, line, f"this becomes a %%{language} cell; write ```text to show it only.")
        cells.append(_cell(path, node, line))
    return cells


def _cell(path: Path, node: NotebookNode, line: int) -> Cell:
    roles = [role for role in ROLES if role in node.metadata]
    if len(roles) > 1:
        raise LessonError(path, line, f"a cell is {' or '.join(roles)}, not both.")
    role = roles[0] if roles else None
    name = str(node.metadata[role]) if role else ""
    if role and node.cell_type != "code":
        raise LessonError(path, line, f'{role}="{name}" belongs to a ```python fence, not to text.')
    if role and not name.isidentifier():
        raise LessonError(path, line, f'{role}="{name}": the name has to be a Python name.')
    tags = (*node.metadata.get("tags", ()), *(["prediction"] if role == "prediction" else []))
    return Cell(node.cell_type, node.source, line, tags, role, name)


class _Fences:
    """Finds the line of each code cell, which jupytext does not tell; cells come in the order of fences."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines()
        self.at = 0

    def next(self, source: str) -> tuple[int, str]:
        """Line, from 1, and language of the next fence whose body begins like this source."""
        first = next((line for line in source.splitlines() if not line.startswith("%%")), "")
        for number in range(self.at, len(self.lines) - 1):
            fence = re.match(r"```+\s*(\w+)", self.lines[number])
            if fence and (self.lines[number + 1] in (first, "```") or self.lines[number + 1].startswith("%%")):
                self.at = number + 1
                return number + 1, fence[1]
        return self.at + 1, "python"


def _refuse_inconsistent(path: Path, cells: list[Cell]) -> None:
    """Every rule that needs more than one line of a text: markers, names, pairs of exercise and check."""
    first: dict[str, Cell] = {}
    for cell in cells:
        _refuse_bad_markers(path, cell)
        if not cell.role:
            continue
        if cell.role == "check" and cell.source.strip() != f"check({cell.name})":
            raise LessonError(path, cell.line, f"a check cell holds exactly check({cell.name}).")
        if cell.grade_id in first:
            earlier = first[cell.grade_id]
            raise LessonError(path, cell.line, f"{cell.role}={cell.name!r} stands on line {earlier.line} already.")
        if cell.role == "check" and getattr(first.get(cell.name), "role", None) != "exercise":
            raise LessonError(path, cell.line, f'there is no cell exercise="{cell.name}" before this check.')
        first[cell.grade_id] = cell
    for cell in first.values():
        if cell.role == "exercise" and check_of(cell.name) not in first:
            raise LessonError(path, cell.line, f'no cell check="{cell.name}" follows this exercise.')


def _refuse_bad_markers(path: Path, cell: Cell) -> None:
    """BEGIN and END alternate, and stand only in cells that a learner writes."""
    opened = None
    found = False
    for offset, line in enumerate(cell.source.splitlines(), start=1):
        here = cell.line + offset
        begins, ends = "BEGIN SOLUTION" in line, "END SOLUTION" in line
        if (begins or ends) and line.strip() not in (BEGIN, END):
            raise LessonError(path, here, f"write the marker as {BEGIN if begins else END!r}, alone on its line.")
        if (begins or ends) and cell.role not in ("exercise", "prediction"):
            raise LessonError(path, here, 'a solution marker outside of a cell exercise="..." or prediction="...".')
        if begins and opened:
            raise LessonError(path, here, f"the solution that began on line {opened} has no {END!r}.")
        if ends and not opened:
            raise LessonError(path, here, f"{END!r} without {BEGIN!r} before it.")
        opened = here if begins else None if ends else opened
        found = found or ends
    if opened:
        raise LessonError(path, opened, f"this solution has no {END!r}.")
    if cell.role == "exercise" and not found:
        raise LessonError(path, cell.line, f"exercise={cell.name!r} needs {BEGIN!r} and {END!r} around its answer.")


def _nbgrader_metadata(path: Path, cell: Cell, points: Points) -> dict:
    graded = cell.role == "check"
    metadata = {
        "grade": graded,
        "grade_id": cell.grade_id,
        "locked": graded,
        "schema_version": 3,
        "solution": not graded,
        "task": False,
    }
    if cell.role in ("check", "exercise"):
        try:
            worth = points(cell.name)
        except LookupError as unknown:
            raise LessonError(path, cell.line, str(unknown)) from None
        if graded:
            metadata["points"] = worth
    return metadata


def _cell_id(cell: Cell, seen: dict[str, int]) -> str:
    """A stable id: the grade_id, or a digest of the content, so that an edit changes no other cell's id."""
    if cell.role:
        return cell.grade_id
    digest = hashlib.sha256(f"{cell.kind}\n{cell.source}".encode()).hexdigest()[:12]
    seen[digest] = seen.get(digest, 0) + 1
    return digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
