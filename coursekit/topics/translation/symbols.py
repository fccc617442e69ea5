"""From a text to its symbols and back: characters, or words and signs."""

from __future__ import annotations

import re
from collections.abc import Sequence


def pieces(text: str, words: bool) -> list[str]:
    """Characters, or words and signs without the spaces."""
    return re.findall(r"\w+|[^\w\s]", text) if words else list(text)


def joined(words: Sequence[str]) -> str:
    """Words and signs as one text; a sign stands without spaces, a comma with one after it."""
    text = re.sub(r" ([^\w\s])", r"\1", " ".join(words))
    return re.sub(r"([-']) ", r"\1", text)
