"""What an experiment found, and the verdict that follows from it. Verdicts are computed, never typed.

A claim says that some number lies in a range: "on par" is a ratio near 1, "faster" a ratio above 1. If the
interval lies inside the range, the claim holds there; if it lies outside, it does not; if it crosses a border of
the range, that is undecided. One claim may be measured in several places, and then it can depend on the place.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coursekit.checking.words import listed
from coursekit.results.intervals import Interval, mean_interval
from coursekit.results.numbers import number
from coursekit.results.table import Table

HOLDS, FAILS, UNDECIDED, DEPENDS = "holds", "does not hold", "undecided", "depends"
_SAID = {
    HOLDS: "the claim is right for",
    FAILS: "the claim is wrong for",
    UNDECIDED: "the border of {border} is crossed by the interval for",
}


@dataclass(frozen=True)
class Measurement:
    """One number, measured once for every seed (or repetition), or known exactly: then one value is enough."""

    where: str  # the task, the library, the setting
    values: tuple[float, ...]
    ratio: bool = False  # then the mean is geometric, and the interval that of the logarithm
    exact: bool = False

    @property
    def interval(self) -> Interval:
        """Mean and 95 % interval; an exact number is its own interval."""
        if self.exact:
            return Interval(*[self.values[0]] * 3)
        return mean_interval(self.values, ratio=self.ratio)

    def verdict(self, claimed: tuple[float, float]) -> str:
        """HOLDS, FAILS or UNDECIDED: where the interval lies with respect to the claimed range."""
        _, low, high = self.interval
        if claimed[0] <= low and high <= claimed[1]:
            return HOLDS
        return FAILS if high < claimed[0] or low > claimed[1] else UNDECIDED

    @property
    def text(self) -> str:
        """The number with its interval: "1.3 [1.1, 1.5]"."""
        mean, low, high = (number(end, zeros=not self.exact) for end in self.interval)
        return mean if self.exact else f"{mean} [{low}, {high}]"


@dataclass(frozen=True)
class Result:
    """A claim, where it was measured, and under which conditions."""

    name: str
    title: str  # the claim in a few words
    claim: str  # the claim in one sentence
    quantity: str  # what is measured
    claimed: tuple[float, float]  # the range in which the claim puts it
    conditions: str
    measurements: tuple[Measurement, ...]
    picture: Mapping[str, Any] = field(default_factory=dict)  # curves or bars for `coursekit.plots`
    border: str = "the claim"  # what the claimed range is called where it has a name, such as "on par"

    @property
    def verdict(self) -> str:
        """One word or two for all measurements together."""
        found = {measurement.verdict(self.claimed) for measurement in self.measurements}
        if len(found) == 1:
            return found.pop()
        return DEPENDS if {HOLDS, FAILS} <= found else UNDECIDED

    @property
    def sentence(self) -> str:
        """The verdict in one sentence, with every number."""
        places = {word: [] for word in _SAID}
        for measurement in self.measurements:
            places[measurement.verdict(self.claimed)].append(f"{measurement.where} ({measurement.text})")
        parts = [f"{_SAID[word].format(border=self.border)} {listed(found)}" for word, found in places.items() if found]
        return f"{self.verdict.capitalize()}: {'; '.join(parts)}."

    @property
    def claimed_text(self) -> str:
        """The claimed range in words."""
        low, high = self.claimed
        if math.isinf(high):
            return f"above {number(low)}"
        return f"below {number(high)}" if math.isinf(low) else f"{number(low)} to {number(high)}"

    @property
    def text(self) -> str:
        """Everything that was found, for a notebook or a terminal."""
        return text_beside(self)


def beside(result: Result, full: Result | None = None, guess: Any = None) -> Table:
    """What was found, the recorded full run (if there is one) beside it, a prediction, and the verdicts."""
    known = {m.where: m.text for m in full.measurements} if full else {}
    rows = [(m.where, m.text, *([known.get(m.where)] if full else [])) for m in result.measurements]
    notes = [f"Conditions: {result.conditions}."]
    if guess is not None:
        notes.append(f"Predicted: {guess} ({result.measurements[0].where}).")
    notes.append(f"Verdict: {result.sentence}")
    if full:
        notes.append(f"Full run: {full.sentence}")
    columns = ["measured at", "mean [95 % interval]", *(["full run"] if full else [])]
    caption = f"{result.claim} Measured: {result.quantity}; claimed: {result.claimed_text}."
    return Table(columns, rows, caption, notes)


def text_beside(result: Result, full: Result | None = None, guess: Any = None) -> str:
    """The same as text."""
    return str(beside(result, full, guess))
