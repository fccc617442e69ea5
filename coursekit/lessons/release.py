"""From the notebook with answers to the notebook that learners open, and whether an answer is left in it."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.lessons.source import Points, build_solution

if TYPE_CHECKING:
    from nbformat import NotebookNode


def build_release(path: str | Path, points: Points | None = None) -> NotebookNode:
    """The notebook of a lesson without answers: what `nbgrader generate_assignment` releases.

    path:   the lesson's text, jupytext Markdown.
    points: what an exercise is worth, by name; the default asks the exercise registry.
    Raises LessonError, with file and line, where the text breaks the conventions.
    """
    return release(build_solution(path, points))


def release(solution: NotebookNode) -> NotebookNode:
    """A copy of a notebook as nbgrader releases it: by its own steps, but those that need its database."""
    from nbgrader import preprocessors as nbgrader

    nb, resources = copy.deepcopy(solution), {}
    for step in (
        nbgrader.LockCells,
        nbgrader.ClearSolutions,
        nbgrader.ClearOutput,
        nbgrader.CheckCellMetadata,
        nbgrader.ComputeChecksums,
        nbgrader.ClearHiddenTests,
        nbgrader.ClearMarkScheme,
        nbgrader.ComputeChecksums,
        nbgrader.CheckCellMetadata,
    ):
        nb, resources = step().preprocess(nb, resources)
    return nb


def leaks(release: NotebookNode, solution: NotebookNode) -> list[str]:
    """Lines of the answers that stand in a released notebook all the same.

    Lines that many programs share, such as `N, T, D = x.shape` or `return h`, do not count.
    """
    released = "\n".join(_plain(line) for cell in release.cells for line in cell.source.splitlines())
    answers = dict.fromkeys(line for cell in solution.cells for line in _answer_lines(cell.source))
    return [line for line in answers if re.search(rf"(?<![\w.]){re.escape(line)}(?![\w.])", released)]


def _answer_lines(source: str) -> list[str]:
    lines, inside = [], False
    for line in source.splitlines():
        if "BEGIN SOLUTION" in line or "END SOLUTION" in line:
            inside = "BEGIN SOLUTION" in line
        elif inside and _says_something(_plain(line)):
            lines.append(_plain(line))
    return lines


def _plain(line: str) -> str:
    """A line without its comment sign, its trailing comment and its spacing."""
    return re.sub(r"\s+", " ", re.sub(r"(?<=\S)\s+#.*", "", line.strip().lstrip("# ")))


def _says_something(line: str) -> bool:
    """Arithmetic or two calls: the line is somebody's thought and not an idiom."""
    arithmetic = re.search(r"[\w)\]]\s*(\+|-|\*|/|@|%)=?\s*[\w(\[-]", line)
    calls = re.findall(r"\w\(", line)
    return len(line) >= 6 and bool(arithmetic or len(calls) >= 2)
