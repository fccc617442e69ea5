"""What a sandbox imports is kept compiled by somebody who may write."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import pytest

from coursekit.grading.run.sandbox import Server, compiled, view
from coursekit.grading.run.sandbox.inside import warm

from .conftest import LIMITS


@pytest.fixture(autouse=True)
def _may_keep(monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(compiled, "_at_work", [])  # an earlier test of this process may have begun some, too
    yield
    compiled.stop()


@pytest.fixture
def modules(tmp_path):
    """More than a few of them, one of which is no Python."""
    paths = [tmp_path / f"module_{number}.py" for number in range(compiled.FEW + 2)]
    for path in paths:
        path.write_text("x = 1\n")
    paths[0].write_text("no Python\n")
    return paths


def done() -> None:
    """It leaves the machine to whoever else has work, so on a busy one it may take minutes."""
    for _, process in compiled._at_work:
        assert process.wait(600) == 0


def kept(modules: list[Path]) -> list[bool]:
    return [Path(importlib.util.cache_from_source(str(path))).exists() for path in modules]


def test_a_module_that_is_kept_nowhere_is_told(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "kept_nowhere.py").write_text("x = 1\n")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    importlib.import_module("kept_nowhere")
    assert str(tmp_path / "kept_nowhere.py") in warm.compiled_anew()
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    del sys.modules["kept_nowhere"]
    importlib.import_module("kept_nowhere")
    assert str(tmp_path / "kept_nowhere.py") not in warm.compiled_anew()


def test_a_folder_whose_name_is_no_text_is_one_like_others(modules, tmp_path):
    folder = tmp_path / os.fsdecode(b"J\xf6rg")
    folder.mkdir()
    moved = [path.rename(folder / path.name) for path in modules]
    compiled.keep(map(str, moved))
    done()
    assert all(kept(moved[1:]))


def test_they_are_compiled_and_one_that_cannot_be_stops_nothing(modules):
    compiled.keep(map(str, modules))
    done()
    assert kept(modules) == [False, *[True] * (len(modules) - 1)]


def test_a_settings_of_ones_own_does_not_move_them(modules, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path / "elsewhere"))
    compiled.keep(map(str, modules))
    done()
    assert all(kept(modules[1:]))


@pytest.mark.parametrize("why", ["few", "nobody may", "none is to be written", "no longer there"])
def test_nothing_is_begun_where_it_would_be_of_no_use(modules, monkeypatch, why):
    if why == "few":
        modules = modules[: compiled.FEW]
    elif why == "nobody may":
        monkeypatch.setattr(os, "access", lambda path, mode: False)
    elif why == "none is to be written":
        monkeypatch.setattr(sys, "dont_write_bytecode", True)
    else:
        modules = [Path(view.SEEN_AT, "inside", path.name) for path in modules]
    compiled.keep(map(str, modules))
    assert compiled._at_work == []


def test_it_is_ended_with_the_grading_and_goes_on_in_the_next(modules):
    for path in modules:
        path.write_text("x = 1\n" * 5_000)
    compiled.keep(map(str, modules))
    [(_, process)] = compiled._at_work
    compiled.stop()
    assert process.poll() is not None and not all(kept(modules))
    compiled.keep(map(str, modules))
    done()
    assert all(kept(modules))


@pytest.mark.slow
@pytest.mark.parametrize("torch", [False, True])
def test_what_a_sandbox_has_compiled_is_handed_over_at_its_start_and_with_the_compiler(monkeypatch, isolated, torch):
    told = []
    monkeypatch.setattr(compiled, "keep", lambda modules: told.append(list(modules)))
    monkeypatch.setattr(view, "ENVIRONMENT", view.ENVIRONMENT | {"PYTHONPYCACHEPREFIX": "/nowhere"})
    with Server(LIMITS, torch=torch) as server:
        for _ in range(2):
            server.open(compiler=True).close()
    _, at_start, with_compiler, afterwards = told  # the first worker is its own
    assert any(path.endswith("matplotlib/pyplot.py") for path in at_start)
    assert any("torch/_dynamo/" in path for path in with_compiler) == torch
    assert afterwards == [] and set(at_start).isdisjoint(with_compiler)
