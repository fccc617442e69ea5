"""What was sent: to whom, how many points, when. A line is on the disk before its request goes out, and one after."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from coursekit.grading.lms.lti.settings import LtiError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

SENDING, SENT, REFUSED = "sending", "sent", "refused"


@dataclass(frozen=True)
class Line:
    """item: the address of the line item. user: by which the platform knows the student. time: in ISO 8601.

    state: SENDING before a request, then SENT or REFUSED. said: what the platform said to a refusal.
    """

    item: str
    student: str
    user: str
    points: float
    most: float
    time: str
    state: str = SENDING
    said: str = ""


@dataclass(frozen=True)
class Standing:
    """What is known of a student at a line item.

    held: what the platform has taken last. open: what it may have taken since, for a run was cut off. time: of the last
    score that was on its way.
    """

    held: Line | None = None
    open: Line | None = None
    time: str = ""

    def after(self, line: Line) -> Standing:
        held = line if line.state == SENT else self.held
        return Standing(held, line if line.state == SENDING else None, line.time)


Standings = Mapping[tuple[str, str], Standing]
"""By the address of a line item and a student."""


def standings(lines: Iterable[Line]) -> dict[tuple[str, str], Standing]:
    found: dict[tuple[str, str], Standing] = {}
    for line in lines:
        found[line.item, line.student] = found.get((line.item, line.student), Standing()).after(line)
    return found


class Journal:
    """The lines of one assignment, as they are written."""

    def __init__(self, file: IO[str], lines: list[Line]) -> None:
        self._file, self.standings = file, standings(lines)

    def of(self, item: str, student: str) -> Standing:
        return self.standings.get((item, student), Standing())

    def add(self, line: Line) -> None:
        """Write a line, and return when the disk has it. Raises OSError."""
        self._file.write(json.dumps(asdict(line), ensure_ascii=False) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self.standings[line.item, line.student] = self.of(line.item, line.student).after(line)


def read(path: Path) -> list[Line]:
    """The lines of a journal; none if there is no file. The line at which a run was cut off is none."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    found = []
    for line in text.splitlines():
        with contextlib.suppress(ValueError, TypeError):
            found.append(Line(**json.loads(line)))
    return found


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Journal]:
    """A journal to be written, by one process at a time. Raises LtiError if another one has it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a+", encoding="utf-8") as file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LtiError("another `coursekit send-grades` sends this assignment just now") from None
        lines = read(path)
        if file.tell() and not path.read_bytes().endswith(b"\n"):
            file.write("\n")  # behind a line that was cut off
        yield Journal(file, lines)
