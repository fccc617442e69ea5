"""What holds for every verb: help, quick start, and errors without a traceback."""

from __future__ import annotations

import subprocess
import sys

import pytest

import coursekit
from coursekit.cli import VERBS

HEAVY = {"torch", "matplotlib", "nbformat", "nbclient", "jupytext", "nbgrader", "IPython", "rich"}


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(call, verb):
    assert verb in call("--help").stdout
    done = call(verb, "--help")
    assert done.returncode == 0
    assert f"usage: coursekit {verb}" in done.stdout


def test_what_needs_no_notebook_imports_nothing_heavy():
    code = "import sys; from coursekit.cli import main; main(['start', '/dev/null']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "coursekit.cli" in done.stdout.split()
    assert HEAVY & set(done.stdout.split()) == set()


def test_version(call):
    assert call("--version").stdout.strip() == f"coursekit {coursekit.__version__}"


@pytest.mark.parametrize("arguments", [[], ["fly"], ["start"], ["check"]])
def test_what_cannot_be_understood_shows_usage(call, arguments):
    done = call(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: coursekit")


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    """As in `coursekit start mine | head -1`."""
    command = f"{sys.executable} -m coursekit.cli start mine | true"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert done.stderr == ""
