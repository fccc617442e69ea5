"""The .ts text format of time series classification archives: one case a line, channels between colons.

    file = parse_ts(text)
    file.series[0], file.labels[0]        # (T, D) float64, "Walking"

Lines that begin with # are comments, lines that begin with @ describe the file, and @data ends them. A case is
channel 1 : channel 2 : ... : label, a channel is numbers between commas, and ? is a missing number. The lengths of
cases may differ; the channels of one case are equally long.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from coursekit.sources.own_file import BadFile


class TimeSeries(NamedTuple):
    """The cases of a .ts file.

    series: one array (T, D) for each case, NaN where a number is missing. labels: the class of each case, as written.
    classes: the names of the classes, in the order of the header.
    """

    series: list[np.ndarray]
    labels: list[str]
    classes: tuple[str, ...]


class Padded(NamedTuple):
    """Sequences of unequal length in one array. x: (N, T, D), zero after the end. lengths, label: (N,) integers."""

    x: np.ndarray
    lengths: np.ndarray
    label: np.ndarray


def read_ts(path: str | Path) -> TimeSeries:
    """Read a .ts file with classes. Raises BadFile, in one sentence that says where and what to do."""
    path = Path(path)
    if not path.is_file():
        raise BadFile(f"there is no file {path}: give its path from {Path.cwd()}, or an absolute one")
    try:
        return parse_ts(path.read_text(encoding="utf-8-sig"), path.name)
    except UnicodeDecodeError as problem:
        raise BadFile(f"{path.name} is not text in UTF-8 (byte {problem.start}): is it a .ts file?") from None


def parse_ts(text: str, name: str = "the text") -> TimeSeries:
    """As `read_ts`, for the text of a file. name: what errors call it."""
    header: dict[str, str] = {}
    series, labels, in_data = [], [], False
    for number, line in enumerate(text.splitlines(), 1):
        line, where = line.strip(), f"{name}, line {number}"
        if not line or line.startswith("#"):
            continue
        if in_data:
            values, label = _case(where, line, _classes(name, header))
            if series and values.shape[1] != series[0].shape[1]:
                raise BadFile(f"{where} has {values.shape[1]} channels, the case before {series[0].shape[1]}: mend it")
            series.append(values)
            labels.append(label)
        elif line.startswith("@"):
            key, _, value = line[1:].partition(" ")
            in_data = key.lower() == "data"
            header[key.lower()] = value.strip()
        else:
            raise BadFile(f"{where} stands before @data and is no header: is {name} a .ts file?")
    if not series:
        raise BadFile(f"{name} holds no case after @data: is it a .ts file, and a complete one?")
    return TimeSeries(series, labels, _classes(name, header))


def padded(cases: TimeSeries, classes: tuple[str, ...] | None = None) -> Padded:
    """All cases in one array; labels become places in `classes` (the file's own if None).

    Raises BadFile for a class that is not among them, and for a missing number.
    """
    classes = cases.classes if classes is None else classes
    if strange := sorted(set(cases.labels) - set(classes)):
        raise BadFile(f"class {strange[0]!r} is not among {', '.join(classes)}: use files of one task")
    lengths = np.array([len(values) for values in cases.series])
    x = np.zeros((len(lengths), lengths.max(), cases.series[0].shape[1]))
    for n, values in enumerate(cases.series):
        if np.isnan(values).any():
            raise BadFile(f"case {n + 1} has missing numbers: fill them, or leave the case out")
        x[n, : len(values)] = values
    return Padded(x, lengths, np.array([classes.index(label) for label in cases.labels]))


def _classes(name: str, header: dict[str, str]) -> tuple[str, ...]:
    if header.get("timestamps", "false").lower() == "true":
        raise BadFile(f"{name} has a time for every number (@timeStamps true): write the numbers alone")
    given, *classes = header.get("classlabel", "false").split() or ["false"]
    if given.lower() != "true" or not classes:
        raise BadFile(f"{name} names no classes: its header needs a line such as @classLabel true walking running")
    return tuple(classes)


def _case(where: str, line: str, classes: tuple[str, ...]) -> tuple[np.ndarray, str]:
    """One line after @data as (T, D) and its label."""
    *channels, label = line.split(":")
    if label.strip() not in classes:
        raise BadFile(f"{where} ends with {label.strip()[:20]!r}, which is none of the classes {', '.join(classes)}")
    columns = [_channel(where, channel) for channel in channels]
    if not columns or len({len(column) for column in columns}) > 1:
        raise BadFile(f"{where} has channels of {[len(column) for column in columns]} numbers: they have to be equal")
    return np.column_stack(columns), label.strip()


def _channel(where: str, text: str) -> np.ndarray:
    try:
        return np.array([np.nan if cell.strip() == "?" else float(cell) for cell in text.split(",")])
    except ValueError as problem:
        raise BadFile(f"{where}: {problem}; numbers stand between commas, and ? is a missing one") from None
