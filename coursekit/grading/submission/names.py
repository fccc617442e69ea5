"""Students' names as folders spell them: one student in two spellings is one, and what is no name is said."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path

MAX_CHARACTERS = 128
"""What nbgrader's gradebook holds."""

MAX_BYTES = 200
"""The longest name of a file is 255 bytes, and what is kept about a student has their name with something behind it."""


def one_spelling(name: str) -> str:
    """A name with each accented letter as one character (NFC). macOS takes them apart when it unpacks an archive."""
    return unicodedata.normalize("NFC", name)


def unusable(name: str) -> str:
    """Why a folder's name cannot be a student's in the gradebook; empty if it can."""
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return "the folder's name is not UTF-8: rename it to the student's id"
    if len(name) > MAX_CHARACTERS or size > MAX_BYTES:
        return f"the folder's name is longer than {MAX_CHARACTERS} characters or {MAX_BYTES} bytes: shorten it"
    return ""


def by_student(folders: Iterable[Path]) -> dict[str, list[Path]]:
    """Folders by the student whose name they spell, in order; usually one each. Hidden ones are nobody's."""
    found: dict[str, list[Path]] = {}
    for path in sorted(folders):
        if not path.name.startswith("."):
            found.setdefault(one_spelling(path.name), []).append(path)
    return dict(sorted(found.items()))


def printable(name: str) -> str:
    """A name that can be shown and kept, also where the folder's is no text."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")
