"""The start page: its text, with the list of the lessons that exist."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.lessons.source import Cell, LessonError, Points, build_solution, read_cells
from coursekit.lessons.tree import START, Lesson, find_lessons, number_of

if TYPE_CHECKING:
    from nbformat import NotebookNode

PLACE = "<!-- lessons -->"


def start_page(root: Path) -> Lesson | None:
    """The start page of a clone, or None if it has none."""
    text = root / "solutions" / f"{START}.md"
    return Lesson(root, text) if text.is_file() else None


def build_start_page(page: Lesson, points: Points | None = None) -> NotebookNode:
    """The notebook of the start page; the lessons are listed where its text says `<!-- lessons -->`."""
    nb = build_solution(page.text, points)
    places = [cell for cell in nb.cells if PLACE in cell.source]
    if len(places) != 1:
        raise LessonError(page.text, 1, f"the start page says {PLACE} exactly once, where the list of lessons goes.")
    places[0].source = places[0].source.replace(PLACE, "\n".join(_entry(lesson) for lesson in find_lessons(page.root)))
    return nb


def _entry(lesson: Lesson) -> str:
    cells = read_cells(lesson.text)
    exercises = sum(cell.role == "exercise" for cell in cells)
    many = f"{exercises} exercise{'' if exercises == 1 else 's'}" if exercises else "nothing to write"
    link = lesson.released.relative_to(lesson.root / "notebooks").as_posix()
    return f"- [{number_of(lesson.text.stem)} · {_title(lesson, cells)}]({link}) ({many})"


def _title(lesson: Lesson, cells: list[Cell]) -> str:
    """The first heading. A number at its start is dropped, the list has one."""
    number = number_of(lesson.text.stem)
    for cell in cells:
        for line in cell.source.splitlines():
            if cell.kind == "markdown" and line.startswith("# "):
                return line[2:].removeprefix("Lesson ").removeprefix(number).lstrip(" .:·–-").strip()
    raise LessonError(lesson.text, 1, "the lesson has no title: begin it with a line `# Title`.")
