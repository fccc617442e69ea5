"""The answers that the lessons print pass on every seed, and not only on the one of a notebook or of a grader."""

from __future__ import annotations

import ast
import contextlib
import functools
from pathlib import Path
from typing import Any

import pytest

from coursekit.checking import registry
from coursekit.lessons import build_solution
from coursekit.lessons.cells import grade_id
from tests.topics.answers import right

SOLUTIONS = Path(__file__).parents[2] / "solutions"
SEEDS = range(20)
DEFINING = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
FEW = {"fit": 4, "GRU": 4, "gru_layer_fused": 8}  # these take a second each


@functools.cache
def written(lesson: str) -> dict[str, Any]:
    """The names that the cells of a lesson import and define, answers among them. What needs more is left out."""
    names: dict[str, Any] = {}
    for cell in build_solution(SOLUTIONS / lesson / f"{lesson}.md").cells:
        if cell.cell_type != "code":
            continue
        for node in ast.parse(cell.source).body:
            if isinstance(node, DEFINING) or "namedtuple(" in ast.unparse(node):
                with contextlib.nullcontext() if grade_id(cell) else contextlib.suppress(NameError):
                    exec(compile(ast.Module([node], []), lesson, "exec"), names)
    return names


@pytest.mark.parametrize("name", [exercise.name for exercise in registry.every()])
def test_the_answer_of_the_lesson_passes_on_every_seed(name):
    lesson = registry.get(name).lesson
    right(name, written(lesson)[name], SEEDS[: FEW.get(name, len(SEEDS))])
