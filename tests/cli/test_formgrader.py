"""nbgrader_config.py in the formgrader: a teacher starts JupyterLab in the clone and presses "generate"."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from coursekit.lessons import publish

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.nbgrader
def test_the_formgrader_finds_and_releases_the_lessons(serve, tmp_path):
    clone = shutil.copytree(ROOT / "tests" / "lessons" / "files", tmp_path / "clone")
    shutil.copy(ROOT / "nbgrader_config.py", clone)
    publish(clone, {"tiny_gate": 2, "tiny_mix": 3.5}.__getitem__)
    released = clone / "notebooks" / "01_tiny" / "01_tiny.ipynb"
    expected = released.read_bytes()
    released.unlink()

    root = ["--allow-root"] if os.geteuid() == 0 else []
    server = serve(sys.executable, "-m", "jupyterlab", *root, cwd=clone)
    found = {entry["name"]: entry for entry in server.json("/formgrader/api/assignments")}
    assert sorted(found) == ["01_tiny", "02_small"]
    assert found["01_tiny"]["source_path"] == "solutions/01_tiny"
    answer = server.json("/formgrader/api/assignment/01_tiny/assign", method="POST")
    assert answer["success"], answer
    assert released.read_bytes() == expected
    assert (clone / "gradebook.db").is_file()
