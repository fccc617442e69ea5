"""A lesson with answers, as a student would hand it in, graded at the strongest level that this host has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from jsonschema import Draft202012Validator

from coursekit.grading.platforms.result import Result, as_json, schema
from coursekit.grading.run import sandbox
from coursekit.lessons import build_solution
from coursekit.lessons.cells import grade_id
from coursekit.lessons.tree import lesson_texts

NAME = "05_gru"


@pytest.fixture(scope="session")
def isolated() -> None:
    report = sandbox.probe()
    if report.level == "none":
        pytest.skip(f"no sandbox on this host: {report.text}")


@pytest.fixture(scope="session")
def solution() -> nbformat.NotebookNode:
    return build_solution(next(text for text in lesson_texts() if text.stem == NAME))


@pytest.fixture
def hand_in(solution: nbformat.NotebookNode, tmp_path: Path) -> Callable[..., Path]:
    """Writes the answered lesson, with some answers replaced."""

    def write(file: str = f"{NAME}.ipynb", **answers: str) -> Path:
        nb = nbformat.from_dict(solution)
        for cell in nb.cells:
            if grade_id(cell) in answers:
                cell.source = answers.pop(grade_id(cell))
        assert not answers, "no such cells"
        nbformat.write(nb, tmp_path / file)
        return tmp_path / file

    return write


@pytest.fixture
def valid() -> Callable[[Result], Result]:
    """A result that keeps its published schema; NaN and its like are refused on the way to JSON."""
    validator = Draft202012Validator(schema())

    def check(result: Result) -> Result:
        as_json(result)
        validator.validate(result.to_dict())
        return result

    return check
