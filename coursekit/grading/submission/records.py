"""What people decided in a course, and what went out of it: a folder that nothing makes again."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

RECORDS = ".coursekit-records"
"""Folder in a course's root, for its owner only: it names students."""


class Busy(Exception):
    """Another process writes this record just now."""


def lines(path: Path) -> list[dict[str, Any]]:
    """The lines of a record; none if there is no file. A line at which a process was cut off is none."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    found = []
    for line in text.split("\n"):
        with contextlib.suppress(ValueError, RecursionError):
            found.append(json.loads(line))
    return [line for line in found if isinstance(line, dict)]


def add(path: Path, line: Mapping[str, Any]) -> None:
    """Write a line behind the others, and return when the disk has it. Raises OSError."""
    with os.fdopen(_open(path), "ab") as file:
        if file.tell() and _last_byte(path) != b"\n":
            file.write(b"\n")  # behind a line that was cut off
        file.write(json.dumps(dict(line)).encode() + b"\n")  # in ASCII, which has half characters and all line ends
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a record; ends with the process, however that ends. Raises Busy if another process holds it."""
    with os.fdopen(_open(path), "ab") as file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy from None
        yield


def _open(path: Path) -> int:
    for folder in reversed(path.parents):
        if folder == path.parent or folder.name == RECORDS:
            folder.mkdir(exist_ok=True, mode=0o700)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)
