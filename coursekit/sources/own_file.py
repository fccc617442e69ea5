"""A learner's own file: one or more columns of numbers over time, from a CSV file, with errors that say what to do.

    series = read_csv_series("load.csv", time="when", value="load_kw")
    series.times, series.values                     # (T,) datetime64, (T,) float64 with NaN where a cell is empty
    values, step = evenly_spaced(series)            # on a regular grid; NaN where a reading is missing

Nothing is guessed: another delimiter than the comma is found in the header, but a decimal comma and a time that is
not written as in ISO 8601 have to be said.
"""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

_EMPTY = {"", "na", "nan", "n/a", "null", "none", "-"}
_DELIMITERS = ",;\t|"
_LARGEST_GRID = 5_000_000  # rows: more than this after filling gaps is a wrong time in the file, not a long gap


class BadFile(ValueError):
    """A file that cannot be used as it is; the message is one sentence that says where and what to do."""


class Series(NamedTuple):
    """What a file holds.

    times: (T,) datetime64[ms], strictly increasing, in UTC where the file gives an offset; None without a time column.
    values: (T,) for one column, (T, K) for several; float64, NaN where a cell is empty.
    """

    times: np.ndarray | None
    values: np.ndarray


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
    """Read one or several columns of a CSV file whose first line holds the names of the columns.

    time: name of the column with the times; None if the readings are evenly spaced and have none.
    value: name of the column with the numbers; several names give values (T, K).
    time_format: as in `datetime.strptime`, such as "%d/%m/%Y %H:%M"; None: ISO 8601, such as 2024-03-31 14:05:00.
    decimal: "," where the file writes 1,5 for one and a half.
    repeats: "first" or "last": which reading to keep of several with one time; None: refuse such a file.
    at_least: the fewest rows that are of use.

    Raises BadFile if the file is missing, no UTF-8, empty or too short; if a column is missing; if a cell holds no
    number or no time; or if times repeat or go back.
    """
    path = Path(path)
    how = {"time": time, "value": value, "time_format": time_format, "decimal": decimal, "repeats": repeats}
    return parse_csv_series(_text(path), **how, at_least=at_least, name=path.name)


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
    (_, header), *rows = _rows(text, name) or [("", [])]
    if not any(header):
        raise BadFile(f"{name} is empty: its first line has to hold the names of the columns")
    places = [_column(name, header, column) for column in ([value] if isinstance(value, str) else value)]
    clock = None if time is None else _column(name, header, time)

    times, values = [], []
    for where, cells in rows:
        _require_cells(where, cells, header)
        reading = [_number(where, header[k], cells[k], decimal) for k in places]
        if clock is not None:
            moment = _time(where, header[clock], cells[clock], time_format)
            if repeats and times[-1:] == [moment]:
                values[-1] = reading if repeats == "last" else values[-1]
                continue
            _require_later(where, times, moment)
            times.append(moment)
        values.append(reading)
    if len(values) < at_least:
        raise BadFile(f"{name} has {len(values)} rows, and at least {at_least} are needed: use a longer recording")
    columns = np.array(values, float).reshape(len(values), len(places))
    return Series(
        None if clock is None else np.array([moment.replace(tzinfo=None) for moment in times], "datetime64[ms]"),
        columns[:, 0] if isinstance(value, str) else columns,
    )


def evenly_spaced(series: Series) -> tuple[np.ndarray, np.timedelta64]:
    """The values on a regular grid, NaN where a reading is missing, and the time between two of its points.

    The step is the commonest difference between two times; each reading goes to the nearest point of the grid. Where
    two meet, the later one counts. Returns values (T', ...) and the step. Raises BadFile if the series has no times,
    or if fewer than half of its steps are regular.
    """
    if series.times is None:
        raise BadFile("the series has no times to space evenly: read it with time='name of the column'")
    differences = np.diff(series.times)
    kinds, counts = np.unique(differences, return_counts=True)
    step = kinds[counts.argmax()]
    near = np.abs(differences / step - np.round(differences / step)) <= 0.1
    if near.mean() < 0.5:
        raise BadFile(f"the times have no regular step (commonest: {seconds(step):g} s): resample the recording first")
    places = np.round((series.times - series.times[0]) / step).astype(int)
    if places[-1] >= _LARGEST_GRID:
        raise BadFile(
            f"from the first to the last time there are {places[-1]:,} steps of {seconds(step):g} s: look for a wrong "
            "date, or cut the recording"
        )
    grid = np.full((places[-1] + 1, *series.values.shape[1:]), np.nan)
    grid[places] = series.values
    return grid, step


def seconds(step: np.timedelta64) -> float:
    """A time difference in seconds."""
    return float(step / np.timedelta64(1, "s"))


def _text(path: Path) -> str:
    if not path.is_file():
        raise BadFile(f"there is no file {path}: give its path from {Path.cwd()}, or an absolute one")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise BadFile(
            f"{path.name} is not text in UTF-8 (byte {problem.start}): save it as CSV with the encoding UTF-8"
        ) from None
    except OSError as problem:
        raise BadFile(f"{path.name} cannot be read ({problem.strerror}): check its permissions") from None


def _delimiter(text: str) -> str:
    """The one that the header has most often; a comma if it has none."""
    header = text.partition("\n")[0]
    return max(_DELIMITERS, key=header.count)


def _rows(text: str, name: str) -> list[tuple[str, list[str]]]:
    """Where a line stands, and its cells; lines without content are left out."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        return [(f"{name}, line {lines.line_num}", [cell.strip() for cell in cells]) for cells in lines if any(cells)]
    except csv.Error as problem:
        raise BadFile(f"{name}, line {lines.line_num} is no CSV ({problem}): look for a stray quotation mark") from None


def _column(name: str, header: list[str], wanted: str) -> int:
    if header.count(wanted) == 1:
        return header.index(wanted)
    if wanted in header:
        raise BadFile(f"{name} has {header.count(wanted)} columns called {wanted!r}: give them different names")
    near = difflib.get_close_matches(wanted, header, n=1)
    meant = f"did you mean {near[0]!r}? " if near else ""
    raise BadFile(f"{name} has no column {wanted!r}: {meant}its first line names {', '.join(map(repr, header[:12]))}")


def _require_cells(where: str, cells: list[str], header: list[str]) -> None:
    if len(cells) < len(header) or any(cells[len(header) :]):
        raise BadFile(
            f"{where} has {len(cells)} cells where the header has {len(header)}: mend the line (a decimal comma needs "
            "another delimiter, such as a semicolon)"
        )


def _number(where: str, column: str, cell: str, decimal: str) -> float:
    if cell.lower() in _EMPTY:
        return np.nan
    try:
        number = float(cell.replace(",", ".") if decimal == "," else cell)
    except ValueError:
        number = np.inf
    if np.isfinite(number) and "_" not in cell:
        return number
    advice = "read it with decimal=','" if "," in cell and decimal == "." else "leave the cell empty if it is missing"
    raise BadFile(f"{where}: column {column!r} has {cell[:30]!r}, which is no number; {advice}")


def _time(where: str, column: str, cell: str, time_format: str | None) -> datetime:
    try:
        moment = datetime.strptime(cell, time_format) if time_format else datetime.fromisoformat(cell)
        return moment.astimezone(UTC) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        advice = (
            f"it does not match time_format={time_format!r}"
            if time_format
            else "write 2024-03-31 14:05:00, or say time_format='%d/%m/%Y %H:%M' or the like"
        )
        raise BadFile(f"{where}: column {column!r} has {cell[:30]!r}, which is no time; {advice}") from None


def _require_later(where: str, times: list[datetime], moment: datetime) -> None:
    """A time has to come after those above it, and to be of their kind."""
    if not times:
        return
    if (times[-1].tzinfo is None) != (moment.tzinfo is None):
        raise BadFile(f"{where}: some times have an offset from UTC and some have none; write all of them alike")
    if moment == times[-1]:
        raise BadFile(f"{where}: the time {moment} stands there twice; say repeats='first' or repeats='last'")
    if moment < times[-1]:
        raise BadFile(
            f"{where}: the time {moment} is before that of the line above; sort the file, and write UTC (local times "
            "repeat when summer time ends)"
        )
