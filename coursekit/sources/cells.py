"""What a cell means: a number, a time, or a refusal that names the line and the remedy. Nothing is guessed.

A point or a comma may be a decimal one or stand between thousands, a number may be a day or a second: whatever could be
read in two ways is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from coursekit.sources.text_file import BadFile

_EMPTY = {"", "na", "nan", "n/a", "#n/a", "<na>", "null", "none", "-", "--"}
_NUMBER = {
    mark: re.compile(rf"[+-]?(\d+{re.escape(mark)}?\d*|{re.escape(mark)}\d+)([eE][+-]?\d+)?", re.ASCII) for mark in ".,"
}
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([.,'’_\s])\d{3})(?:\1\d{3})*(?:[.,]\d*)?")
_YEAR_FIRST = re.compile(r"^(\d{4})/(\d\d)/(\d\d)\b")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d|\d{8}|\d{4}-?W\d\d(-?\d)?)([T ].*)?", re.ASCII)


def number(where: str, column: str, cell: str, decimal: str) -> float:
    """The number in a cell, NaN if it is empty or says that it is missing. decimal: "." or ",".

    Raises BadFile for everything else, separators of thousands, units and infinity among it.
    """
    if cell.lower() in _EMPTY:
        return np.nan
    plain = cell.replace("\N{MINUS SIGN}", "-")
    value = float(plain.replace(",", ".")) if _NUMBER[decimal].fullmatch(plain) else np.inf
    if np.isfinite(value):
        return value
    raise BadFile(f"{where}: column {column!r} has {cell[:30]!r}, which is no number; {_remedy(plain, decimal)}")


def _remedy(cell: str, decimal: str) -> str:
    thousands = "if it has separators of thousands, take them out of the file"
    if _GROUPED.fullmatch(cell):
        other = "a point" if decimal == "." else "a comma"
        return f"{thousands}; decimals are written with {other}"
    if re.fullmatch(r"[+-]?\d*[.,]\d+([eE][+-]?\d+)?", cell, re.ASCII):
        return f"read it with decimal={'.,'[decimal == '.']!r}" + (", if all numbers are so" if decimal == "," else "")
    if cell.endswith("%"):
        return "take the percent signs out of the file"
    if re.fullmatch(r"[+-]?[\d.,]+\s*[^\W\d_][^\d]*", cell):
        return "write the number alone, without its unit"
    return "leave the cell empty if it is missing, or take the line out if it is no reading"


def require_no_thousands(wheres: Sequence[str], column: str, cells: Sequence[str], decimal: str) -> None:
    """Refuse a column such as 980, 995, 1.020: those with the decimal mark have three digits after it, the others none.

    Programs that write three decimals write them always; so these are thousands, and 1.020 is no 1.02.
    """
    numbers = [
        (where, cell.lstrip("+-")) for where, cell in zip(wheres, cells, strict=True) if cell.lower() not in _EMPTY
    ]
    marked = [(where, cell) for where, cell in numbers if not cell.isdigit()]
    whole = [cell for _, cell in numbers if cell.isdigit()]
    grouped = re.compile(rf"[1-9]\d{{0,2}}{re.escape(decimal)}\d{{3}}", re.ASCII)
    if not marked or max(map(len, whole), default=0) != 3 or not all(grouped.fullmatch(cell) for _, cell in marked):
        return
    where, cell = marked[0]
    raise BadFile(
        f"{where}: column {column!r} has {cell!r} beside whole numbers such as {max(whole, key=len)!r}, so it may mean "
        f"{cell.replace(decimal, '')}: take the separators of thousands out of the file, or write {cell}0 if it is none"
    )


def require_clear_format(time_format: str | None) -> None:
    """Raise ValueError for a format by which `datetime.strptime` would drop a part of the time without a word."""
    parts = set(re.findall("%[A-Za-z%]", time_format or ""))
    if "%p" in parts and "%I" not in parts:
        raise ValueError(f"time_format: {time_format!r} has %p (AM or PM), which counts only beside %I, not beside %H")
    if "%I" in parts and "%p" not in parts:
        raise ValueError(f"time_format: {time_format!r} has %I (hours to 12) and no %p (AM or PM); hours to 23 are %H")
    if "%Z" in parts:
        raise ValueError(f"time_format: {time_format!r} has %Z, a name that shifts no time; write offsets, and %z")


def moment(where: str, column: str, cell: str, time_format: str | None) -> datetime:
    """The time in a cell, in UTC if it has an offset. time_format: as in `datetime.strptime`; None: ISO 8601, also
    with slashes in the date, which the year in front makes as clear.

    Raises BadFile for everything else, numbers of days or seconds among it.
    """
    try:
        iso = cell if time_format else _YEAR_FIRST.sub(r"\1-\2-\3", cell)
        if not time_format and not _ISO.fullmatch(iso):
            raise ValueError("no date in front")  # fromisoformat would take many a number for a time
        found = datetime.strptime(cell, time_format) if time_format else datetime.fromisoformat(iso)
        return found.astimezone(UTC) if found.tzinfo else found
    except (ValueError, OverflowError):
        if time_format:
            advice = f"it does not match time_format={time_format!r}"
        elif re.fullmatch(r"[+-]?\d+([.,]\d+)?", cell):
            advice = (
                "a number of seconds or days has to be written as 2024-03-31 14:05:00 first, and digits without "
                "hyphens need time_format='%Y%m%d%H%M%S' or the like"
            )
        else:
            advice = "write 2024-03-31 14:05:00, or say time_format='%d/%m/%Y %H:%M' or the like"
        raise BadFile(f"{where}: column {column!r} has {cell[:30]!r}, which is no time; {advice}") from None
