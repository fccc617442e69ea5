"""Courses for the tests of this folder, and servers to open them in."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.grading.nbgrader.mini_course import CONFIG, Course, write_template
from tests.once import once
from tests.processes import end, until_it_answers


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> Path:
    """The course as `nbgrader generate_assignment` leaves it. Made once, and copied by every test."""
    made = once(
        tmp_path_factory, "template", lambda folder: write_template(folder / "course", CONFIG.format(options=""))
    )
    return made / "course"


@pytest.fixture(scope="session")
def copy_course(template):
    """Makes a course of one's own in a folder; options are those of `configure`, extra is more configuration."""

    def copy(folder: Path, options: str = "", extra: str = "") -> Course:
        shutil.copytree(template, folder / "course")
        (folder / "course" / "nbgrader_config.py").write_text(CONFIG.format(options=options) + extra)
        return Course(folder / "course")

    return copy


@pytest.fixture
def make_course(copy_course, tmp_path):
    return lambda options="", extra="": copy_course(tmp_path, options, extra)


@pytest.fixture
def serve(tmp_path):
    """Starts a Jupyter server with formgrader in a course, and gives its address; one for the test."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home, log = tmp_path / "home", tmp_path / "log"
    home.mkdir()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    env = os.environ | {"PATH": path, "HOME": str(home), "JUPYTER_CONFIG_DIR": str(home / "jupyter")}
    options = [f"--port={port}", "--no-browser", "--allow-root", "--IdentityProvider.token=", "--ServerApp.password="]
    options += ['--ServerApp.jpserver_extensions={"nbgrader.server_extensions.formgrader": True}']
    processes = []

    def start(course: Course, program: str = "jupyter_server") -> str:
        base = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", program, *options, "--ServerApp.ip=127.0.0.1"]
        with log.open("w") as file:
            command.append(f"--ServerApp.root_dir={course.root}")
            processes.append(subprocess.Popen(command, cwd=course.root, env=env, stdout=file, stderr=file))
        until_it_answers(f"{base}/api", processes[0], log)
        return base

    yield start
    for process in processes:
        end(process)


@pytest.fixture
def formgrader(course, serve):
    """Address of a running server with formgrader in the course."""
    return serve(course)
