"""What a sandbox imports is kept compiled by somebody who may write."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from types import SimpleNamespace

import pytest

from coursekit.grading.run.sandbox import compiled, view
from coursekit.grading.run.sandbox.inside import warm

MUCH = SimpleNamespace(info={"anew": 1000}, torch=False)


@pytest.fixture
def may_keep(monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


@pytest.fixture
def asked(monkeypatch, may_keep):
    """The twins that are set to work, without their work."""
    twins = []
    monkeypatch.setattr(compiled.Twin, "import_all", twins.append)
    return twins


def test_a_module_that_is_kept_nowhere_is_counted(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "kept_nowhere.py").write_text("x = 1\n")
    before = warm.compiled_anew()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    importlib.import_module("kept_nowhere")
    assert warm.compiled_anew() == before + 1
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    del sys.modules["kept_nowhere"]
    importlib.import_module("kept_nowhere")
    assert warm.compiled_anew() == before


@pytest.mark.slow
def test_the_twin_keeps_what_a_sandbox_imports(tmp_path, monkeypatch, may_keep):
    kept = {"PYTHONPYCACHEPREFIX": str(tmp_path)}  # in the place of the packages' own folders
    monkeypatch.setattr(compiled, "LEAST_URGENT", 0)  # here it is waited for
    monkeypatch.setattr(compiled.Twin, "environment", compiled.Twin.environment | kept)
    twin = compiled.Twin(torch=False)
    twin.import_all()
    names = {path.name.partition(".")[0] for path in tmp_path.rglob("*.pyc")}
    assert {"pyplot", "interactiveshell", "executor"} <= names and len(names) > 300
    assert not twin.alive


def test_it_is_ended_at_once(tmp_path, monkeypatch, may_keep):
    monkeypatch.setattr(
        compiled.Twin, "environment", compiled.Twin.environment | {"PYTHONPYCACHEPREFIX": str(tmp_path)}
    )
    twin = compiled.keep(MUCH)
    until = time.monotonic() + 60
    while not twin.alive and time.monotonic() < until:
        time.sleep(0.01)
    process = twin._process
    assert os.getpriority(os.PRIO_PROCESS, process.pid) == compiled.LEAST_URGENT or process.poll() is not None
    twin.close()
    assert process.poll() is not None and not twin.alive


def test_where_little_is_missing_nothing_starts(asked):
    assert compiled.keep(SimpleNamespace(info={"anew": compiled.FEW}, torch=False)) is None
    assert compiled.keep(SimpleNamespace(info={}, torch=False)) is None


def test_whoever_wants_nothing_kept_is_obeyed(asked, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert compiled.keep(MUCH) is None


def test_packages_of_an_administrator_are_left_alone(asked, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: path != view.package_folder("numpy"))
    assert compiled.keep(MUCH) is None


def test_a_sandbox_says_how_much_it_compiled(server):
    assert server.info["anew"] >= 0
