"""Classroom 50's bundle: autograder.py, and beside it the grader as one file."""

from __future__ import annotations

import json

from coursekit.grading.platforms.lessons import Lesson
from coursekit.grading.platforms.pack import own
from coursekit.grading.platforms.pack.bundle import COURSE, File, bundle, zipped
from coursekit.grading.platforms.pack.own import CannotPack

RUNTIME = {"runs-on": "ubuntu-latest", "python": "3.12", "apt": ["libseccomp2"]}
"""The assignment's `runtime`: the default Python there is newer than this package has been tried with."""

AUTOGRADER = '''\
"""Installs what the grader needs, and grades the checkout in which this is run. Any status but 0 is no score."""

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main():
    for name in ("result.json", "release-body.md"):  # the checkout is a student's
        Path(name).unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="grader-") as folder:
        with zipfile.ZipFile(HERE / "grader.zip") as packed:
            packed.extractall(folder)
        python = os.environ.get("GRADER_PYTHON") or installed(folder)
        env = os.environ | {{"PYTHONPATH": f"{{folder}}/{course}", "OMP_NUM_THREADS": "1", "MPLBACKEND": "agg"}}
        # -P: the current folder is the student's, and no module of theirs is imported here.
        command = [python, "-P", "-m", "coursekit.grading.platforms.classroom50", "{lesson}", "--timeout", "600"]
        return subprocess.run(command, env=env).returncode


def installed(folder):
    """A Python with the packages, in an environment of its own: the runner's is as it was."""
    def run(*command):
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    run(sys.executable, "-m", "venv", "venv")
    python = f"{{folder}}/venv/bin/python"
    run(python, "-m", "pip", "install", "--quiet", "uv")
    run(python, "-m", "uv", "pip", "install", "--python", python, "--torch-backend", "cpu", "-r", "requirements.txt")
    return python


sys.exit(main())
'''


def archive(lesson: Lesson) -> bytes:
    """A zip with the files of an assignment's bundle, and its runtime. Raises CannotPack."""
    if own.brought(lesson):
        raise CannotPack(
            f"{lesson.name} has exercises of your own, and Classroom 50 shows its bundles to everybody, right answers "
            "included. Another platform, or `coursekit grade` at home, keeps them."
        )
    program = AUTOGRADER.format(course=COURSE, lesson=lesson.name)
    return zipped(
        {
            "autograder.py": File(program.encode()),
            "grader.zip": File(zipped(bundle(lesson))),
            "runtime.json": File((json.dumps(RUNTIME, indent=2) + "\n").encode()),
        }
    )
