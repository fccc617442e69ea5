"""The sandbox servers of this process: started on first use, kept warm, ended with it. A process of a pool uses the one
that is lent to it."""

from __future__ import annotations

import atexit
import os
import threading
from importlib.util import find_spec

from coursekit.grading.run.remote import PRELUDE
from coursekit.grading.run.sandbox import Connection, Server

_lock = threading.Lock()
_process = 0
_servers: list[Server | Connection] = []
"""At most one with PyTorch and one without, of the process with that number: a fork must not use its parent's."""

UNSAFE = "COURSEKIT_GRADE_WITHOUT_SANDBOX"
"""Environment variable: set to 1, notebooks are graded without isolation. Only for notebooks that are trusted."""


def isolation_is_asked_for() -> bool:
    """False where notebooks may run without a sandbox."""
    return os.environ.get(UNSAFE) != "1"


def shared_server(torch: bool = True) -> Server | Connection:
    """A running server; one that the machine has killed is replaced. Where isolation is asked for, one without it that
    runs is not taken.

    torch: False if one without PyTorch will do; one with it that runs already does, too.

    Raises SandboxUnavailable, with what to do, where this host cannot isolate notebooks.
    """
    with _lock:
        _forget_the_dead()
        isolated = isolation_is_asked_for()
        for server in _servers:
            if (server.torch or not torch) and not (isolated and server.level == "unsafe"):
                return server
        # Nothing but isolation can take a PyTorch away, and finished layers are taken out of it where it is imported.
        torch = torch or not isolated and find_spec("torch") is not None
        server = Server(unsafe=not isolated, prelude=PRELUDE, torch=torch)
        server.start()
        _servers.append(server)
        atexit.unregister(close_shared_server)
        atexit.register(close_shared_server)
        return server


def use_server(connection: Connection) -> None:
    """Let this process open its workers in the server of the process that started it, as long as that lives."""
    with _lock:
        _forget_the_dead()
        _servers.insert(0, connection)


def close_shared_server() -> None:
    """End the servers of this process; the next use starts another."""
    with _lock:
        _forget_the_dead()
        for server in _servers:
            server.close()
        _servers.clear()


def _forget_the_dead() -> None:
    global _process
    if _process != os.getpid():
        _process = os.getpid()
        _servers.clear()
    for server in [server for server in _servers if not server.alive]:
        server.close()
        _servers.remove(server)
