"""One line of what `coursekit doctor` reports."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

OK, MISSING, BROKEN = "ok", "missing", "broken"


@dataclass(frozen=True)
class Finding:
    """One line of the report. mend: what to do about it. more: lines that belong under it."""

    state: str
    what: str
    said: str
    mend: str = ""
    more: tuple[str, ...] = ()

    def __str__(self) -> str:
        text = f"{self.said}. {self.mend}." if self.mend else self.said
        lines = textwrap.wrap(text, 96, break_long_words=False, break_on_hyphens=False) or [""]
        lines += [part for line in self.more for part in textwrap.wrap(line, 96, subsequent_indent="    ")]
        label = f"{self.state:<8} {self.what:<11} "
        return "\n".join([label + lines[0], *(" " * len(label) + line for line in lines[1:])])


def words(error: Exception) -> str:
    """What was raised, on one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())[:300].rstrip(".")
