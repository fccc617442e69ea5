"""A table that another program wrote and reads again: single cells are replaced, every other byte stays as it was.

A CSV library would write the whole file anew, with quotes, line ends and marks of its own, and a learning management
system may refuse that, or take a column for another one.
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from pathlib import Path

from coursekit import atomic

MAX_BYTES = 10 << 20
"""A table larger than this is none of a class."""

_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_DELIMITERS = ",;\t"


class SheetError(ValueError):
    """A table that cannot be filled; the message says why, and what to do."""


class Sheet:
    """The lines and columns of a CSV file.

    lines: for each line the fields as they stand there, quotes included; the first line is the head.
    """

    def __init__(self, content: bytes) -> None:
        if len(content) > MAX_BYTES:
            raise SheetError(f"it is larger than {MAX_BYTES >> 20} MB")
        self._mark = next((mark for mark in _MARKS if content.startswith(mark)), b"")
        self._encoding = _MARKS[self._mark] if self._mark else _guessed(content)
        try:
            text = content[len(self._mark) :].decode(self._encoding)
        except UnicodeDecodeError:
            raise SheetError(f"it begins like {self._encoding} and goes on otherwise: export it again") from None
        if "\0" in text or not text.strip():
            raise SheetError("it is no table of text: export it as CSV")
        self.delimiter = _delimiter(text)
        self.lines: list[list[str]] = []
        self._ends: list[str] = []
        for fields, end in _records(text, self.delimiter):
            self.lines.append(fields)
            self._ends.append(end)
        self.head = [value(field).strip() for field in self.lines[0]]

    @classmethod
    def read(cls, path: Path) -> Sheet:
        """The table in a file. Raises SheetError or OSError."""
        return cls(path.read_bytes())

    def column(self, name: str) -> int | None:
        """Where the column of this name stands; None if there is none. Two of one name are an error."""
        found = [number for number, title in enumerate(self.head) if title == name]
        if len(found) > 1:
            raise SheetError(f"there are two columns called {name!r}")
        return found[0] if found else None

    def get(self, line: int, column: int | None) -> str:
        """What a cell says; "" for one that is not there."""
        fields = self.lines[line]
        return value(fields[column]).strip() if column is not None and column < len(fields) else ""

    def set(self, line: int, column: int, text: str) -> None:
        """Put a text into a cell, quoted if what stood there was, or if it has to be."""
        fields = self.lines[line]
        fields += [""] * (column + 1 - len(fields))
        needed = any(mark in text for mark in (self.delimiter, '"', "\r", "\n"))
        quoted = needed or fields[column].lstrip().startswith('"')
        fields[column] = '"{}"'.format(text.replace('"', '""')) if quoted else text

    def content(self) -> bytes:
        lines = (self.delimiter.join(fields) + end for fields, end in zip(self.lines, self._ends, strict=True))
        return self._mark + "".join(lines).encode(self._encoding)

    def write(self, path: Path) -> None:
        """Write the table, whole or not at all; who could read a file that is replaced still can. Raises OSError."""
        mode = os.stat(path).st_mode & 0o777 if path.exists() else 0o600
        atomic.replace(path, self.content(), mode)


def value(field: str) -> str:
    """What a field says, without the quotes around it."""
    field = field.strip(" ")
    return field[1:-1].replace('""', '"') if len(field) > 1 and field[0] == field[-1] == '"' else field


def _guessed(content: bytes) -> str:
    """The encoding of a file without a mark. What is not UTF-8 is of a time when each byte was a letter."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"  # gives every byte back as it was
    return "utf-8"


def _delimiter(text: str) -> str:
    """The one that stands most often in the head, outside of quotes."""
    outside = "".join(text.splitlines()[0].split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _records(text: str, delimiter: str) -> Iterator[tuple[list[str], str]]:
    """Each line's fields as they stand there, and its end: "\\r\\n", "\\n", "\\r" or, at the end of the file, ""."""
    fields, start, place, quoted, begins = [], 0, 0, False, ""
    while place < len(text):
        letter = text[place]
        begins = begins or letter.strip(" ")  # the first letter of the field
        if letter == '"' == begins:
            quoted = not quoted  # two in a row inside of quotes end them and begin again
        elif letter == delimiter and not quoted:
            fields.append(text[start:place])
            start, begins = place + 1, ""
        elif letter in "\r\n" and not quoted:
            end = "\r\n" if text.startswith("\r\n", place) else letter
            yield [*fields, text[start:place]], end
            fields, place, begins = [], place + len(end) - 1, ""
            start = place + 1
        place += 1
    if quoted:
        raise SheetError("it holds a quotation mark that is not closed: export it again")
    if fields or start < len(text):
        yield [*fields, text[start:]], ""
