"""Predictions beside what was measured: a table in a notebook, lines of plain text elsewhere."""

from __future__ import annotations

import numbers
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from coursekit.checking.portable.state import with_own_functions
from coursekit.desk.state import Predicted
from coursekit.templates import filled

_LONGEST = 80  # characters of a guess that is no number
_MOST = 12  # entries of a guess that is a list
INVITATION = "Still open: what would you have said? Write it into its cell above, and run both cells again."


@dataclass(frozen=True)
class Line:
    """One prediction: its label, what was predicted or None, what was measured or None, and the first prediction."""

    label: str
    guess: Any
    measured: Any
    first: Any

    @property
    def guessed(self) -> str:
        """The prediction in words, also the first one if that was another; "–" if there is none."""
        if self.guess is None:
            return "–"
        return f"{shown(self.guess)} (at first {shown(self.first)})" if self.first != self.guess else shown(self.guess)

    @property
    def agrees(self) -> bool:
        return self.guess is not None and self.measured is not None and _agree(self.guess, self.measured)

    @property
    def found(self) -> str:
        """What was measured, in words."""
        return "–" if self.measured is None else shown(self.measured)

    @property
    def text(self) -> str:
        """Without the label: "measured 0.19, you predicted 0.4 (at first 0.3)"."""
        result = "" if self.measured is None else f"measured {self.found}"
        if self.guess is None:
            return result or "not predicted yet"
        said = "as you predicted" if self.agrees else f"you predicted {shown(self.guess)}"
        earlier = f" (at first {shown(self.first)})" if self.first != self.guess else ""
        return f"{f'{result}, ' if result else ''}{said}{earlier}"


@dataclass(frozen=True)
class Compared:
    """All lines of one comparison."""

    lines: tuple[Line, ...]

    @property
    def invitation(self) -> str:
        """What to do where a prediction is missing, or ""."""
        return INVITATION if any(line.guess is None for line in self.lines) else ""

    @property
    def predicted(self) -> bool:
        return any(line.guess is not None for line in self.lines)

    @property
    def measured(self) -> bool:
        return any(line.measured is not None for line in self.lines)

    @with_own_functions
    def __str__(self) -> str:
        wide = max((len(line.label) for line in self.lines), default=0)
        alone = len(self.lines) == 1
        said = [f"{line.label + ':' if alone else line.label.ljust(wide) + ' '} {line.text}" for line in self.lines]
        return "\n".join([*said, self.invitation] if self.invitation else said)

    __repr__ = __str__

    @with_own_functions
    def _repr_html_(self) -> str:
        return filled("desk/predictions", compared=self)


def compared(name: str, guess: Any, measured: Any, earlier: Mapping[str, Predicted]) -> dict[str, Line]:
    """By the key under which it is remembered, each line of a comparison. earlier: what was predicted before."""
    lines = {}
    for key, label, one, result in _pairs(name, guess, measured):
        known = earlier.get(key)
        lines[key] = Line(label, one, result, known.first if known and known.first is not None else one)
    return lines


def _pairs(name: str, guess: Any, measured: Any) -> Iterator[tuple[str, str, Any, Any]]:
    """Key, label, guess and result of every line."""
    if not isinstance(measured, Mapping):
        yield name, name.replace("_", " "), plain(guess), plain(measured)
        return
    guesses = guess if isinstance(guess, Mapping) else {}
    both = [key for key in measured if key in guesses]
    # Asked for and not measured: said, not left out.
    for key in [*both, *(key for key in guesses if key not in measured)] if both else measured:
        yield f"{name}: {key}", str(key), plain(guesses.get(key)), plain(measured.get(key))


def plain(value: Any) -> Any:
    """A value as JSON knows it: None, a truth value, a number, a text or a list of them."""
    if hasattr(value, "item") and getattr(value, "size", 1) == 1:  # a number of NumPy or PyTorch
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return str(value)[:_LONGEST]


def shown(value: Any) -> str:
    """A value for reading: numbers with three digits, words as they are; where something is left out stands "…"."""
    if isinstance(value, list):
        return ", ".join([*map(shown, value[:_MOST]), *["…"] * (len(value) > _MOST)])
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return f"{value}" if len(f"{value}") <= _LONGEST else f"{f'{value}'[: _LONGEST - 1]}…"
    return str(value) if isinstance(value, int) else f"{float(f'{value:.3g}'):g}"


def _agree(guess: Any, measured: Any) -> bool:
    """The same word, or numbers that read alike with two digits."""
    if isinstance(guess, bool) or isinstance(measured, bool):
        return guess is measured
    if isinstance(guess, (int, float)) and isinstance(measured, (int, float)):
        return f"{guess:.1e}" == f"{measured:.1e}"
    return guess == measured
