"""`coursekit start`: what it copies, and that it never overwrites anything."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from coursekit.lessons import publish, shipped_notebooks

FILES = Path(__file__).parents[1] / "lessons" / "files"


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The notebooks of the small course, as if they had come with the package."""
    clone = shutil.copytree(FILES, tmp_path / "clone")
    publish(clone, {"tiny_gate": 2, "tiny_mix": 3.5}.__getitem__)
    monkeypatch.setattr("coursekit.cli.start.shipped_notebooks", lambda: clone / "notebooks")
    return clone / "notebooks"


def test_the_lessons_are_copied(call, shipped, tmp_path):
    mine = tmp_path / "deep" / "mine"
    done = call("start", mine)
    assert done.returncode == 0
    assert done.stdout.splitlines()[:3] == ["01_tiny: new", "02_small: new", "start: new"]
    assert done.stdout.splitlines()[-1] == f"Start working with: coursekit lab {mine}"
    for original in shipped.rglob("*.ipynb"):
        assert (mine / original.relative_to(shipped)).read_bytes() == original.read_bytes()


def test_what_is_there_is_kept_and_what_is_missing_is_copied(call, shipped, tmp_path):
    mine = tmp_path / "mine" / "01_tiny" / "01_tiny.ipynb"
    mine.parent.mkdir(parents=True)
    mine.write_text("my answers")
    for states in (
        ["01_tiny: kept yours", "02_small: new", "start: new"],
        ["01_tiny: kept yours", "02_small: kept yours"],
    ):
        assert call("start", tmp_path / "mine").stdout.splitlines()[: len(states)] == states
        assert mine.read_text() == "my answers"


def test_a_link_to_nowhere_is_somebodys_too(call, shipped, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "start.ipynb").symlink_to(tmp_path / "elsewhere.ipynb")
    (tmp_path / "elsewhere.ipynb").write_text("something else")
    (mine / "01_tiny").mkdir()
    (mine / "01_tiny" / "01_tiny.ipynb").symlink_to(tmp_path / "nowhere.ipynb")
    assert call("start", mine).returncode == 0
    assert (tmp_path / "elsewhere.ipynb").read_text() == "something else"
    assert not (tmp_path / "nowhere.ipynb").exists()


def test_after_an_update_new_lessons_come_and_an_old_start_page_is_told(call, shipped, tmp_path):
    call("start", tmp_path / "mine")
    shutil.copytree(shipped / "02_small", shipped / "03_new")
    (shipped / "start.ipynb").write_text("lists three lessons")
    done = call("start", tmp_path / "mine")
    assert "03_new: new" in done.stdout
    assert "start: kept yours; it may list fewer lessons than there are now" in done.stdout


def test_half_a_copy_is_removed(call, shipped, tmp_path, monkeypatch):
    def full_disk(source, target):
        target.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full_disk)
    done = call("start", tmp_path / "mine")
    assert done.returncode == 2
    assert "cannot write to" in done.stderr and "no space left on device" in done.stderr
    assert list((tmp_path / "mine").rglob("*.ipynb")) == []


def test_hidden_files_stay_where_they_are(call, shipped, tmp_path):
    (shipped / ".ipynb_checkpoints").mkdir()
    (shipped / ".ipynb_checkpoints" / "start-checkpoint.ipynb").write_text("{}")
    call("start", tmp_path / "mine")
    assert not (tmp_path / "mine" / ".ipynb_checkpoints").exists()


def test_a_file_is_no_folder_to_work_in(call, shipped, tmp_path):
    (tmp_path / "mine").write_text("a file")
    for folder in (tmp_path / "mine", tmp_path / "mine" / "inside"):
        done = call("start", folder)
        assert (done.returncode, done.stdout) == (2, "")
        assert len(done.stderr.splitlines()) == 1
    assert (tmp_path / "mine").read_text() == "a file"


def test_a_folder_that_cannot_be_written_gets_a_sentence(call, shipped, tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir()
    locked.chmod(0o555)
    with ordinary_user(tmp_path):
        done = call("start", locked / "mine")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"coursekit start: cannot write to {locked / 'mine'}: permission denied.\n"


@contextmanager
def ordinary_user(folder: Path) -> Iterator[None]:
    """Gives up root for a while, for whom no file is protected; the folder stays within reach."""
    if os.geteuid() != 0:
        yield
        return
    for parent in (folder, *folder.parents):
        if "pytest-of-" in str(parent):
            parent.chmod(parent.stat().st_mode | 0o055)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_the_originals_are_no_folder_to_work_in(call):
    shipped = shipped_notebooks()
    assert shipped is not None
    for folder in (shipped, shipped / "mine", shipped.parent / "solutions"):
        done = call("start", folder)
        assert done.returncode == 2
        assert "holds the originals of the lessons" in done.stderr


def test_an_installation_without_lessons_says_so(call, tmp_path, monkeypatch):
    monkeypatch.setattr("coursekit.cli.start.shipped_notebooks", lambda: None)
    done = call("start", tmp_path / "mine")
    assert done.returncode == 2
    assert "this installation holds no lessons" in done.stderr
