"""Archives, unpacked and run as on a platform: by an ordinary user, without user namespaces, without a network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from coursekit.grading.platforms.lessons import Lesson, lesson
from coursekit.grading.platforms.pack import gradescope
from coursekit.grading.platforms.pack.bundle import CannotPack, bundle
from coursekit.grading.run.sandbox.inside.linux import landlock_abi
from coursekit.grading.run.sandbox.server import LANDLOCK_ABI

from . import contracts
from .conftest import NAME
from .denied import NOBODY

DENIED = Path(__file__).with_name("denied.py")


@pytest.fixture(scope="session")
def archive(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("pack") / "gradescope.zip"
    path.write_bytes(gradescope.archive(lesson(NAME)))
    return path


@dataclass(frozen=True)
class Container:
    """/autograder of a platform, elsewhere."""

    base: Path

    def run(self, notebook: Path | None = None, **metadata: object) -> dict[str, object]:
        """What results.json says after a hand-in."""
        shutil.rmtree(self.base / "submission", ignore_errors=True)
        (self.base / "submission").mkdir(mode=0o755)
        if notebook is not None:
            shutil.copy(notebook, self.base / "submission" / notebook.name)
        (self.base / "submission_metadata.json").write_text(json.dumps(metadata))
        env = {"PATH": os.environ["PATH"], "HOME": "/", "LANG": "C.UTF-8"}
        command = [sys.executable, DENIED, "/bin/bash", self.base / "run_autograder"]
        done = subprocess.run(command, cwd=self.base, env=env, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr[-3000:]
        assert "Traceback" not in done.stdout + done.stderr, done.stderr[-3000:]
        results = json.loads((self.base / "results" / "results.json").read_text())
        contracts.gradescope(results)
        return results


@pytest.fixture
def container(archive):
    """The archive as Gradescope lays it out, with an environment in the place of the one that setup.sh makes."""
    if landlock_abi() < LANDLOCK_ABI:
        pytest.skip("this kernel has no Landlock, or one too old")
    with tempfile.TemporaryDirectory(prefix="autograder-", dir="/tmp") as folder:  # pytest's own is for its owner only
        base = Path(folder)
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(base / "source")
        shutil.copy(base / "source" / "run_autograder", base / "run_autograder")
        (base / "results").mkdir()
        subprocess.run([_python(), "-m", "venv", "--without-pip", base / "venv"], check=True)
        installed = base / "venv" / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
        (installed / "installed.pth").write_text(sysconfig.get_path("purelib") + "\n")
        for path in (base, base / "results"):
            os.chmod(path, 0o755)
        if os.geteuid() == 0:
            os.chown(base / "results", NOBODY, NOBODY)
        yield Container(base)


def _python() -> str:
    """A Python of this version that an ordinary user can run: root's own home is closed to others."""
    found = [os.path.realpath(sys.executable), f"/usr/bin/python{sysconfig.get_python_version()}"]
    for python in found:
        probe = [sys.executable, DENIED, python, "-c", ""]
        if os.path.exists(python) and subprocess.run(probe, capture_output=True, cwd="/").returncode == 0:
            return python
    return pytest.skip("no Python of this version can be run by an ordinary user")


def test_the_archive_has_what_gradescope_looks_for_at_its_root(archive):
    with zipfile.ZipFile(archive) as packed:
        entries = {entry.filename: entry for entry in packed.infolist()}
        for script in ("setup.sh", "run_autograder"):
            assert packed.read(script).startswith(b"#!/usr/bin/env bash\n")
            assert entries[script].external_attr >> 16 & 0o111, "executable"
            subprocess.run(["bash", "-n"], input=packed.read(script), check=True)
        needed = packed.read("requirements.txt").decode().split()
    assert {"numpy", "torch", "nbgrader"} <= {line.partition("==")[0] for line in needed}
    assert all("==" in line and "+" not in line for line in needed)
    notebooks = [name for name in entries if name.endswith(".ipynb")]
    assert [Path(name).name for name in notebooks] == [f"{NAME}.ipynb", "start.ipynb"], "this lesson and no other"
    assert not [name for name in entries if "secret" in name or "_solutions" in name or "__pycache__" in name]


def test_the_same_lesson_gives_the_same_archive(archive):
    assert gradescope.archive(lesson(NAME)) == archive.read_bytes()


def test_an_exercise_that_would_not_be_there_is_not_packed():
    nb = lesson(NAME).notebook.copy()
    nb.cells = [
        *nb.cells,
        {"cell_type": "code", "source": "", "metadata": {"nbgrader": {"grade": True, "grade_id": "check_mine"}}},
    ]
    with pytest.raises(CannotPack, match="asks for mine, which this package does not bring"):
        bundle(Lesson(NAME, nb))


@pytest.mark.slow
def test_a_right_notebook_has_all_points_there(container, hand_in):
    results = container.run(hand_in(), created_at="2027-01-15T10:00:00-08:00")
    assert results["score"] == 13.0 and results["extra_data"]["coursekit"]["isolation"] == "landlock"


@pytest.mark.slow
def test_a_wrong_one_has_its_points_its_mistake_and_its_lateness(container, hand_in):
    wrong = hand_in(gru_parameter_count="def gru_parameter_count(D, H):\n    return 3 * (D * H + H * H + H)")
    due = {"due_date": "2027-01-15T09:00:00-08:00"}
    results = container.run(wrong, created_at="2027-01-15T10:00:00-08:00", assignment=due)
    last = results["tests"][-1]
    assert 12 <= results["score"] < 13 and last["status"] == "failed" and last["extra_data"]["diagnoses"]
    assert "Handed in 1 h after the due date." in results["output"]


@pytest.mark.slow
def test_a_hostile_one_reads_nothing_and_gets_nothing(container, hand_in):
    places = [container.base / name for name in ("source", "submission", "results", "submission_metadata.json")]
    answer = f"""
def gru_step(x, h, params):
    import glob, os, socket
    found = []
    for place in {list(map(str, [*places, Path.cwd(), "/etc/passwd", "/proc/1/environ"]))!r}:
        for path in [place, *glob.glob(place + "/**/*", recursive=True)[:2000]]:
            try:
                found.append((path, open(path, "rb").read(10)))
            except OSError:
                pass
    for attempt in (os.fork, lambda: socket.socket(), lambda: os.kill(os.getppid(), 0)):
        try:
            attempt()
            found.append("possible")
        except OSError:
            pass
    raise ValueError("FOUND " + str(found)[:300])
"""
    results = container.run(hand_in(gru_step=answer))
    first = results["tests"][0]
    assert "FOUND []" in first["output"] and first["score"] == 0 and results["tests"][1]["score"] == 2.0


@pytest.mark.slow
def test_no_notebook_and_no_environment_have_a_results_file_without_a_number(container, tmp_path):
    assert "score" not in container.run(None)
    (tmp_path / f"{NAME}.ipynb").write_bytes(b"\xff\x00")
    assert "score" not in container.run(tmp_path / f"{NAME}.ipynb")
    shutil.rmtree(container.base / "venv")
    results = container.run(None)
    assert "score" not in results and "could not start" in results["output"]
