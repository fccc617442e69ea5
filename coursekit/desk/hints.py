"""Hints: that of the mistake which the last check named, then the tiers of the exercise."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from coursekit.checking import sentences
from coursekit.checking.edit_words import edit_sentence
from coursekit.checking.exercise import Exercise
from coursekit.desk.state import Tried
from coursekit.templates import filled


@dataclass(frozen=True)
class Hint:
    """One hint.

    tier:    which tier of the exercise's hints this is, from 1; 0 where it is the hint of a mistake.
    tiers:   how many there are.
    mistake: the known mistake that it belongs to, or "".
    earlier: the tiers before it, which were shown already.
    found:   what the last check found in the answer's own lines, as a sentence, or "".
    differs: what it found to differ from the right computation, as sentences, or "".
    """

    exercise: str
    tier: int
    tiers: int
    words: str
    mistake: str = ""
    earlier: tuple[str, ...] = ()
    found: str = ""
    differs: str = ""

    @property
    def title(self) -> str:
        if not self.tiers and not self.mistake:
            return f"Hints for {self.exercise}"
        if self.mistake:
            return f"Hint for {self.exercise}, about the mistake that your last check named"
        return f"Hint {self.tier} of {self.tiers} for {self.exercise}"

    @property
    def more(self) -> str:
        """What running the cell again brings."""
        if self.mistake and self.tiers:
            return "Run the cell again for the general hints."
        if self.tier < self.tiers:
            return "Run the cell again for the next one."
        return "This is the last one." if self.tiers else ""

    def __str__(self) -> str:
        looks = f"it looks like {self.mistake}. " if self.mistake else ""
        found = f"in your code, l{self.found[1:]} " if self.found else ""
        found += f"{self.differs} " if self.differs else ""
        return f"{self.title}: {found}{looks}{self.words} {self.more}".rstrip()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return filled("desk/hint", hint=self)


def next_hint(exercise: Exercise, tried: Tried) -> Hint:
    """The hint after those that were shown. The last tier stays.

    A mistake that the last check named, and whose hint was not asked for yet, comes first. Each begins with the first
    wrong line that the last check found, and with what differs from the right computation.
    """
    line = sentences.along(tried.first_wrong) if tried.first_wrong else ""
    return dataclasses.replace(_next(exercise, tried), found=line, differs=" ".join(map(edit_sentence, tried.edits)))


def _next(exercise: Exercise, tried: Tried) -> Hint:
    mistakes = {mistake.name: mistake.hint for mistake in exercise.mistakes}
    for name in tried.diagnoses:
        if name in mistakes and name not in tried.mistakes:
            return Hint(exercise.name, 0, len(exercise.hints), mistakes[name], name)
    if not exercise.hints:
        return Hint(exercise.name, 0, 0, "There are none for this exercise.")
    return tier(exercise, min(tried.tiers + 1, len(exercise.hints)))


def tier(exercise: Exercise, number: int) -> Hint:
    """A tier by its number, from 1, with those before it."""
    hints: Sequence[str] = exercise.hints
    return Hint(exercise.name, number, len(hints), hints[number - 1], earlier=tuple(hints[: number - 1]))
