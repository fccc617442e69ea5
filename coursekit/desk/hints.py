"""Hints: the tiers of the exercise, and in turn with them what single draws advise that the last check found wrong.

What the report said itself (the hint of a known mistake, the advice of the simplest draw) is not said again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from coursekit.checking import sentences
from coursekit.checking.edit_words import edit_sentence
from coursekit.checking.exercise import Exercise
from coursekit.checking.portable.state import with_own_functions
from coursekit.desk.state import Tried
from coursekit.templates import filled


@dataclass(frozen=True)
class Hint:
    """One hint.

    tier:    which tier of the exercise's hints this is, from 1; 0 where it is the advice of a draw.
    tiers:   how many there are.
    draw:    the draw whose advice it is, or "".
    earlier: the tiers before it, which were shown already.
    mistake: the known mistake that the last check named, or "".
    found:   what the last check found in the answer's own lines, as a sentence, or "".
    last:    there is nothing after it.
    differs: what it found to differ from the right computation, as sentences, or "".
    """

    exercise: str
    tier: int
    tiers: int
    words: str
    draw: str = ""
    earlier: tuple[str, ...] = ()
    mistake: str = ""
    found: str = ""
    last: bool = False
    differs: str = ""

    @property
    def title(self) -> str:
        if self.draw:
            return f"Hint for {self.exercise}, about the draw “{self.draw}”"
        if not self.tiers:
            return f"Hints for {self.exercise}"
        return f"Hint {self.tier} of {self.tiers} for {self.exercise}"

    @property
    def more(self) -> str:
        """What running the cell again brings."""
        if self.last:
            return "This is the last one."
        if self.tier and self.tier == self.tiers - 1:
            return "Run the cell again for the last hint, which may show the line: try once more before you do."
        return "Run the cell again for the next one." if self.tiers else ""

    @with_own_functions
    def __str__(self) -> str:
        looks = f"it looks like {self.mistake}. " if self.mistake else ""
        found = f"in your code, l{self.found[1:]} " if self.found else ""
        found += f"{self.differs} " if self.differs else ""
        return f"{self.title}: {found}{looks}{self.words} {self.more}".rstrip()

    __repr__ = __str__

    @with_own_functions
    def _repr_html_(self) -> str:
        return filled("desk/hint", hint=self)


def next_hint(exercise: Exercise, tried: Tried) -> Hint:
    """The hint after those that were shown; the last one stays. Each begins with what the last check found."""
    found = tried.first_wrong
    known = [name for name in tried.diagnoses if name in {mistake.name for mistake in exercise.mistakes}]
    return dataclasses.replace(
        _next(exercise, tried),
        mistake=known[0] if known else "",
        found=sentences.along(found) if found else "",
        differs=" ".join(map(edit_sentence, tried.edits)),
    )


def _next(exercise: Exercise, tried: Tried) -> Hint:
    total = len(exercise.hints)
    advice = _advice(exercise, tried)
    left = [name for name in advice if name not in tried.advised]
    in_turn = len(advice) - len(left) <= tried.tiers or tried.tiers >= total
    if left and in_turn:
        return Hint(exercise.name, 0, total, advice[left[0]], left[0], last=len(left) == 1 and tried.tiers >= total)
    if not total:
        return Hint(exercise.name, 0, 0, "There are none for this exercise.")
    number = min(tried.tiers + 1, total)
    return dataclasses.replace(tier(exercise, number), last=number == total and not left)


def _advice(exercise: Exercise, tried: Tried) -> dict[str, str]:
    """What the draws advise that the last check found wrong and did not tell of, by their names."""
    last = tried.last or {}
    seed, names = last.get("seed", 0), last.get("untold", ())
    if not isinstance(names, (list, tuple)) or not names or not isinstance(seed, int) or seed < 0:
        return {}
    by_words = {draw.advice: draw.name for draw in reversed(exercise.draws(seed)) if draw.name in names and draw.advice}
    return {name: words for words, name in reversed(by_words.items())}


def tier(exercise: Exercise, number: int) -> Hint:
    """A tier by its number, from 1, with those before it."""
    hints: Sequence[str] = exercise.hints
    return Hint(exercise.name, number, len(hints), hints[number - 1], earlier=tuple(hints[: number - 1]))
