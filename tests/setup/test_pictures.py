"""The pictures of the README and of the pages beside it: there, small, with words, and all made by the script."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "docs" / "screenshots.py"
PICTURES = sorted((ROOT / "docs").glob("*.png"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
SHOWN = LINK.findall(PAGES[0].read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_a_picture_is_shown_and_small_and_made_by_the_script(path):
    assert any(
        (page.parent / target).resolve() == path for page in PAGES for _, target in LINK.findall(page.read_text())
    )
    names = [node.value for node in ast.walk(ast.parse(SCRIPT.read_text())) if isinstance(node, ast.Constant)]
    assert path.stem in names
    assert path.stat().st_size < 300_000
    with Image.open(path) as picture:
        assert picture.format == "PNG" and 600 <= picture.width <= 1600


@pytest.mark.parametrize(("words", "target"), SHOWN)
def test_the_readme_shows_pictures_that_are_there_and_says_what_is_on_them(words, target):
    assert target.startswith("https://") or (ROOT / target).is_file()
    assert len(words) > 15


def test_the_readme_shows_a_report():
    assert "docs/report.png" in [target for _, target in SHOWN]
