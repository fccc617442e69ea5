"""Lists inside sentences, said in one way by the whole package."""

from __future__ import annotations

from collections.abc import Iterable


def listed(names: Iterable[str]) -> str:
    """The names as a sentence has them: "a", "a and b", "a, b and c"; empty if there are none."""
    *before, last = list(names) or [""]
    return f"{', '.join(before)} and {last}" if before else last
