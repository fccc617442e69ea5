"""One grader at a time: a second one would write what the first has not finished, and is told so in a sentence."""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, text

from coursekit.grading.submission.course import CourseError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

LOCK = "lock"
"""File in a course's folder of results. It says who grades; that it is there says nothing."""


@contextlib.contextmanager
def alone_in(results: Path) -> Iterator[None]:
    """Hold the lock of a course, in its folder of results. It ends with the process, however that ends.

    Raises CourseError if another process holds it.
    """
    results.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(results / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+", encoding="utf-8") as file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise _taken(file.read().strip()) from None
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}, since {datetime.now():%H:%M:%S}")
        file.flush()
        yield


@contextlib.contextmanager
def alone_on(engine: Engine, course: str) -> Iterator[None]:
    """Hold the lock of a course in its database server, for graders that share no folder. SQLite has its own lock."""
    if engine.dialect.name != "postgresql":
        yield
        return
    key = int.from_bytes(hashlib.sha256(f"coursekit {course}".encode()).digest()[:8], "big", signed=True)
    with engine.connect() as connection:  # closing it gives the lock back
        if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar_one():
            raise _taken("on the same database")
        connection.commit()
        try:
            yield
        finally:
            with contextlib.suppress(Exception):  # a server that is gone holds no lock
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
                connection.commit()


def _taken(who: str) -> CourseError:
    return CourseError(
        f"another `coursekit grade` is at work in this course ({who or 'just started'}). Nothing was changed: wait "
        "until it has ended, and run the same command again."
    )
