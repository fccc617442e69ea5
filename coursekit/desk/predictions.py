"""Predictions beside what was measured, as lines of plain text."""

from __future__ import annotations

import numbers
from collections.abc import Iterator, Mapping
from typing import Any

from coursekit.desk.state import Predicted

_LONGEST = 80  # characters of a guess that is no number


def pairs(name: str, guess: Any, measured: Any) -> Iterator[tuple[str, str, Any, Any]]:
    """Key, label, guess and result of every line that one comparison has; the labels have equal lengths."""
    if not isinstance(measured, Mapping):
        yield name, name.replace("_", " ") + ":", plain(guess), plain(measured)
        return
    guesses = guess if isinstance(guess, Mapping) else {}
    asked = [key for key in measured if key in guesses] or list(measured)
    width = max(len(str(key)) for key in asked) if asked else 0
    for key in asked:
        yield f"{name}: {key}", f"{key!s:<{width}} ", plain(guesses.get(key)), plain(measured[key])


def line(label: str, guess: Any, measured: Any, earlier: Predicted | None) -> str:
    """What was measured and what was predicted, also the first prediction if that was another."""
    result = "" if measured is None else f"measured {shown(measured)}, "
    if guess is None:
        return f"{label} {result}you wrote no prediction"
    alike = measured is not None and _agree(guess, measured)
    said = f"{label} {result}{'as you predicted' if alike else f'you predicted {shown(guess)}'}"
    return f"{said} (at first {shown(earlier.first)})" if earlier and earlier.first != guess else said


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
    """A value for reading: numbers with three digits, words as they are."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return (", ".join(map(shown, value)) if isinstance(value, list) else str(value))[:_LONGEST]
    return str(value) if isinstance(value, int) else f"{float(f'{value:.3g}'):g}"


def _agree(guess: Any, measured: Any) -> bool:
    """The same word, or numbers that read alike with two digits."""
    if isinstance(guess, bool) or isinstance(measured, bool):
        return guess is measured
    if isinstance(guess, (int, float)) and isinstance(measured, (int, float)):
        return f"{guess:.1e}" == f"{measured:.1e}"
    return guess == measured
