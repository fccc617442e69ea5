"""A real JupyterLab in a real browser, for the tests that drive it."""

from __future__ import annotations

import os
import socket
import sys

import pytest

from tests.course.browsing import TOKEN, chromium, photograph
from tests.processes import started, until_it_answers


@pytest.fixture(scope="module")
def page():
    with chromium() as browser:
        opened = browser.new_page(viewport={"width": 1400, "height": 1000})
        yield opened
        photograph(opened, "last-page")


@pytest.fixture(scope="module")
def lab_home(tmp_path_factory):
    """Where the learner's journal lies."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def lab(tmp_path_factory, lab_home):
    """JupyterLab as `make lab` starts it, on a fresh copy of the lessons."""
    folder = tmp_path_factory.mktemp("learner")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "coursekit.cli", "lab", str(folder / "course"), "--no-browser"]
    options = [f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"]
    log = folder / "lab.log"
    env = os.environ | {
        "COURSEKIT_HOME": str(lab_home),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
    }
    url = f"http://127.0.0.1:{port}"
    with log.open("w") as file, started([*command, *options], stdout=file, stderr=file, env=env) as process:
        until_it_answers(f"{url}/api/status?token={TOKEN}", process, log)
        yield url
