"""A real JupyterLab in a real browser, for the tests that drive it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.course.browsing import TOKEN, chromium, photograph


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
    log = (folder / "lab.log").open("w")
    env = os.environ | {
        "COURSEKIT_HOME": str(lab_home),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
    }
    process = subprocess.Popen([*command, *options], stdout=log, stderr=log, env=env)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, process, folder / "lab.log")
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


def _wait_for(url: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(240):
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{url}/api/status?token={TOKEN}") as reply:
                if json.load(reply):
                    return
        except OSError:
            time.sleep(0.25)
    raise AssertionError(f"JupyterLab did not answer: {log.read_text()[-2000:]}")
