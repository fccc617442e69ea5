"""A real JupyterLab in a real browser, for the tests that drive it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.course.browsing import TOKEN, chromium, photograph
from tests.processes import started, until_it_answers

PLACES = ("course", "home", "config", "settings")


@pytest.fixture(scope="module")
def page():
    with chromium() as browser:
        opened = browser.new_page(viewport={"width": 1400, "height": 1000})
        yield opened
        photograph(opened, "last-page")


@dataclass(frozen=True)
class Lab:
    """A JupyterLab that runs, and the folder of all that a learner changes by using it."""

    url: str
    folder: Path

    def keep(self) -> None:
        """Remember the folder, as it is once the server has started."""
        for place in PLACES:
            (self.folder / place).mkdir(exist_ok=True)
            shutil.copytree(self.folder / place, self.folder / "kept" / place)

    def begin_afresh(self) -> None:
        """No kernel runs, and every file is as it was kept."""
        for kind in ("sessions", "kernels"):
            for one in self._ask(f"api/{kind}"):
                self._ask(f"api/{kind}/{one['id']}", "DELETE")
        for place in PLACES:
            for path in (self.folder / place).iterdir():  # the folders stay: the server is in one of them
                shutil.rmtree(path) if path.is_dir() else path.unlink()
            shutil.copytree(self.folder / "kept" / place, self.folder / place, dirs_exist_ok=True)

    def _ask(self, path: str, method: str = "GET") -> Any:
        request = urllib.request.Request(
            f"{self.url}/{path}", method=method, headers={"Authorization": f"token {TOKEN}"}
        )
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply) if method == "GET" else None


@pytest.fixture(scope="session")
def running_lab(tmp_path_factory):
    """JupyterLab as `make lab` starts it, on a copy of the lessons: once for a process of tests."""
    folder = tmp_path_factory.mktemp("learner")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "coursekit.cli", "lab", str(folder / "course"), "--no-browser"]
    options = [f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"]
    log = folder / "lab.log"
    env = os.environ | {
        "COURSEKIT_HOME": str(folder / "home"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
    }
    url = f"http://127.0.0.1:{port}"
    with log.open("w") as file, started([*command, *options], stdout=file, stderr=file, env=env) as process:
        until_it_answers(f"{url}/api/status?token={TOKEN}", process, log)
        running = Lab(url, folder)
        running.keep()
        yield running


@pytest.fixture(scope="module")
def lab(running_lab):
    """The address of a JupyterLab that nobody has used yet, as far as its files and kernels tell."""
    running_lab.begin_afresh()
    return running_lab.url


@pytest.fixture(scope="module")
def lab_home(running_lab):
    """Where the learner's journal lies."""
    return running_lab.folder / "home"
