"""The server for notebooks that do not say torch: it has none, by any way, and does everything else alike."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from coursekit.grading.run import servers
from coursekit.grading.run.remote import PRELUDE
from coursekit.grading.run.sandbox import Limits, SandboxUnavailable, Server, channel, escapes, view

WAYS = """
import ctypes, glob, importlib, importlib.util, os, sys
def ways(folders):
    found = []
    def attempt(name, function):
        try:
            if function():
                found.append(name)
        except Exception:
            pass
    attempt("import", lambda: importlib.import_module("torch").nn)
    sys.meta_path[:] = [finder for finder in sys.meta_path if "PathFinder" in repr(finder)]
    attempt("import by a path finder alone", lambda: importlib.import_module("torch").nn)
    for folder in folders:
        if not hasattr(sys.modules.get("torch"), "nn"):
            sys.modules.pop("torch", None)
        sys.path.insert(0, os.path.dirname(folder))
        attempt(f"import from {folder}", lambda: importlib.import_module("torch").nn)
        attempt(f"list {folder}", lambda: set(os.listdir(folder)) - {"__init__.py"})
        attempt(f"library in {folder}", lambda: ctypes.CDLL(f"{folder}/lib/libtorch_cpu.so"))
        attempt(f"layers in {folder}", lambda: open(f"{folder}/nn/modules/rnn.py").read())
    return found
"""

needs_torch = pytest.mark.skipif(not view.copies_of_torch(), reason="PyTorch is not installed: nothing to hide")


@pytest.fixture(scope="module", params=["namespaces", "landlock"])
def server(request):
    patch = pytest.MonkeyPatch()
    patch.setattr(channel, "IDLE_S", Limits().wall_s)  # waiting for a cold disk looks like waiting for nothing
    try:
        with Server(level=request.param, prelude=PRELUDE, torch=False) as opened:
            yield opened
    except SandboxUnavailable as problem:
        pytest.skip(str(problem))
    finally:
        patch.undo()


@needs_torch
def test_no_way_leads_to_torch(server):
    with server.open() as worker:
        assert worker.run_cell(WAYS).ok
        result = worker.call("ways", (view.copies_of_torch(),))
    assert result.ok, result
    assert result.value == []


@needs_torch
def test_the_ways_lead_there_where_nothing_is_hidden(warm_server):
    with warm_server.open() as worker:
        worker.run_cell(WAYS)
        found = worker.call("ways", (view.copies_of_torch(),)).value
    assert {name.partition(" ")[0] for name in found} == {"import", "list", "library", "layers"}


def test_it_does_not_leak(server):
    assert escapes(server) == []


def test_a_cell_that_asks_for_torch_is_told_that_it_is_not_there_and_goes_on(server):
    with server.open() as worker:
        result = worker.run_cell("import torch\nx = 7")
        assert result.ok and [one.statement for one in result.passed] == ["import torch"]
        assert worker.run_cell("print(x)").stdout == "7\n"


def test_numbers_figures_and_seeds_are_as_in_the_other(server, warm_server):
    source = "import random, numpy\nprint(random.random(), numpy.random.rand())"
    with server.open(seed=5) as one, warm_server.open(seed=5) as two:
        assert one.run_cell(source).stdout == two.run_cell(source).stdout != ""
    with server.open() as worker:
        drawn = worker.run_cell("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()")
        assert drawn.ok and any("image/png" in shown.data for shown in drawn.shown)


def test_every_copy_below_what_is_readable_is_found(tmp_path, monkeypatch):
    places = [tmp_path / "env/lib/python3.9/site-packages/torch", tmp_path / "here/torch"]
    for place in places:
        place.mkdir(parents=True)
    shutil.copytree(places[1], tmp_path / "elsewhere" / "torch")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "env"))
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "here")])
    found = set(map(Path, view.copies_of_torch()))
    assert set(places) <= found and tmp_path / "elsewhere" / "torch" not in found


def test_one_with_torch_serves_all_and_one_without_only_those_that_need_none(monkeypatch):
    started: list[bool] = []

    class Named:
        alive, level = True, "namespaces"

        def __init__(self, *, torch, **_):
            self.torch = torch
            started.append(torch)

        def start(self): ...

        def close(self): ...

    servers.close_shared_server()
    monkeypatch.delenv(servers.UNSAFE, raising=False)
    monkeypatch.setattr(servers, "Server", Named)
    try:
        without = servers.shared_server(torch=False)
        assert servers.shared_server(torch=False) is without and started == [False]
        full = servers.shared_server(torch=True)
        assert full.torch and started == [False, True]
        servers.close_shared_server()
        full = servers.shared_server()
        assert servers.shared_server(torch=False) is full
        servers.close_shared_server()
        monkeypatch.setenv(servers.UNSAFE, "1")  # nothing could hide it there
        assert servers.shared_server(torch=False).torch
    finally:
        servers.close_shared_server()
