"""Tables in text: which line is the header, which character stands between cells, and what the cells are.

    table = csv_table(text, ("when", "load"), "load.csv")
    table.header, table.rows[0].where, table.rows[0].cells

The header is the first line that has all columns that are asked for. So a title above it, an empty line, a line such
as "sep=;", right or wrong, and a comma inside a name do no harm.
"""

from __future__ import annotations

import contextlib
import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from coursekit.sources.text_file import BadFile, other_structure, sound_text

_DELIMITERS = ",;\t|"
_TITLE = 40  # lines: a header stands that far down at most
_TOLD = re.compile(r'\s*"?sep=(.)"?[ ,;\t|]*\n')  # a spreadsheet's own way to say what stands between cells


class Row(NamedTuple):
    """One record. where: "load.csv, line 3", the line where it begins. cells: without the spaces around them."""

    where: str
    cells: list[str]

    @property
    def empty(self) -> bool:
        return not any(self.cells)


class Table(NamedTuple):
    """header: names as `plain_name` gives them, empty ones at the end left out. rows: below it, empty ones included."""

    header: list[str]
    rows: list[Row]


def csv_table(text: str, columns: Sequence[str], name: str, *, cased: bool = True) -> Table:
    """The table with these columns in a text; if none of its first lines names all of them, the first is the header.

    name: what errors call the text. cased: if not, columns are asked for, and the header is given, in small letters.
    Raises BadFile for zero bytes, for JSON and its kin, and for a quotation mark that is not closed.
    """
    text, wanted = sound_text(text, name), {plain_name(column) for column in columns}
    told = _TOLD.match(text)
    first = told[1] if told else ""
    delimiters = [*first, *(one for one in _delimiters(text[told.end() :] if told else text) if one != first)]
    found = [(one, *there) for one in delimiters if (there := _header_place(text, one, wanted, cased))]
    if not found and (said := other_structure(text)):
        raise BadFile(f"{name} is {said} and no table: export it as CSV")
    delimiter, place, _ = next((one for one in found if one[2]), found[0] if found else (delimiters[0], None, False))
    rows = list(_records(text, delimiter, name))
    if place is None:
        content = [k for k, row in enumerate(rows) if not row.empty][1 if told else 0 :]
        place = content[0] if content else len(rows)
    return Table(_header(rows[place], cased), rows[place + 1 :]) if place < len(rows) else Table([], [])


def plain_name(name: str) -> str:
    """A column's name without what cannot be seen: marks for programs, and spaces that are several or do not break."""
    seen = (letter for letter in unicodedata.normalize("NFC", name) if unicodedata.category(letter) != "Cf")
    return " ".join("".join(seen).split())


def _delimiters(text: str) -> list[str]:
    """All that there are, the one that the first line has most often outside of quotation marks in front."""
    first = re.sub(r'"[^"]*"', "", text.lstrip("\n").partition("\n")[0])
    return sorted(_DELIMITERS, key=first.count, reverse=True)


def _header_place(text: str, delimiter: str, wanted: set[str], cased: bool) -> tuple[int, bool] | None:
    """Which record has all these names as cells, if one of the first does; and have those below no more cells?

    They do where a delimiter is none: a header of one name is one by any delimiter, but not its rows 1,5 by a comma.
    """
    rows, place, fits = zip(range(_TITLE), _records(text, delimiter, ""), strict=False), None, True
    with contextlib.suppress(BadFile, StopIteration):  # with this delimiter it is no table
        place, header = next((k, row) for k, row in rows if wanted <= set(_header(row, cased)))
        fits = not any(any(row.cells[len(_header(header)) :]) for _, row in rows)
    return None if place is None else (place, fits)


def _header(row: Row, cased: bool = True) -> list[str]:
    names = [plain_name(cell if cased else cell.lower()) for cell in row.cells]
    while names and not names[-1]:
        names.pop()
    return names


def _records(text: str, delimiter: str, name: str) -> Iterator[Row]:
    lines = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True, skipinitialspace=delimiter != " ")
    begin = 1
    try:
        for cells in lines:
            yield Row(f"{name}, line {begin}", [cell.strip() for cell in cells])
            begin = lines.line_num + 1
    except csv.Error as problem:
        raise BadFile(f"{name}, line {lines.line_num} is no CSV ({problem}): look for a stray quotation mark") from None
