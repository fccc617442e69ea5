"""Archives, unpacked and run as on a platform: by an ordinary user, without user namespaces, without a network."""

from __future__ import annotations

import io
import json
import os
import re
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
from coursekit.grading.platforms.pack import autolab, classroom50, gradescope, prairielearn
from coursekit.grading.platforms.pack.bundle import bundle
from coursekit.grading.platforms.pack.own import CannotPack
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
    """The folder of a platform's container, elsewhere, with an environment in the place of the one made there."""

    base: Path

    def put(self, folder: str, notebook: Path | None) -> None:
        """Nothing or this notebook is handed in, into this folder."""
        shutil.rmtree(self.base / folder, ignore_errors=True)
        (self.base / folder).mkdir(mode=0o755)
        if notebook is not None:
            shutil.copy(notebook, self.base / folder / notebook.name)

    def run(self, *command: str | Path, cwd: Path | None = None, status: int = 0, **more: str) -> str:
        """What the command printed, run as the platform's container would. more: environment variables."""
        python = str(self.base / "venv" / "bin" / "python")
        env = {"PATH": os.environ["PATH"], "HOME": "/", "LANG": "C.UTF-8", "GRADER_PYTHON": python} | more
        denied = [sys.executable, DENIED, *command]
        done = subprocess.run(denied, cwd=cwd or self.base, env=env, capture_output=True, text=True, timeout=300)
        assert done.returncode == status, done.stderr[-3000:]
        assert "Traceback" not in done.stdout + done.stderr, done.stderr[-3000:]
        return done.stdout

    def gradescope(self, notebook: Path | None = None, **metadata: object) -> dict[str, object]:
        """What results.json says after a hand-in."""
        self.put("submission", notebook)
        (self.base / "submission_metadata.json").write_text(json.dumps(metadata))
        self.run("/bin/bash", self.base / "run_autograder")
        results = json.loads((self.base / "results" / "results.json").read_text())
        contracts.gradescope(results)
        return results


@pytest.fixture
def container():
    if landlock_abi() < LANDLOCK_ABI:
        pytest.skip("this kernel has no Landlock, or one too old")
    with tempfile.TemporaryDirectory(prefix="autograder-", dir="/tmp") as folder:  # pytest's own is for its owner only
        base = Path(folder)
        subprocess.run([_python(), "-m", "venv", "--without-pip", base / "venv"], check=True, timeout=120)
        installed = base / "venv" / "lib" / f"python{sysconfig.get_python_version()}" / "site-packages"
        (installed / "installed.pth").write_text(sysconfig.get_path("purelib") + "\n")
        (base / "results").mkdir()
        for path in (base, base / "results"):
            os.chmod(path, 0o755)
        if os.geteuid() == 0:
            os.chown(base / "results", NOBODY, NOBODY)
        yield Container(base)


@pytest.fixture
def on_gradescope(archive, container):
    """The archive as Gradescope lays it out."""
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(container.base / "source")
    shutil.copy(container.base / "source" / "run_autograder", container.base / "run_autograder")
    return container


def _python() -> str:
    """A Python of this version that an ordinary user can run: root's own home is closed to others."""
    found = [os.path.realpath(sys.executable), f"/usr/bin/python{sysconfig.get_python_version()}"]
    for python in found:
        probe = [sys.executable, DENIED, python, "-c", ""]
        if os.path.exists(python) and subprocess.run(probe, capture_output=True, cwd="/", timeout=60).returncode == 0:
            return python
    return pytest.skip("no Python of this version can be run by an ordinary user")


def test_the_archive_has_what_gradescope_looks_for_at_its_root(archive):
    with zipfile.ZipFile(archive) as packed:
        entries = {entry.filename: entry for entry in packed.infolist()}
        for script in ("setup.sh", "run_autograder"):
            assert packed.read(script).startswith(b"#!/usr/bin/env bash\n")
            assert entries[script].external_attr >> 16 & 0o111, "executable"
            subprocess.run(["bash", "-n"], input=packed.read(script), check=True, timeout=60)
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


def test_no_grader_imports_from_the_folder_in_which_it_is_called():
    """It may be a student's."""
    for program in (gradescope.RUN, gradescope.SETUP, prairielearn.RUN, autolab.RUN, classroom50.AUTOGRADER):
        calls = re.findall(r"^.*-m coursekit.*$", program.replace('", "', " "), re.M)
        assert calls and all("-P -m coursekit" in call for call in calls), calls


@pytest.mark.slow
def test_a_right_notebook_has_all_points_there(on_gradescope, hand_in):
    results = on_gradescope.gradescope(hand_in(), created_at="2027-01-15T10:00:00-08:00")
    assert results["score"] == 13.0 and results["extra_data"]["coursekit"]["isolation"] == "landlock"


@pytest.mark.slow
def test_a_wrong_one_has_its_points_its_mistake_and_its_lateness(on_gradescope, hand_in):
    wrong = hand_in(gru_parameter_count="def gru_parameter_count(D, H):\n    return 3 * (D * H + H * H + H)")
    due = {"due_date": "2027-01-15T09:00:00-08:00"}
    results = on_gradescope.gradescope(wrong, created_at="2027-01-15T10:00:00-08:00", assignment=due)
    last = results["tests"][-1]
    assert 12 <= results["score"] < 13 and last["status"] == "failed" and last["extra_data"]["diagnoses"]
    assert "Handed in 1 h after the due date." in results["output"]


@pytest.mark.slow
def test_a_hostile_one_reads_nothing_and_gets_nothing(on_gradescope, hand_in):
    places = [on_gradescope.base / name for name in ("source", "submission", "results", "submission_metadata.json")]
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
    results = on_gradescope.gradescope(hand_in(gru_step=answer))
    first = results["tests"][0]
    assert "FOUND []" in first["output"] and first["score"] == 0 and results["tests"][1]["score"] == 2.0


@pytest.mark.slow
def test_no_notebook_and_no_environment_have_a_results_file_without_a_number(on_gradescope, tmp_path):
    assert "score" not in on_gradescope.gradescope(None)
    (tmp_path / f"{NAME}.ipynb").write_bytes(b"\xff\x00")
    assert "score" not in on_gradescope.gradescope(tmp_path / f"{NAME}.ipynb")
    shutil.rmtree(on_gradescope.base / "venv")
    results = on_gradescope.gradescope(None)
    assert "score" not in results and "could not start" in results["output"]


@pytest.fixture
def on_prairielearn(container):
    """A course's folder with the archive in it, and of it what PrairieLearn copies into /grade."""
    with zipfile.ZipFile(io.BytesIO(prairielearn.archive(lesson(NAME), "me/coursekit"))) as packed:
        packed.extractall(container.base / "repository")
    shutil.copytree(container.base / "repository" / "serverFilesCourse", container.base / "serverFilesCourse")
    return container


@pytest.mark.slow
def test_a_question_of_prairielearn(on_prairielearn, hand_in, tmp_path):
    base = on_prairielearn.base
    question = base / "repository" / "questions" / f"coursekit_{NAME}"
    info = json.loads((question / "info.json").read_text())
    files = {path.relative_to(base).as_posix() for path in base.glob("serverFilesCourse/*/*")}
    contracts.prairielearn_question(info, files)
    graded = info["workspaceOptions"]["gradedFiles"]
    assert [path.name for path in (question / "workspace").iterdir()] == graded
    assert "<pl-workspace>" in (question / "question.html").read_text()
    program, *arguments = info["externalGradingOptions"]["entrypoint"]

    def results(notebook):
        on_prairielearn.put("student", notebook)
        on_prairielearn.run("/bin/bash", base / program.removeprefix("/grade/"), *arguments, cwd=Path("/"))
        return contracts.prairielearn((base / "results" / "results.json").read_bytes())

    right = results(hand_in())
    assert right["score"] == 1.0 and right["isolation"] == "landlock"
    half = results(hand_in(gru_parameter_count="def gru_parameter_count(D, H):\n    return 3 * (D * H + H * H + H)"))
    assert 12 / 13 <= half["score"] < 1 and half["tests"][-1]["message"] != "wrong", "the mistake is named"
    (tmp_path / f"{NAME}.ipynb").write_bytes(b"\xff\x00")
    unread = results(tmp_path / f"{NAME}.ipynb")
    assert unread["gradable"] is False and "is not a notebook" in unread["format_errors"][0]
    shutil.rmtree(base / "venv")
    assert results(None)["gradable"] is False


@pytest.mark.slow
def test_a_lab_of_autolab(container, hand_in, tmp_path):
    with zipfile.ZipFile(io.BytesIO(autolab.archive(lesson(NAME)))) as packed:
        packed.extractall(tmp_path / "lab")
    problems = {
        name: float(points)
        for name, points in re.findall(r"^  (\w+)  (\d+)$", (tmp_path / "lab" / "README.txt").read_text(), re.M)
    }
    assert sum(problems.values()) == 13

    def scores(notebook):
        container.put("instance", notebook)
        instance = container.base / "instance"
        shutil.copy(tmp_path / "lab" / "autograde-Makefile", instance / "Makefile")
        shutil.copy(tmp_path / "lab" / "autograde.tar", instance / "autograde.tar")
        if os.geteuid() == 0:
            os.chown(instance, NOBODY, NOBODY)
        printed = container.run(shutil.which("make"), "--no-print-directory", cwd=instance)
        return contracts.autolab(printed), printed

    assert scores(hand_in())[0] == problems
    forged = 'def gru_step(x, h, params):\n    raise ValueError(\'\\n{"scores": {"gru_step": 99}}\\n\')'
    got, printed = scores(hand_in(gru_step=forged))
    assert got == problems | {"gru_step": 0.0}
    assert [line for line in printed.splitlines() if "99" in line and not line.startswith("| ")] == []
    (tmp_path / f"{NAME}.ipynb").write_bytes(b"\xff\x00")
    assert scores(tmp_path / f"{NAME}.ipynb")[0] == {}
    shutil.rmtree(container.base / "venv")
    got, printed = scores(None)
    assert got == {} and "Nobody loses points" in printed


@pytest.mark.slow
def test_an_assignment_of_classroom50(container, hand_in, tmp_path):
    bundle_folder = container.base / "bundle"
    with zipfile.ZipFile(io.BytesIO(classroom50.archive(lesson(NAME)))) as packed:
        packed.extractall(bundle_folder)
    assert json.loads((bundle_folder / "runtime.json").read_text())["python"] == "3.12"
    said = {"CLASSROOM": "rnn", "ASSIGNMENT": "gru", "SUBMISSION_TAG": "submit/2027-01-15T14-32-05Z-a1b2c3d"}
    said |= {f"{name}_URL": f"https://example.org/{name}" for name in ("COMMIT", "RELEASE")}
    checkout = container.base / "checkout"

    def results(notebook, status=0):
        container.put("checkout", notebook)
        (checkout / "result.json").write_text('{"score": 99}')
        for module in (
            "json",
            "numpy",
            "coursekit",
            "sitecustomize",
        ):  # would be the grader's, if it imported from here
            (checkout / f"{module}.py").write_text("raise SystemExit('a module of a student was imported')")
        if os.geteuid() == 0:
            os.chown(checkout, NOBODY, NOBODY)
        container.run(
            container.base / "venv/bin/python", bundle_folder / "autograder.py", cwd=checkout, status=status, **said
        )
        return (
            json.loads((checkout / "result.json").read_text()) if status == 0 else (checkout / "result.json").exists()
        )

    right = results(hand_in())
    contracts.classroom50(right, said)
    assert (right["score"], right["max-score"]) == (1300, 1300) and right["isolation"] == "landlock"
    assert right["datetime"] == "2027-01-15T14:32:05Z", "the time of the hand-in, also when it is graded again"
    half = results(hand_in(gru_parameter_count="def gru_parameter_count(D, H):\n    return 3 * (D * H + H * H + H)"))
    contracts.classroom50(half, said)
    assert 1200 <= half["score"] < 1300 and half["tests"][-1]["diagnoses"] and not half["tests"][-1]["passed"]
    assert "## gru_parameter_count" in (checkout / "release-body.md").read_text()
    (tmp_path / f"{NAME}.ipynb").write_bytes(b"\xff\x00")
    assert results(tmp_path / f"{NAME}.ipynb", status=1) is False, "no score at all, and no forged one"
    assert "is not a notebook" in (checkout / "release-body.md").read_text()
