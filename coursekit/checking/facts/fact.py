"""What every fact is, and the one kind without fields of its own."""

from __future__ import annotations

from dataclasses import dataclass


class Fact:
    """Something that was seen. Subclasses are frozen dataclasses of numbers, strings and tuples of them."""


@dataclass(frozen=True)
class Said(Fact):
    """A sentence in a report that was stored before facts were data."""

    text: str
