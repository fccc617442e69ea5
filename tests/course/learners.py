"""Learners made of paper: released notebooks with answers put in, as someone would have typed them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[2]
LESSONS = sorted(path.parent.name for path in (ROOT / "solutions").glob("*/*.md"))


def released(lesson: str) -> NotebookNode:
    """The notebook that learners open."""
    return nbformat.read(ROOT / "notebooks" / lesson / f"{lesson}.ipynb", as_version=4)


def solved(lesson: str) -> NotebookNode:
    """The notebook with all answers, built from the lesson's text."""
    from coursekit.lessons import build_solution

    return build_solution(ROOT / "solutions" / lesson / f"{lesson}.md")


def exercises(nb: NotebookNode) -> list[str]:
    """Names of the exercises that a notebook checks, in order."""
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in nb.cells]
    return [name.removeprefix("check_") for name in ids if name.startswith("check_")]


def answer(nb: NotebookNode, answers: Mapping[str, str]) -> NotebookNode:
    """Put sources into the answer cells of a released notebook, by the name of the exercise."""
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in nb.cells}
    for name, source in answers.items():
        cells[name].source = source
    return nb


def right_answers(lesson: str) -> dict[str, str]:
    """The sources of all answers of a lesson's solution."""
    nb = solved(lesson)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in nb.cells}
    return {name: cells[name] for name in exercises(nb)}
