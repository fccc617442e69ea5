"""From texts to symbols and numbers, and back. A symbol is a character, or a word or sign."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

PAD, START, END, UNKNOWN = range(4)
SPECIAL = ("", "<start>", "<end>", "<?>")  # the first four symbols of every vocabulary


def pieces(text: str, words: bool) -> list[str]:
    """Characters, or words and signs without the spaces."""
    return re.findall(r"\w+|[^\w\s]", text) if words else list(text)


def joined(words: Sequence[str]) -> str:
    """Words and signs as one text; a sign stands without spaces, a comma with one after it."""
    text = re.sub(r" ([^\w\s])", r"\1", " ".join(words))
    return re.sub(r"([-']) ", r"\1", text)


def vocabulary_of(texts: Sequence[str], words: bool) -> tuple[str, ...]:
    """The special symbols, then those of the texts in alphabetical order."""
    return (*SPECIAL, *sorted({piece for text in texts for piece in pieces(text, words)}))


def numbered(texts: Sequence[str], vocabulary: Sequence[str], words: bool, *, end: bool) -> np.ndarray:
    """Texts as places in a vocabulary, (N, T), PAD behind the last symbol; what is not in it becomes UNKNOWN.

    end: with END after each text.
    """
    place = {piece: k for k, piece in enumerate(vocabulary)}
    rows = [[place.get(piece, UNKNOWN) for piece in pieces(text, words)] + [END] * end for text in texts]
    out = np.full((len(rows), max(map(len, rows))), PAD)
    for row, numbers in zip(out, rows, strict=True):
        row[: len(numbers)] = numbers
    return out
