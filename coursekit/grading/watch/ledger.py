"""What became of each hand-in, kept on the disk before and after it is graded.

A watcher that was killed finds there what it had begun, and finishes that first. Tries are counted from it and not from
the exchange, where students can take away what is theirs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from coursekit.grading.gradebook.results import replace_json
from coursekit.grading.submission.course import CourseError


class State(StrEnum):
    """BEGUN is the only one after which something is left to do; GRADED the only one that counts as a try."""

    BEGUN = "begun"
    GRADED = "graded"
    UNDECIDED = "needs a person"
    OVER = "over the limit"
    PASSED = "passed over"
    FAILED = "failed"


@dataclass(frozen=True)
class HandIn:
    """A folder of the exchange, which one student handed in. time: in UTC, without saying so. name: the folder's."""

    assignment: str
    student: str
    time: datetime
    name: str


@dataclass(frozen=True)
class Entry:
    """What is kept of a hand-in. begun: how often its grading has begun and was not ended by us."""

    time: str
    state: State
    begun: int = 0


class Ledger:
    """One small file for each student and assignment, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def entries(self, hand_in: HandIn) -> dict[str, Entry]:
        """What is known of the hand-ins of the same student for the same assignment, by name."""
        return _read(self._place(hand_in))

    def finished(self) -> Iterator[str]:
        """The names of all for which nothing is left to do."""
        for place in self.folder.glob("*/*.json"):
            yield from (name for name, entry in _read(place).items() if entry.state != State.BEGUN)

    def tries(self, hand_in: HandIn) -> list[datetime]:
        """The times of the same student's other hand-ins that count as tries."""
        entries = self.entries(hand_in)
        return [
            datetime.fromisoformat(entry.time)
            for name, entry in entries.items()
            if entry.state == State.GRADED and name != hand_in.name
        ]

    def graded(self, hand_in: HandIn) -> set[str]:
        """The names of the same student's hand-ins that went into the gradebook."""
        there = (State.GRADED, State.UNDECIDED)
        return {name for name, entry in self.entries(hand_in).items() if entry.state in there}

    def attempts(self, hand_in: HandIn) -> int:
        """How often its grading has begun without coming to an end."""
        entry = self.entries(hand_in).get(hand_in.name)
        return entry.begun if entry else 0

    def begin(self, hand_in: HandIn) -> int:
        """Write down that its grading begins. Returns how often it had begun before without coming to an end."""
        before = self.attempts(hand_in)
        self._put(hand_in, State.BEGUN, before + 1)
        return before

    def put_back(self, hand_in: HandIn) -> None:
        """Its grading was interrupted, and not by itself: that was no attempt."""
        entry = self.entries(hand_in).get(hand_in.name)
        if entry is not None and entry.state == State.BEGUN:
            self._put(hand_in, State.BEGUN, entry.begun - 1)

    def close(self, hand_in: HandIn, state: State) -> None:
        self._put(hand_in, state)

    def _put(self, hand_in: HandIn, state: State, begun: int = 0) -> None:
        entries = self.entries(hand_in)
        time = entries[hand_in.name].time if hand_in.name in entries else hand_in.time.isoformat()
        entries[hand_in.name] = Entry(time, state, begun)
        replace_json(self._place(hand_in), {name: asdict(entry) for name, entry in entries.items()})

    def _place(self, hand_in: HandIn) -> Path:
        return self.folder / hand_in.assignment / f"{hand_in.student}.json"


def _read(place: Path) -> dict[str, Entry]:
    try:
        kept = json.loads(place.read_text(encoding="utf-8"))
        return {name: _entry(said) for name, said in kept.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CourseError(f"{place} is damaged: restore it. Without it a hand-in could be graded twice.") from None


def _entry(said: dict[str, Any]) -> Entry:
    """Raises one of several kinds for what is none."""
    return Entry(datetime.fromisoformat(said["time"]).isoformat(), State(said["state"]), int(said["begun"]))
