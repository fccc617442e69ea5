"""Numbers as a page says them."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.checking import words


def percent(share: float) -> str:
    """37 %, with a space that no line ends in. Not 0 % for what happened, not 100 % for what did not always."""
    rounded = round(100 * share)
    if share > 0 and rounded == 0:
        return "<1\xa0%"
    return f"{99 if share < 1 and rounded == 100 else rounded}\xa0%"


def count(number: int, word: str) -> str:
    """1 submission, 2 submissions."""
    return f"{number} {word}{'' if number == 1 else 's'}"


def listed(names: Sequence[str], most: int = 40) -> str:
    """a, b and c; a long list is cut, and says how many are missing."""
    if len(names) > most:
        names = [*names[:most], f"{len(names) - most} more"]
    return words.listed(names)


def seconds(value: float) -> str:
    """0.8 s, 12 s, 3 min, 2.5 h, 4 days: two digits, in the unit that a person would take."""
    for unit, size in (("days", 86400), ("h", 3600), ("min", 60)):
        if value >= 2 * size:
            return f"{_two_digits(value / size)} {unit}"
    return f"{_two_digits(value)} s"


def _two_digits(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"
