"""How many tries are graded in a day, and how that is said. Platforms count in the same way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Limit:
    """tries: so many in any 24 hours; None for no limit. Times are in UTC, as nbgrader has them."""

    tries: int | None = None

    def refusal(self, counted: Iterable[datetime], time: datetime) -> str:
        """Why a hand-in of that time is not graded, as a sentence for its author; empty if it is.

        counted: the times of the same author's tries that were graded.
        """
        recent = self._recent(counted, time)
        if self.tries is None or len(recent) < self.tries:
            return ""
        many = "one try was" if self.tries == 1 else f"{self.tries} tries were"
        return (
            f"This hand-in was not graded: {many} graded in the 24 hours before it. Hand in again after "
            f"{_said(recent[-self.tries] + DAY)}. Until then the result of your last graded try stands."
        )

    def standing(self, counted: Iterable[datetime], time: datetime, *, counts: bool) -> str:
        """Which try a graded hand-in is, for its author; empty if there is no limit.

        counts: False for one that could not be decided, which is no try.
        """
        if self.tries is None:
            return ""
        if not counts:
            return "A person has to look at this hand-in, so it is none of your tries."
        recent = [*self._recent(counted, time), time]
        said = f"Try {len(recent)} of {self.tries} in 24 hours."
        if len(recent) < self.tries:
            return said
        return f"{said} The next one is graded if you hand it in after {_said(recent[-self.tries] + DAY)}."

    @staticmethod
    def _recent(counted: Iterable[datetime], time: datetime) -> list[datetime]:
        """Those in the 24 hours before a time. To the second, as the collector takes the time of files."""
        return sorted(when for when in counted if timedelta() <= time - when.replace(microsecond=0) < DAY)


def _said(time: datetime) -> str:
    """To the minute, and never too early."""
    return f"{time + timedelta(seconds=59):%Y-%m-%d %H:%M} UTC"
