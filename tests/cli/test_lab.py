"""`coursekit lab`: a real JupyterLab on a learner's own copy."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from coursekit.cli.lab import default_folder
from coursekit.lessons import clone_root
from tests.processes import finished

COMMAND = [sys.executable, "-m", "coursekit.cli", "lab"]


@pytest.mark.slow
def test_jupyterlab_serves_a_copy_at_the_start_page(serve, tmp_path):
    mine = tmp_path / "my course"
    server = serve(*COMMAND, mine, cwd=tmp_path)
    assert "start.ipynb" in [entry["name"] for entry in server.json("/api/contents/")["content"]]
    assert "python3" in server.json("/api/kernelspecs")["kernelspecs"]
    assert "jupyter" in server.request("/lab/tree/start.ipynb").lower()
    assert (mine / "start.ipynb").is_file()
    assert f"{server.address}/lab/tree/start.ipynb" in server.log.read_text()


@pytest.mark.slow
def test_what_follows_is_jupyterlabs(run):
    """JupyterLab itself answers, and not argparse."""
    done = run("lab", "mine", "--version")
    assert done.returncode == 0
    assert done.stdout.strip().splitlines()[-1].count(".") == 2


def test_help_is_ours(call):
    done = call("lab", "--help")
    assert done.returncode == 0
    assert "coursekit lab [DIR] [JUPYTERLAB ARGUMENT ...]" in done.stdout


def test_without_a_folder_it_is_this_copy_or_the_clones(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert default_folder() == clone_root() / "my-course"
    (tmp_path / "start.ipynb").write_text("{}")
    assert default_folder() == tmp_path
    monkeypatch.chdir(clone_root() / "notebooks")
    assert default_folder() == clone_root() / "my-course", "the originals are not worked in"


def test_outside_of_a_clone_it_is_a_folder_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("coursekit.cli.lab.clone_root", lambda: None)
    assert default_folder() == Path.cwd() / "my-course"


def test_git_ignores_the_learners_copy():
    done = finished(["git", "check-ignore", "my-course/01/x.ipynb"], cwd=clone_root())
    assert done.returncode == 0
