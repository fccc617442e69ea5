"""What every test has: a home of its own for the learner's journal, so that no test writes into the real one. What many
need: packages that look as if they were not installed, and a cut network for loaders of data."""

from __future__ import annotations

import functools
import gc
import importlib.util
import itertools
import os
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.apart import apart
from tests.asking import asks
from tests.once import once

__all__ = ["apart"]  # a fixture is found by its name here

# Set before anything else runs, and in the environment, so that every process that a test starts has it too.
_home = tempfile.TemporaryDirectory(prefix="coursekit-home-", ignore_cleanup_errors=True)
os.environ["COURSEKIT_HOME"] = _home.name
os.environ.pop("COURSEKIT_PROGRESS", None)
_numbers = itertools.count(1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    from tests.dealing import Dealing

    return Dealing(config, log) if config.getvalue("dist") == "load" else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    from tests.dealing import processes

    return processes()


@pytest.hookimpl(tryfirst=True)  # before -m chooses
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "programs" in config.option.markexpr:
        for item in filter(asks, items):
            item.add_marker("programs")


def pytest_collection_finish() -> None:
    """What was collected stays, so Python need not look through it for garbage again: that takes half a second a time.

    nbgrader starts Alembic for every gradebook that it makes, to be told the same. Here it is told once."""
    gc.freeze()
    if (api := sys.modules.get("nbgrader.api")) is not None:
        asked = api.get_alembic_version
        told = functools.cache(asked)
        for module in [*sys.modules.values()]:  # those that have imported it by its name, too
            if getattr(module, "__dict__", {}).get("get_alembic_version") is asked:
                module.get_alembic_version = told


class Telling:
    """Says at once what failed and how, not only at the end, which a run that is ended from outside does not reach."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        terminal = self._config.pluginmanager.getplugin("terminalreporter")
        if report.failed and terminal is not None:
            terminal.ensure_newline()
            terminal.write_line(f"{report.when} of {report.nodeid} failed after {report.duration:.0f} s:", red=True)
            terminal.write_line("\n".join(report.longreprtext.splitlines()[-LAST_LINES:]))


LAST_LINES = 30


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("numprocesses", 0):  # of several processes, the one that hears from all
        config.pluginmanager.register(Telling(config))


@pytest.fixture(autouse=True)
def _own_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the tries of another one. The folder is made when something is written."""
    monkeypatch.setenv("COURSEKIT_HOME", os.path.join(_home.name, str(next(_numbers))))


@pytest.fixture(scope="session")
def isolated(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whoever grades needs a host that can isolate notebooks. One process of the test run finds that out."""

    def find_out(folder: Path) -> None:
        from coursekit.grading.run import sandbox

        report = sandbox.probe()
        (folder / "why not").write_text("" if report.isolated else report.text)

    if why_not := (once(tmp_path_factory, "isolation", find_out) / "why not").read_text():
        pytest.skip(f"no sandbox on this host: {why_not}")


@pytest.fixture
def cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loader opens no connection: the data lie in packages, or are generated where a package is missing."""

    def refuse(*_: object) -> None:
        pytest.fail("a loader opened a connection")

    for way in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, way, refuse)


@pytest.fixture
def hide(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let one package look as if it were not installed."""
    find = importlib.util.find_spec

    def hide(package: str) -> None:
        def without(name: str, *rest: str | None) -> object:
            return None if name == package else find(name, *rest)

        monkeypatch.setattr(importlib.util, "find_spec", without)

    return hide
