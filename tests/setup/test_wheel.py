"""The wheel: built for real, installed for real, and used without the clone."""

from __future__ import annotations

import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes import finished

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    finished(command, cwd=ROOT, check=True)
    [wheel] = folder.glob("coursekit_recurrent-*.whl")
    return wheel


def released() -> set[str]:
    folder = ROOT / "notebooks"
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*.ipynb")}
    return {name for name in found if ".ipynb_checkpoints" not in name}


@pytest.fixture(scope="module")
def typed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Call the installed command in an empty folder outside of the clone; what it printed. `folder` is that folder."""
    target, folder = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("elsewhere")
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", target, wheel]
    finished(install, check=True)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    # PYTHONPATH comes before the clone that the tests are installed from.
    settings = {"PYTHONPATH": str(target), "PATH": path, "COURSEKIT_HOME": str(folder / "home"), "COLUMNS": "160"}

    def call(*arguments: str, status: int = 0) -> str:
        command = [target / "bin" / "coursekit", *arguments]
        done = finished(command, cwd=folder, env=os.environ | settings)
        assert done.returncode == status, done.stderr
        return done.stdout

    call.folder = folder
    return call


@pytest.mark.slow
def test_it_holds_the_lessons_and_their_texts_and_no_notebook_with_answers(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    lessons = {name.removeprefix("coursekit/_notebooks/") for name in names if name.startswith("coursekit/_notebooks/")}
    assert released() <= lessons
    assert "start.ipynb" in lessons
    texts = {name.removeprefix("coursekit/_solutions/") for name in names if name.startswith("coursekit/_solutions/")}
    assert texts == {path.relative_to(ROOT / "solutions").as_posix() for path in (ROOT / "solutions").rglob("*.md")}
    assert not any(name.endswith(".md") and "/_solutions/" not in name for name in names if "dist-info" not in name)
    assert any(name.endswith("licenses/LICENSE-lessons") for name in names)


@pytest.mark.slow
def test_it_holds_the_templates_of_all_pages(wheel):
    here = {path.relative_to(ROOT).as_posix() for path in (ROOT / "coursekit").rglob("*.j2")}
    assert {"coursekit/desk/map.html.j2", "coursekit/results/comparison.html.j2"} <= here
    assert here <= set(zipfile.ZipFile(wheel).namelist())


@pytest.mark.slow
def test_installed_it_copies_the_lessons_out(typed):
    for state in ("new", "kept yours"):
        assert f"start: {state}" in typed("start", "mine")
    mine = typed.folder / "mine"
    assert {path.relative_to(mine).as_posix() for path in mine.rglob("*.ipynb")} == released()
    assert "Begin with sigmoid in lesson 00" in typed("progress")
    assert "surnames" in typed("data")
    said = typed("check", "mine/00_numerical_tools/00_numerical_tools.ipynb", status=1)
    assert "sigmoid" in said and "not written" in said


@pytest.mark.slow
@pytest.mark.nbgrader
def test_installed_it_makes_and_grades_a_class(typed, isolated):
    assert "8 points, due: no date, 2 submissions" in typed("new-course", "class", "--lessons", "00", "--demo", "2")
    said = typed("grade", "00_numerical_tools", "--course", "class", "-j", "1")
    assert "2 submissions. All decided." in said
    typed("report", "00_numerical_tools", "--course", "class")
    assert "<h1" in (typed.folder / "class" / "reports" / "00_numerical_tools.html").read_text(encoding="utf-8")
