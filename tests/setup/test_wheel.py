"""The wheel: built for real, installed for real, and used without the clone."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [wheel] = folder.glob("coursekit-*.whl")
    return wheel


def released() -> set[str]:
    folder = ROOT / "notebooks"
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*.ipynb")}
    return {name for name in found if ".ipynb_checkpoints" not in name}


@pytest.mark.slow
def test_it_holds_the_lessons_and_no_answers(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    lessons = {name.removeprefix("coursekit/_notebooks/") for name in names if name.startswith("coursekit/_notebooks/")}
    assert released() <= lessons
    assert "start.ipynb" in lessons
    assert not any(name.endswith(".md") and "dist-info" not in name for name in names)
    assert any(name.endswith("licenses/LICENSE-lessons") for name in names)


@pytest.mark.slow
def test_installed_it_copies_the_lessons_out(wheel, tmp_path):
    target = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", target, wheel]
    subprocess.run(install, check=True, capture_output=True)
    command = [target / "bin" / "coursekit", "start", "mine"]
    environment = os.environ | {"PYTHONPATH": str(target)}  # comes before the clone that the tests are installed from
    for state in ("new", "kept yours"):
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert f"start: {state}" in done.stdout
    copied = {path.relative_to(tmp_path / "mine").as_posix() for path in (tmp_path / "mine").rglob("*.ipynb")}
    assert copied == released()
