"""`coursekit lab`: a real JupyterLab on a learner's own copy."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from coursekit.cli.lab import default_folder
from coursekit.lessons import clone_root

COMMAND = [sys.executable, "-m", "coursekit.cli", "lab"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url: str, patience: float = 90) -> str:
    """What a server answers, as soon as it does."""
    deadline = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return answer.read().decode()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.mark.slow
def test_jupyterlab_serves_a_copy_at_the_start_page(tmp_path):
    mine = tmp_path / "my course"
    port = free_port()
    options = [
        "--no-browser",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=secret",
    ]
    private = {f"JUPYTER_{what}_DIR": str(tmp_path / what) for what in ("CONFIG", "DATA", "RUNTIME")}
    log = (tmp_path / "log").open("w")
    process = subprocess.Popen(
        [*COMMAND, mine, *options], stdout=log, stderr=log, env=os.environ | private, cwd=tmp_path
    )
    try:
        address = f"http://127.0.0.1:{port}"
        listing = json.loads(get(f"{address}/api/contents/?token=secret"))
        assert "start.ipynb" in [entry["name"] for entry in listing["content"]]
        kernels = json.loads(get(f"{address}/api/kernelspecs?token=secret"))["kernelspecs"]
        assert "python3" in kernels
        assert "jupyter" in get(f"{address}/lab/tree/start.ipynb?token=secret").lower()
    finally:
        process.terminate()
        process.wait(timeout=30)
        log.close()
    assert (mine / "start.ipynb").is_file()
    assert f"127.0.0.1:{port}/lab/tree/start.ipynb" in (tmp_path / "log").read_text()


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
    done = subprocess.run(
        ["git", "check-ignore", "my-course/01/x.ipynb"], cwd=clone_root(), capture_output=True
    )
    assert done.returncode == 0
