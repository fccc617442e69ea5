"""Every prediction that a lesson asks for is compared, once, with what was measured."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest

from coursekit.lessons.source import read_cells
from tests.course.learners import LESSONS, ROOT


def cells(lesson: str):
    return read_cells(ROOT / "solutions" / lesson / f"{lesson}.md")


def compared(lesson: str) -> list[str]:
    """Names of the predictions that a lesson compares; lesson 08 compares each claim that it shows."""
    text = "\n".join(cell.source for cell in cells(lesson) if cell.kind == "code")
    shown = re.findall(r'^show\("(\w+)"\)', text, re.M) if "predicted(claim," in text else []
    return re.findall(r'^ *predicted\("(\w+)"', text, re.M) + shown


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_prediction_is_compared(lesson):
    found = compared(lesson)
    if not found:
        pytest.skip("this lesson compares its predictions itself")
    asked = [cell.name for cell in cells(lesson) if cell.role == "prediction"]
    assert [name for name in asked if not {name, name.removeprefix("guess_")} & set(found)] == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_prediction_stands_beside_a_result(lesson):
    calls = [
        node
        for cell in cells(lesson)
        if cell.kind == "code"
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "predicted"
    ]
    assert [ast.unparse(call) for call in calls if len(call.args) < 3] == []


def test_no_two_predictions_are_remembered_under_one_name():
    found = Counter(name for lesson in LESSONS for name in compared(lesson))
    assert [name for name, times in found.items() if times > 1] == []
