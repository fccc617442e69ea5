"""The oldest packages that pyproject.toml allows: a class is graded with them, and figures are drawn.

A bound that nobody installs is wrong unnoticed, and a teacher's environment may hold any package that it allows.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.processes import finished
from tests.setup.pinned import MINORS, ROOT, pins

TESTING = ["pytest==9.0.0", "pytest-timeout==2.4.0", "filelock==3.20.0"]
PICTURES = "a_picture_is_that or another_matplotlib or as_it_was_afterwards or not_taken_for"
INSTALLED = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(sys.version_info.minor != MINORS[0], reason="old packages have wheels for the oldest Python"),
]


@pytest.fixture(scope="module")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the programs of an environment that has the oldest packages."""
    if importlib.util.find_spec("uv") is None:
        pytest.skip("uv is not installed, and pip chooses the newest packages")
    folder, uv = tmp_path_factory.mktemp("lowest"), [sys.executable, "-m", "uv"]
    made = finished([*uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, folder])
    assert made.returncode == 0, made.stderr
    install = [*uv, "pip", "install", "--quiet", "--python", folder / "bin" / "python", "--resolution", "lowest-direct"]
    installed = finished([*install, f"{ROOT}[lab,grading]", *TESTING], seconds=900)
    if installed.returncode and re.search("connect|dns|request|timed? ?out", installed.stderr.casefold()):
        pytest.skip(f"no index of packages can be reached: {installed.stderr.splitlines()[-1]}")
    assert installed.returncode == 0, installed.stderr[-4000:]
    return folder / "bin"


def test_the_packages_are_older_than_those_that_are_pinned(tools):
    installed = json.loads(finished([tools / "python", "-c", INSTALLED]).stdout)
    pinned = pins()
    older = [name for name, version in installed.items() if Version(version) < _pinned(pinned, name)]
    assert len(older) > 20, older


def _pinned(pinned: dict[str, str], name: str) -> Version:
    return Version(pinned.get(canonicalize_name(name), "0"))


def test_a_class_is_graded(tools, tmp_path):
    env = os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "COURSEKIT_HOME": str(tmp_path / "home")}
    env.pop("PYTHONPATH", None)

    def run(*command: str, folder: Path = tmp_path / "course") -> str:
        done = finished([tools / command[0], *command[1:]], cwd=folder, env=env, seconds=400)
        assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
        return done.stdout

    run("coursekit", "new-course", "course", "--lessons", "00", "--demo", "3", folder=tmp_path)
    isolated = [] if shutil.which("bwrap") else ["--no-sandbox"]
    graded = run("coursekit", "grade", "00_numerical_tools", *isolated)
    assert re.search(r"ada +8 +8 +graded", graded) and "All decided." in graded, graded
    run("nbgrader", "generate_feedback", "00_numerical_tools")
    run("coursekit", "report", "00_numerical_tools")
    [page] = (tmp_path / "course" / "feedback" / "ada").rglob("*.html")
    assert "relative_error" in page.read_text(encoding="utf-8")


def test_figures_are_drawn_as_by_ipython(tools):
    room = ROOT / "tests" / "grading" / "run" / "sandbox" / "test_pictures.py"
    options = ["-q", "-p", "no:cacheprovider", "-o", "filterwarnings=ignore", "-k", PICTURES]
    done = finished([tools / "python", "-m", "pytest", *options, room], cwd=ROOT, seconds=500)
    assert done.returncode == 0 and " passed" in done.stdout, done.stdout[-4000:]
