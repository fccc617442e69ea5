"""A learner's own file: one or more columns of numbers over time, from a CSV file, with errors that say what to do.

    series = read_csv_series("load.csv", time="when", value="load_kw")
    series.times, series.values                     # (T,) datetime64, (T,) float64 with NaN where a cell is empty
    values, step = evenly_spaced(series)            # on a regular grid; NaN where a reading is missing

The header is the line that has the columns, and what stands between cells is what makes it so. Nothing else is guessed:
a decimal comma has to be said, and how a time is written, unless it is as in ISO 8601.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from coursekit.sources.cells import moment, number, require_clear_format, require_no_thousands
from coursekit.sources.csv_table import Row, csv_table, plain_name
from coursekit.sources.series import Series, evenly_spaced, seconds
from coursekit.sources.text_file import BadFile, plain_text

__all__ = ["BadFile", "Series", "evenly_spaced", "parse_csv_series", "read_csv_series", "seconds"]


def read_csv_series(
    path: str | Path,
    *,
    time: str | None,
    value: str | Sequence[str],
    time_format: str | None = None,
    decimal: str = ".",
    repeats: str | None = None,
    at_least: int = 2,
) -> Series:
    """Read one or several columns of a CSV file that names its columns.

    time: name of the column with the times; None if the readings are evenly spaced and have none.
    value: name of the column with the numbers; several names give values (T, K).
    time_format: as in `datetime.strptime`, such as "%d/%m/%Y %H:%M"; None: ISO 8601, such as 2024-03-31 14:05:00.
    decimal: "," where the file writes 1,5 for one and a half.
    repeats: "first" or "last": which reading to keep of several with one time; None: refuse such a file.
    at_least: the fewest rows that are of use.

    Raises BadFile if the file is missing, no UTF-8, empty or too short; if a column is missing; if a cell holds no
    number or no time, or one that can be read in two ways; or if times repeat or go back.
    """
    path = Path(path)
    how = {"time": time, "value": value, "time_format": time_format, "decimal": decimal, "repeats": repeats}
    return parse_csv_series(plain_text(path), **how, at_least=at_least, name=path.name)


def parse_csv_series(
    text: str,
    *,
    time: str | None,
    value: str | Sequence[str],
    time_format: str | None = None,
    decimal: str = ".",
    repeats: str | None = None,
    at_least: int = 2,
    name: str = "the text",
) -> Series:
    """As `read_csv_series`, for the text of a file. name: what errors call it."""
    if decimal not in (".", ","):
        raise ValueError(f"decimal: expected '.' or ',', got {decimal!r}")
    if repeats not in (None, "first", "last"):
        raise ValueError(f"repeats: expected None, 'first' or 'last', got {repeats!r}")
    require_clear_format(time_format)
    wanted = [value] if isinstance(value, str) else list(value)
    header, rows = csv_table(text, wanted if time is None else [*wanted, time], name)
    if not header:
        raise BadFile(f"{name} is empty: its first line has to hold the names of the columns")
    places = [_column(name, header, column) for column in wanted]
    clock = None if time is None else _column(name, header, time)
    rows = _told(rows, header, clock)

    times, values = [], []
    for where, cells in rows:
        reading = [number(where, header[k], cells[k], decimal) for k in places]
        if clock is not None:
            now = moment(where, header[clock], cells[clock], time_format)
            if repeats and times[-1:] == [now]:
                values[-1] = reading if repeats == "last" else values[-1]
                continue
            _require_later(where, times, now)
            times.append(now)
        values.append(reading)
    for k in places:
        require_no_thousands([row.where for row in rows], header[k], [row.cells[k] for row in rows], decimal)
    if len(values) < at_least:
        raise BadFile(f"{name} has {len(values)} rows, and at least {at_least} are needed: use a longer recording")
    columns = np.array(values, float).reshape(len(values), len(places))
    return Series(
        None if clock is None else np.array([now.replace(tzinfo=None) for now in times], "datetime64[us]"),
        columns[:, 0] if isinstance(value, str) else columns,
    )


def _told(rows: list[Row], header: list[str], clock: int | None) -> list[Row]:
    """The rows that are readings, each with as many cells as the header.

    A row without content is none where there are times. Without them it is a reading that is missing, but for those at
    the end, and for the empty lines that some programs write between all others.
    """
    last = max((k for k, row in enumerate(rows) if not row.empty), default=-1)
    rows = rows[: last + 1]
    if clock is not None:
        rows = [row for row in rows if not row.empty]
    elif len(header) > 1:
        rows = [row for row in rows if row.cells]
    else:
        rows = [row if row.cells else row._replace(cells=[""]) for row in rows]
    for row in rows:
        _require_cells(row, header)
    return rows


def _column(name: str, header: list[str], wanted: str) -> int:
    plain = plain_name(wanted)
    if header.count(plain) == 1:
        return header.index(plain)
    if plain in header:
        raise BadFile(f"{name} has {header.count(plain)} columns called {wanted!r}: give them different names")
    known = {column.casefold(): column for column in header}
    near = difflib.get_close_matches(plain.casefold(), known, n=1)
    meant = f"did you mean {known[near[0]]!r}? " if near else ""
    raise BadFile(f"{name} has no column {wanted!r}: {meant}its first line names {', '.join(map(repr, header[:12]))}")


def _require_cells(row: Row, header: list[str]) -> None:
    where, cells = row
    if len(cells) < len(header) or any(cells[len(header) :]):
        raise BadFile(
            f"{where} has {len(cells)} cells where the header has {len(header)}: mend the line (a decimal comma needs "
            "another delimiter, such as a semicolon)"
        )


def _require_later(where: str, times: list[datetime], moment: datetime) -> None:
    """A time has to come after those above it, and to be of their kind."""
    if not times:
        return
    if (times[-1].tzinfo is None) != (moment.tzinfo is None):
        raise BadFile(f"{where}: some times have an offset from UTC and some have none; write all of them alike")
    if moment == times[-1]:
        raise BadFile(
            f"{where}: the time {moment} stands there twice; say repeats='first' or repeats='last', or read the file "
            "with time=None if its clock is too coarse for its readings"
        )
    if moment < times[-1]:
        raise BadFile(
            f"{where}: the time {moment} is before that of the line above; sort the file, and write UTC (local times "
            "repeat when summer time ends)"
        )
