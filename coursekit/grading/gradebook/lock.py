"""One grader at a time: a second one would write what the first has not finished, and is told so in a sentence.

`coursekit grade` works alone. Several `nbgrader autograde` may work side by side, as elsewhere, but not beside it.
"""

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

GRADE, WATCH = "`coursekit grade`", "`coursekit watch`"
LOCK = "lock"
"""File in a course's folder of results. It says who grades; that it is there says nothing."""


AUTOGRADE = "`nbgrader autograde`"


@contextlib.contextmanager
def alone_in(results: Path, *, autograde: bool = False, program: str = GRADE) -> Iterator[None]:
    """Hold the lock of a course, in its folder of results. It ends with the process, however that ends.

    autograde: hold it together with others who say so.
    program:   whose lock it is, where folders hold several.

    Raises CourseError if another process holds it.
    """
    results.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(results / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+", encoding="utf-8") as file:
        if fcntl is not None:
            try:
                fcntl.flock(file, (fcntl.LOCK_SH if autograde else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            except BlockingIOError:
                raise _taken(file.read().strip(), program) from None
        file.truncate(0)
        who = f"{AUTOGRADE}, " if autograde else ""
        file.write(f"{who}process {os.getpid()} on {socket.gethostname()}, since {datetime.now():%H:%M:%S}")
        file.flush()
        yield


@contextlib.contextmanager
def alone_on(engine: Engine, course: str, *, autograde: bool = False) -> Iterator[None]:
    """Hold the lock of a course in its database server, for graders that share no folder. SQLite has its own lock."""
    if engine.dialect.name != "postgresql":
        yield
        return
    key = int.from_bytes(hashlib.sha256(f"coursekit {course}".encode()).digest()[:8], "big", signed=True)
    with engine.connect() as connection:  # closing it gives the lock back
        shared = "_shared" if autograde else ""
        if not connection.execute(text(f"SELECT pg_try_advisory_lock{shared}(:key)"), {"key": key}).scalar_one():
            raise _taken("on the same database")
        connection.commit()
        try:
            yield
        finally:
            with contextlib.suppress(Exception):  # a server that is gone holds no lock
                connection.execute(text(f"SELECT pg_advisory_unlock{shared}(:key)"), {"key": key})
                connection.commit()


def _taken(who: str, program: str = GRADE) -> CourseError:
    if who.startswith(AUTOGRADE):
        program, who = AUTOGRADE, who.removeprefix(f"{AUTOGRADE}, ")
    return CourseError(
        f"another {program} is at work in this course ({who or 'just started'}). Nothing was changed: wait until it "
        "has ended, and run the same command again."
    )
