"""A learner's folder with the small course of tests/lessons, answers included, and the real command line."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

from coursekit.cli import main
from coursekit.lessons import build_release, build_solution
from tests.processes import end, finished, until

TINY = Path(__file__).parents[1] / "lessons" / "files" / "solutions" / "01_tiny" / "01_tiny.md"
COMMAND = [sys.executable, "-m", "coursekit.cli"]


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs `coursekit ...` in an empty folder, as a person would."""

    def run_command(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
        done = finished([*COMMAND, *map(str, arguments)], **{"cwd": tmp_path, "seconds": 120} | options)
        assert "Traceback" not in done.stderr + done.stdout
        return done

    return run_command


@dataclass(frozen=True)
class Done:
    """What a command did, in the names of subprocess."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Runs `coursekit ...` in this process, which spares starting Python."""

    def call_command(*arguments: object) -> Done:
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as exit:  # argparse's way to refuse
            status = exit.code
        return Done(status, *capfd.readouterr())

    return call_command


@pytest.fixture
def notebook(tmp_path: Path) -> Callable[..., Path]:
    """Writes the small lesson as a notebook, with cells changed by id, or one more before the checks."""

    def write(before_checks: str = "", solved: bool = True, **changed: str) -> Path:
        nb = (build_solution if solved else build_release)(TINY, {"tiny_gate": 2, "tiny_mix": 3.5}.__getitem__)
        for cell in nb.cells:
            cell.source = changed.pop(cell.id, cell.source)
        assert not changed, "no such cells"
        if before_checks:
            at = next(i for i, cell in enumerate(nb.cells) if cell.id == "check_tiny_gate")
            nb.cells.insert(at, nbformat.v4.new_code_cell(before_checks))
        nbformat.write(nb, tmp_path / "tiny.ipynb")
        return tmp_path / "tiny.ipynb"

    return write


class Server:
    """A JupyterLab that is about to answer on a port of this machine."""

    def __init__(self, port: int, log: Path) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.log = log

    def request(self, path: str, method: str = "GET", patience: float = 90) -> str:
        """What the server answers, as soon as it does."""
        request = urllib.request.Request(self.address + path, method=method, headers={"Authorization": "token secret"})
        answers = []

        def answered() -> bool:
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    answers.append(answer.read().decode())
            except urllib.error.HTTPError:
                raise
            except OSError:
                return False
            return True

        until(answered, patience, lambda: self.log.read_text(errors="replace"))
        return answers[0]

    def json(self, path: str, method: str = "GET") -> Any:
        return json.loads(self.request(path, method))


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts JupyterLab by a command, with settings and secrets of its own, and ends it after the test."""
    processes = []

    def start(*command: object, cwd: Path) -> Server:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        options = [
            "--no-browser",
            f"--port={port}",
            "--ServerApp.port_retries=0",
            "--IdentityProvider.token=secret",
        ]
        private = {f"JUPYTER_{what}_DIR": str(tmp_path / what) for what in ("CONFIG", "DATA", "RUNTIME")}
        with (tmp_path / "log").open("w") as log:
            call = [*map(str, command), *options]
            env = os.environ | private
            processes.append(subprocess.Popen(call, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, cwd=cwd))
        return Server(port, tmp_path / "log")

    yield start
    for process in processes:
        end(process)
