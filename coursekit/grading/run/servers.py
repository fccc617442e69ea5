"""The sandbox server of this process: started on first use, kept warm, ended with the process. A process of a pool uses
the one that is lent to it."""

from __future__ import annotations

import atexit
import os
import threading

from coursekit.grading.run.remote import PRELUDE
from coursekit.grading.run.sandbox import Connection, Server

_lock = threading.Lock()
_server: tuple[int, Server | Connection] | None = None
"""With the number of the process that it is of: a fork must not use its parent's."""

UNSAFE = "COURSEKIT_GRADE_WITHOUT_SANDBOX"
"""Environment variable: set to 1, notebooks are graded without isolation. Only for notebooks that are trusted."""


def isolation_is_asked_for() -> bool:
    """False where notebooks may run without a sandbox."""
    return os.environ.get(UNSAFE) != "1"


def shared_server() -> Server | Connection:
    """A running server; one that the machine has killed is replaced.

    Raises SandboxUnavailable, with what to do, where this host cannot isolate notebooks.
    """
    global _server
    with _lock:
        if _server is not None and _server[0] == os.getpid() and not _server[1].alive:
            _server[1].close()
            _server = None
        if _server is None or _server[0] != os.getpid():
            server = Server(unsafe=not isolation_is_asked_for(), prelude=PRELUDE)
            server.start()
            _server = (os.getpid(), server)
            atexit.unregister(close_shared_server)
            atexit.register(close_shared_server)
        return _server[1]


def use_server(connection: Connection) -> None:
    """Let this process open its workers in the server of the process that started it, as long as that lives."""
    global _server
    with _lock:
        _server = (os.getpid(), connection)


def close_shared_server() -> None:
    """End the server of this process, if it runs; the next use starts another."""
    global _server
    with _lock:
        if _server is not None and _server[0] == os.getpid():
            _server[1].close()
        _server = None
