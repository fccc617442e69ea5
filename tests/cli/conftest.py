"""A learner's folder with the small course of tests/lessons, answers included, and the real command line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from coursekit.cli import main
from coursekit.lessons import build_release, build_solution

TINY = Path(__file__).parents[1] / "lessons" / "files" / "solutions" / "01_tiny" / "01_tiny.md"
COMMAND = [sys.executable, "-m", "coursekit.cli"]


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs `coursekit ...` in an empty folder, as a person would."""

    def run_command(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
        options = {"cwd": tmp_path, "capture_output": True, "text": True, "timeout": 120} | options
        done = subprocess.run([*COMMAND, *map(str, arguments)], **options)
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
        nb = (build_solution if solved else build_release)(
            TINY, {"tiny_gate": 2, "tiny_mix": 3.5}.__getitem__
        )
        for cell in nb.cells:
            cell.source = changed.pop(cell.id, cell.source)
        assert not changed, "no such cells"
        if before_checks:
            at = next(i for i, cell in enumerate(nb.cells) if cell.id == "check_tiny_gate")
            nb.cells.insert(at, nbformat.v4.new_code_cell(before_checks))
        nbformat.write(nb, tmp_path / "tiny.ipynb")
        return tmp_path / "tiny.ipynb"

    return write
