"""The .ts text format of time series classification archives: one case a line, channels between colons.

    file = parse_ts(text)
    file.series[0], file.labels[0]        # (T, D) float64, "Walking"

Lines that begin with # are comments, lines that begin with @ describe the file, and @data ends them. A case is
channel 1 : channel 2 : ... : label, a channel is numbers between commas, and ? is a missing number. The lengths of
cases may differ; the channels of one case are equally long.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from coursekit.sources.text_file import BadFile, plain_text, sound_text

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


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
    return parse_ts(plain_text(path), Path(path).name)


def parse_ts(text: str, name: str = "the text") -> TimeSeries:
    """As `read_ts`, for the text of a file. name: what errors call it."""
    header: dict[str, str] = {}
    series, labels, in_data = [], [], False
    for number, line in enumerate(sound_text(text, name).split("\n"), 1):
        line, where = line.strip(), f"{name}, line {number}"
        if not line or line.startswith("#"):
            continue
        if in_data:
            values, label = _case(where, line, _classes(name, header))
            _require_size(where, values, header)
            if series and values.shape[1] != series[0].shape[1]:
                raise BadFile(f"{where} has {values.shape[1]} channels, the case before {series[0].shape[1]}: mend it")
            series.append(values)
            labels.append(label)
        elif line.startswith("@"):
            key, *value = line[1:].split(None, 1) or [""]
            in_data = key.lower() == "data"
            header[key.lower()] = "".join(value)
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


def _require_size(where: str, values: np.ndarray, header: dict[str, str]) -> None:
    """A case is as long and has as many channels as the header says; if not, a part of it is gone."""
    length = header.get("serieslength", "") if header.get("equallength", "").lower() == "true" else ""
    told = (length, "numbers in a channel"), (header.get("dimensions") or header.get("dimension", ""), "channels")
    for size, (number, what) in zip(values.shape, told, strict=True):
        if number.isdigit() and size != int(number):
            raise BadFile(f"{where} has {size} {what}, and the header says {number}: mend it, or copy the file again")


def _channel(where: str, text: str) -> np.ndarray:
    cells = [cell.strip() for cell in text.split(",")]
    for cell in cells:
        if cell != "?" and not _NUMBER.fullmatch(cell):
            raise BadFile(f"{where}: {cell[:30]!r} is no number; numbers stand between commas, and ? is a missing one")
    return np.array([np.nan if cell == "?" else float(cell) for cell in cells])
