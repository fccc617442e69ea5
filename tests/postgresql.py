"""A real PostgreSQL, started for a test as an ordinary user."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.processes import finished

USER = "teacher"


@dataclass(frozen=True)
class Server:
    """It listens on a socket in its own folder only."""

    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"

    def create(self, database: str) -> str:
        """An empty database, by its URL."""
        command = [program("createdb"), "-h", str(self.folder), "-U", USER, database]
        finished(command, check=True)
        return self.url(database)


def program(name: str) -> str:
    """Where a program of PostgreSQL is; skips the test where there is none."""
    debian = Path(os.environ.get("COURSEKIT_TESTS_POSTGRESQL", "/usr/lib/postgresql"))
    found = shutil.which(name) or next(iter(sorted(debian.glob(f"*/bin/{name}"), reverse=True)), None)
    if found is None:
        pytest.skip(f"PostgreSQL is not installed here: there is no {name} (Debian: apt-get install postgresql)")
    return str(found)


@contextlib.contextmanager
def running() -> Iterator[Server]:
    initdb, pg_ctl = program("initdb"), program("pg_ctl")
    pytest.importorskip("psycopg")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # a socket's path must be short
    data = folder / "data"
    as_user = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def run(*command: str) -> None:
        done = finished(command, cwd=folder, **as_user)
        assert done.returncode == 0, done.stderr[-2000:]

    try:
        run(initdb, "-D", str(data), "-U", USER, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        run(pg_ctl, "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Server(folder)
        finally:
            run(pg_ctl, "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
