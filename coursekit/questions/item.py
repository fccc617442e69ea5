"""A question with its options, one of which is right."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Option:
    """One thing to choose. why: what there is to say to whoever has chosen it, or ""."""

    text: str
    why: str = ""


@dataclass(frozen=True)
class Item:
    """A question.

    exercise:  the name of the exercise that it is about.
    kind:      "numbers", "line" or "shape".
    asks:      the question, one sentence.
    stem:      what one has to know for it, a few sentences; `words` between backticks are code.
    shown:     lines to look at, numbers or code.
    options:   what there is to choose from, in the order in which it is shown.
    right:     the place of the right one.
    reveals:   True if lines of a right answer are to be seen.
    arguments: what the answer was called with, by name, where one may want to compute.
    """

    exercise: str
    kind: str
    asks: str
    stem: str
    shown: str
    options: tuple[Option, ...]
    right: int
    reveals: bool = False
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def lettered(self) -> tuple[tuple[str, Option], ...]:
        """The options with their letters: A, B, C, ..."""
        return tuple(zip(string.ascii_uppercase, self.options, strict=False))

    @property
    def letter(self) -> str:
        """Of the right option."""
        return string.ascii_uppercase[self.right]

    def chosen(self, answer: str) -> Option | None:
        """The option of a letter, in either case; None if there is no such option."""
        return dict(self.lettered).get(answer.strip().upper())

    @property
    def text(self) -> str:
        """The question for terminals, screen readers and logs."""
        lines = [*(["", self.stem] if self.stem else []), "", *(f"    {line}" for line in self.shown.splitlines())]
        options = [f"  {letter}  {option.text}" for letter, option in self.lettered]
        return "\n".join([f"{self.exercise}: {self.asks}", *lines, "", *options])
