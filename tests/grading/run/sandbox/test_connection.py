"""Several processes share one warm server: each over a line of its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket

import pytest

from coursekit.grading.run import servers
from coursekit.grading.run.sandbox import Connection, Limits, SandboxUnavailable, Server, escapes
from tests.processes import gone

pytestmark = pytest.mark.slow


def open_and_stay(connection: Connection, pipe) -> None:
    """What another process does: it opens a worker, says which, and holds it until it is told to end."""
    with connection.open(seed=4) as worker:
        worker.run_cell("def double(x): return 2 * x")
        pipe.send((type(connection).__name__, worker.pid, worker.call("double", (21,)).value))
        pipe.recv()


@pytest.fixture(params=["spawn", "forkserver"])
def another(request):
    """Start a process that is given the server; it has a worker by the time that this returns."""
    context = multiprocessing.get_context(request.param)
    started = []

    def start(given):
        pipe, theirs = context.Pipe()
        process = context.Process(target=open_and_stay, args=(given, theirs), daemon=True)
        process.start()
        started.append((process, pipe))
        theirs.close()
        assert pipe.poll(120)
        return process, pipe, *pipe.recv()

    yield start
    for process, pipe in started:
        pipe.close()
        process.kill()
        process.join(60)


def test_a_process_that_is_given_the_server_opens_workers_in_it(server, another):
    with server.open() as before:
        process, pipe, kind, pid, answer = another(server)
        assert kind == "Connection" and answer == 42
        pipe.send("end")
        process.join(120)
        assert process.exitcode == 0 and gone(pid)
        assert before.run_cell("print(1)").stdout == "1\n"


@pytest.mark.parametrize("level", ["server", "landlock_server"])
def test_the_workers_of_a_process_that_is_killed_die_and_no_others(request, level, another):
    server = request.getfixturevalue(level)
    with server.open() as own:
        _, _, _, others, _ = another(server)
        process, _, _, pid, _ = another(server)
        os.kill(process.pid, signal.SIGKILL)
        assert gone(pid)
        assert not gone(others, seconds=0.2)
        assert own.run_cell("print(1)").stdout == "1\n" and server.alive


def branch(server: Server, line: socket.socket | None = None) -> Connection:
    """What arrives where a server is sent, in this process."""
    make, (own_line, *rest) = server.__reduce__()
    return make(line or own_line.dup(), *rest)


def test_a_connection_to_a_server_that_has_ended_says_so():
    server = Server(Limits(cpu_s=3, wall_s=30), unsafe=True, torch=False)
    server.start()
    connection = branch(server)
    assert connection.alive
    with connection.open() as worker:
        assert worker.run_cell("print(1)").stdout == "1\n"
    late, other_end = socket.socketpair()
    other_end.close()
    dead = branch(server, late)
    assert not dead.alive
    dead.close()
    server.close()
    assert not connection.alive and not server.alive
    with pytest.raises(SandboxUnavailable, match="has ended"):
        connection.open()
    with pytest.raises(SandboxUnavailable, match="has ended"):
        server.open()
    connection.close()


def test_a_process_whose_server_is_gone_starts_its_own(monkeypatch):
    monkeypatch.setenv(servers.UNSAFE, "1")
    servers.close_shared_server()
    first = Server(unsafe=True)
    first.start()
    connection = branch(first)
    servers.use_server(connection)
    try:
        assert servers.shared_server() is connection
        first.close()
        own = servers.shared_server()
        assert isinstance(own, Server) and own.alive
    finally:
        servers.close_shared_server()


def test_a_server_without_isolation_is_not_taken_where_isolation_is_asked_for(isolated, monkeypatch):
    servers.close_shared_server()
    monkeypatch.setenv(servers.UNSAFE, "1")
    unsafe = servers.shared_server(torch=False)
    assert unsafe.level == "unsafe" and servers.shared_server(torch=False) is unsafe
    monkeypatch.delenv(servers.UNSAFE)
    try:
        assert servers.shared_server(torch=False).level != "unsafe"
    finally:
        servers.close_shared_server()


def test_the_stand_in_for_the_course_is_no_escape_and_the_course_is_one(warm_server):
    """What graded notebooks import instead of coursekit must not look like a sandbox with a hole."""
    assert escapes(warm_server) == []
    with Server(unsafe=True, torch=False) as open_to_all:
        assert "importing the reference" in escapes(open_to_all)


def test_a_closed_connection_opens_nothing(server):
    connection = branch(server)
    connection.close()
    assert not connection.alive
    with pytest.raises(SandboxUnavailable, match="has ended"):
        connection.open()
    assert server.alive
