"""What was sent: to whom, how many points, when. A line is on the disk before its request goes out, and one after."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from coursekit.grading.lms.lti.settings import LtiError
from coursekit.grading.submission import records

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
    """The lines of one assignment, in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.standings = standings(read(path))

    def of(self, item: str, student: str) -> Standing:
        return self.standings.get((item, student), Standing())

    def add(self, line: Line) -> None:
        """Write a line, and return when the disk has it. Raises OSError."""
        records.add(self._path, asdict(line))
        self.standings[line.item, line.student] = self.of(line.item, line.student).after(line)


def read(path: Path) -> list[Line]:
    """The lines of a journal; none if there is no file."""
    found = []
    for said in records.lines(path):
        with contextlib.suppress(TypeError, ValueError):  # of another version, or changed by somebody
            found.append(_line(said))
    return found


def _line(said: Mapping[str, Any]) -> Line:
    """Raises TypeError or ValueError for what is none."""
    line = Line(**said)
    for name, value in asdict(line).items():
        if not isinstance(value, (int, float) if name in ("points", "most") else str):
            raise TypeError(name)
    if datetime.fromisoformat(line.time).tzinfo is None:
        raise ValueError(line.time)
    return line


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Journal]:
    """A journal to be written, by one process at a time. Raises LtiError if another one has it."""
    try:
        with records.alone(path):
            yield Journal(path)
    except records.Busy:
        raise LtiError(
            "another `coursekit send-grades` sends this assignment just now: wait until it has ended."
        ) from None
