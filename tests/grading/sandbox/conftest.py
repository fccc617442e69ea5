"""Warm servers shared by the tests of the sandbox: each costs seconds, a worker costs milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from coursekit.grading.sandbox import CallResult, Limits, SandboxUnavailable, Server, Worker

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


def started(**options: object) -> Iterator[Server]:
    server = Server(LIMITS, **options)
    try:
        server.start()
    except SandboxUnavailable as problem:
        pytest.skip(str(problem))
    yield server
    server.close()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    yield from started(level="namespaces")


@pytest.fixture(scope="session")
def landlock_server() -> Iterator[Server]:
    yield from started(level="landlock")


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
