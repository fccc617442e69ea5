"""Warm servers shared by the tests of the sandbox: each costs seconds, a worker costs milliseconds."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator

import pytest

from coursekit.grading.run.sandbox import CallResult, Limits, SandboxUnavailable, Server, Worker, view

LIMITS = Limits(
    memory_mb=256,
    cpu_s=1.0,
    wall_s=30.0,
    total_cpu_s=20,
    disk_mb=8,
    files=128,
    threads=16,
    output_kb=64,
    reply_mb=16,
)


SECRET = "planted-secret"  # in the grader's environment when the server starts


def start(patch: pytest.MonkeyPatch) -> Server:
    patch.setenv("COURSE_SECRET", f"value={SECRET}")
    server = Server(LIMITS)
    try:
        server.start()
    except SandboxUnavailable as problem:
        pytest.skip(str(problem))
    return server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        server = start(patch)
    with server:
        if server.level != "namespaces":
            pytest.skip("this host has no namespaces for the sandbox")
        yield server


@pytest.fixture(autouse=True)
def _no_more_than_this_host_has(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that starts a server of its own at the level of namespaces skips where this host has none.

    Unless it has a bubblewrap of its own, which need not be there.
    """
    start_it, find_ours = Server.start, view.find_bubblewrap

    def start_where_there_is_one(self: Server) -> None:
        if self._levels == ["namespaces"] and view.find_bubblewrap is find_ours:
            request.getfixturevalue("server")
        start_it(self)

    monkeypatch.setattr(Server, "start", start_where_there_is_one)


@pytest.fixture(scope="session")
def landlock_server() -> Iterator[Server]:
    """What a host without bubblewrap falls back to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(view, "find_bubblewrap", lambda: None)
        server = start(patch)
    with server:
        yield server


@pytest.fixture(scope="session", params=["namespaces", "landlock"])
def each_server(request: pytest.FixtureRequest) -> Server:
    """The same test at each level of isolation that this host offers."""
    name = {"namespaces": "server", "landlock": "landlock_server"}[request.param]
    return request.getfixturevalue(name)


@pytest.fixture
def worker(server: Server) -> Iterator[Worker]:
    with server.open() as opened:
        yield opened


@pytest.fixture
def run(worker: Worker) -> Callable[..., CallResult]:
    """Define a function `f` by a cell and call it."""

    def define_and_call(source: str, *args: object, **kwargs: object) -> CallResult:
        assert worker.run_cell(source).ok
        return worker.call("f", args, kwargs)

    return define_and_call


def attack(server: Server, source: str, before: str = "", **options: float) -> CallResult:
    """Run `source` as the body of a function in a worker of its own; the server must survive it."""
    body = textwrap.indent(textwrap.dedent(source).strip(), "    ")
    with server.open() as worker:
        assert worker.run_cell(f"{before}\ndef f():\n{body}").ok
        result = worker.call("f", **options)
    with server.open() as worker:
        assert worker.run_cell("1 + 1").ok
    return result
