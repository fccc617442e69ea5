"""How tests are dealt out to the processes of a run, in a real run of a few."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from tests import dealing
from tests.dealing import Places
from tests.processes import finished

SCHEDULER = """
import os
import pytest
from tests.dealing import Dealing

def pytest_xdist_make_scheduler(config, log):
    return Dealing(config, log)

@pytest.fixture
def worker():
    return os.environ["PYTEST_XDIST_WORKER"]
"""
TOGETHER = """
import pytest

@pytest.fixture(scope="module")
def seen():
    return set()

@pytest.mark.parametrize("number", range(20))
def test_together(seen, worker, number):
    seen.add((worker, number))
    assert seen == {(worker, each) for each in range(number + 1)}
"""
ALONE = """
import os
import pytest

@pytest.mark.parametrize("number", range(30))
def test_alone(number):
    if number == 11:
        os._exit(1)
"""


def run(folder: Path) -> str:
    (folder / "conftest.py").write_text(SCHEDULER)
    (folder / "pytest.ini").write_text("[pytest]\n")
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    env = {name: value for name, value in env.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-v", "-n", "2", "-p", "no:cacheprovider", "."]
    return finished(command, cwd=folder, env=env).stdout


def test_a_file_that_shares_something_stays_in_one_process_and_comes_first(tmp_path: Path):
    (tmp_path / "test_z.py").write_text(TOGETHER)
    (tmp_path / "test_a.py").write_text(ALONE.replace("number == 11", "False"))
    said = run(tmp_path)
    assert "50 passed" in said, said
    done = [line.split() for line in said.splitlines() if line.startswith("[gw")]  # [gw0] [ 2%] PASSED test_z.py::...
    [worker] = {words[0] for words in done if "test_z.py" in words[-1]}
    assert "test_z.py" in next(words[-1] for words in done if words[0] == worker), said


def test_when_a_process_ends_another_goes_on_with_the_rest(tmp_path: Path):
    (tmp_path / "test_z.py").write_text(TOGETHER)
    (tmp_path / "test_a.py").write_text(ALONE)
    said = run(tmp_path)
    assert "1 failed, 49 passed" in said and "crashed while running 'test_a.py::test_alone[11]'" in said, said


def test_places_are_those_of_a_list():
    names = ["b", "a", "c"]
    assert [Places(names).index(name) for name in names] == [0, 1, 2] and Places(names) == names


@pytest.mark.parametrize(
    ("cores", "gigabytes", "processes"), [(2, 24, 3), (2, 4, 1), (16, 30, 10), (64, 512, 65), (1, 1, 1)]
)
def test_there_are_as_many_processes_as_cores_and_memory_allow(monkeypatch, cores, gigabytes, processes):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)), raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(total=gigabytes << 30))
    assert dealing.processes() == processes
