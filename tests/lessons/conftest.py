"""A small course, and a way to write a lesson in a test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

FILES = Path(__file__).parent / "files"


def tiny_points(name: str) -> float:
    """What the exercises of the small course are worth."""
    return {"tiny_gate": 2, "tiny_mix": 3.5}[name]


@pytest.fixture
def points() -> Callable[[str], float]:
    return tiny_points


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A clone of the small course, with its texts and nothing built yet."""
    return shutil.copytree(FILES, tmp_path / "course")


@pytest.fixture
def tiny(course: Path) -> Path:
    """The text of its first lesson."""
    return course / "solutions" / "01_tiny" / "01_tiny.md"


@pytest.fixture
def lesson(tmp_path: Path) -> Callable[[str], Path]:
    """Writes the text of a lesson."""

    def write(text: str) -> Path:
        path = tmp_path / "lesson.md"
        path.write_text(text, encoding="utf-8")
        return path

    return write
