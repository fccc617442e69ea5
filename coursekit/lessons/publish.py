"""Writing the notebooks of a clone, and finding out whether they are up to date."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit import atomic
from coursekit.lessons.release import leaks, release
from coursekit.lessons.source import LessonError, Points, build_solution
from coursekit.lessons.start_page import build_start_page, start_page
from coursekit.lessons.tree import find_lessons

if TYPE_CHECKING:
    from nbformat import NotebookNode


def publish(root: str | Path, points: Points | None = None) -> list[Path]:
    """Write every released notebook, and every one with answers for nbgrader; return the files that changed.

    root:   the clone.
    points: what an exercise is worth, by name; the default asks the exercise registry.
    Raises LessonError before anything is written if a text breaks the conventions or gives an answer away.
    """
    built = list(_build(Path(root), points))
    return [path for path, text in built if _write(path, text)]


def drift(root: str | Path, points: Points | None = None) -> list[str]:
    """What differs between the released notebooks of a clone and a fresh build; empty if nothing does."""
    root = Path(root)
    fresh = {path: text for path, text in _build(root, points) if path.is_relative_to(root / "notebooks")}
    found = []
    for path, text in fresh.items():
        if not path.is_file():
            found.append(f"{path.relative_to(root)} is missing: run `make release`.")
        elif path.read_text(encoding="utf-8") != text:
            found.append(f"{path.relative_to(root)} differs from its text: run `make release`, and edit only the text.")
    committed = (p for p in (root / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
    strays = sorted(set(committed) - set(fresh))
    return found + [f"{path.relative_to(root)} has no text in solutions/: delete it." for path in strays]


def _build(root: Path, points: Points | None) -> Iterator[tuple[Path, str]]:
    """Every file that a clone derives from its texts, with its content."""
    for lesson in find_lessons(root):
        solution = build_solution(lesson.text, points)
        released = release(solution)
        given_away = leaks(released, solution)
        if given_away:
            raise LessonError(lesson.text, 1, f"the lesson says outside of the answers: {'; '.join(given_away)}")
        yield lesson.solution, _as_text(solution)
        yield lesson.released, _as_text(released)
    page = start_page(root)
    if page is not None:
        yield page.released, _as_text(build_start_page(page, points))


def _as_text(nb: NotebookNode) -> str:
    import nbformat

    nbformat.validate(nb)
    return nbformat.writes(nb).rstrip("\n") + "\n"


def _write(path: Path, text: str) -> bool:
    """Replace a file in one step; leave it alone, with its time stamp, if it says the same already."""
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic.replace(path, text, mode=0o644)
    return True
