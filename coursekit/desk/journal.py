"""The journal: a file of lines that are only ever added, one JSON object each.

One line is written by one call of the system to the end of the file, so that two kernels do not disturb each other,
and a line that a crash cut short costs that line only. Nothing here raises: a check never fails because of its journal.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from coursekit import atomic
from coursekit.desk.home import unwritable

Record = Mapping[str, Any]


class Journal:
    """The records of one file, and those of this process where no file is kept.

    path: the file, or None to keep nothing beyond this process.
    read: is given every record once, in the order of the file, also those of other processes.
    """

    def __init__(self, path: Path | None, read: Callable[[Record], None], again: Callable[[], None]) -> None:
        self.path, self._read, self._again = path, read, again
        self._seen: tuple[int, int] = (0, 0)  # which file was read, and how far
        self._troubles: list[str] = []
        self._told: set[str] = set()

    def catch_up(self) -> None:
        """Read what was added since the last time, by whomever."""
        if self.path is None:
            return
        try:
            with self.path.open("rb") as file:
                self._read_from(file)
        except FileNotFoundError:
            if self._seen != (0, 0):  # somebody has begun a new one
                self._begin_again()
            if (error := unwritable(self.path)) is not None:
                self._trouble(error)
        except OSError as error:
            self._trouble(error)

    def add(self, kind: str, **what: Any) -> None:
        """Add a record, with the time; `catch_up` has been called before."""
        record = {"kind": kind, "at": datetime.now(UTC).isoformat(timespec="seconds"), **what}
        if self.path is None or not self._write(record):
            self._read(record)

    def troubles(self) -> list[str]:
        """What went wrong with the file, as sentences; each kind of trouble is told once."""
        told, self._troubles = self._troubles, []
        return told

    def _read_from(self, file: Any) -> None:
        which, size = os.fstat(file.fileno()).st_ino, os.fstat(file.fileno()).st_size
        if which != self._seen[0] or size < self._seen[1]:
            if self._seen != (0, 0):
                self._begin_again()
            self._seen = (which, 0)
        file.seek(self._seen[1])
        new = file.read()
        whole = new.rfind(b"\n") + 1  # another process may be writing the last line
        broken = False
        for line in new[:whole].split(b"\n"):
            if line.strip():
                record = _parsed(line)
                broken = broken or record is None
                if record is not None:
                    self._read(record)
        self._seen = (which, self._seen[1] + whole)
        if broken:
            self._set_aside()

    def _begin_again(self) -> None:
        self._seen = (0, 0)
        self._again()

    def _write(self, record: Record) -> bool:
        # The first line break ends a line that a crash cut short; empty lines mean nothing.
        line = b"\n" + json.dumps(record, ensure_ascii=False, default=str).encode() + b"\n"
        try:
            _append(self.path, line)
        except OSError as error:
            self._trouble(error)
            return False
        self.catch_up()
        return True

    def _set_aside(self) -> None:
        """Keep a broken file under another name, and go on with the lines of it that can be read."""
        aside = free_name(self.path.with_name(f"{self.path.stem}-broken{self.path.suffix}"))
        try:
            everything = self.path.read_bytes()
            good = [line for line in everything.split(b"\n") if line.strip() and _parsed(line) is not None]
            _append(aside, everything)
            atomic.replace(self.path, b"\n".join([*good, b""]))
        except OSError as error:
            self._trouble(error)
            return
        self._tell(
            "broken", f"The file of your progress was damaged. What can be read is kept; the old file is {aside}."
        )
        self._begin_again()
        self.catch_up()

    def _trouble(self, error: OSError) -> None:
        self._tell(
            "trouble",
            f"Your progress cannot be kept ({self.path}: {error.strerror or error}). The check itself is not affected; "
            "what happens in this notebook is remembered until its kernel stops.",
        )

    def _tell(self, kind: str, sentence: str) -> None:
        if kind not in self._told:
            self._told.add(kind)
            self._troubles.append(sentence)


def _parsed(line: bytes) -> Record | None:
    """The record of a line, or None. A record of an unknown kind, from a later version, is a record all the same."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and isinstance(record.get("kind"), str) else None


def _append(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    try:
        written = os.write(handle, data)
        if written != len(data):
            raise OSError(0, "no space left")
    finally:
        os.close(handle)


def free_name(path: Path) -> Path:
    """This path, or with a number if something of its name is there."""
    names = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(2, 1000))
    return path if not path.exists() else next(name for name in names if not name.exists())
