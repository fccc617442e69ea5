"""`coursekit release` in a clone, and outside of one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

SMALL = Path(__file__).parents[1] / "lessons" / "files" / "solutions" / "02_small"


@pytest.fixture
def clone(tmp_path, monkeypatch) -> Path:
    """A clone with one lesson that has no exercises."""
    shutil.copytree(SMALL, tmp_path / "solutions" / "02_small")
    monkeypatch.setattr("coursekit.cli.release.clone_root", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_writes_what_is_out_of_date(call, clone):
    assert call("release", "--check").returncode == 1
    assert not (clone / "notebooks").exists(), "--check writes nothing"
    done = call("release")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "wrote solutions/02_small/02_small.ipynb",
        "wrote notebooks/02_small/02_small.ipynb",
    ]
    assert call("release").stdout == "everything is up to date.\n"
    assert call("release", "--check").returncode == 0


def test_a_wrong_text_is_named_with_its_line(call, clone):
    (clone / "solutions" / "02_small" / "02_small.md").write_text("# Small\n\n```bash\nls\n```\n")
    done = call("release")
    assert done.returncode == 2
    assert "02_small.md:3: " in done.stderr


def test_outside_of_a_clone_there_is_nothing_to_build(call, monkeypatch):
    monkeypatch.setattr("coursekit.cli.release.clone_root", lambda: None)
    done = call("release")
    assert done.returncode == 2
    assert "works in a clone only" in done.stderr
