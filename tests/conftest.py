"""What every test has: a home of its own for the learner's journal, so that no test writes into the real one."""

from __future__ import annotations

import itertools
import os
import tempfile

import pytest

# Set before anything else runs, and in the environment, so that every process that a test starts has it too.
_home = tempfile.TemporaryDirectory(prefix="coursekit-home-", ignore_cleanup_errors=True)
os.environ["COURSEKIT_HOME"] = _home.name
os.environ.pop("COURSEKIT_PROGRESS", None)
_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def _own_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the tries of another one. The folder is made when something is written."""
    monkeypatch.setenv("COURSEKIT_HOME", os.path.join(_home.name, str(next(_numbers))))
