"""The other Pythons that the course supports, where this machine has them: the base is installed for each, and the part
that reads compiled code and running frames, which differ from one to the next, is tested there."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.processes import finished
from tests.setup.pinned import MINORS, ROOT

OTHERS = [minor for minor in MINORS if minor != sys.version_info.minor]
NEEDED = ("pytest", "pytest-timeout", "filelock", "sqlalchemy")  # by what these tests, and their settings, import
READING = [f"tests/checking/tracing/test_{name}.py" for name in ("reading", "hard_to_follow")]


def interpreter(minor: int) -> str:
    """A Python of this version: one that starts by its name, or one of pyenv's."""
    named = filter(None, [shutil.which(f"python3.{minor}")])
    for path in (*named, *sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python"))):
        if finished([path, "-c", "import ensurepip"]).returncode == 0:  # pyenv's own command fails for one not chosen
            return str(path)
    pytest.skip(f"this machine has no Python 3.{minor}")


@pytest.mark.slow
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("minor", OTHERS)
def test_the_checks_read_along_on_other_pythons(minor, tmp_path):
    python = tmp_path / "bin" / "python"
    assert finished([interpreter(minor), "-m", "venv", tmp_path]).returncode == 0
    install = [python, "-m", "pip", "--retries", "0", "install", "--quiet", "--constraint", ROOT / "constraints.txt"]
    install.append("--no-compile")  # most of it is not imported
    if (reached := finished([*install, *NEEDED], seconds=500)).returncode:
        pytest.skip(f"no index of packages can be reached: {reached.stderr.splitlines()[-1]}")
    installed = finished([*install, ROOT], seconds=500)
    assert installed.returncode == 0, installed.stderr
    done = finished([python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *READING], cwd=ROOT, seconds=500)
    assert done.returncode == 0 and " passed" in done.stdout, done.stdout[-4000:]
