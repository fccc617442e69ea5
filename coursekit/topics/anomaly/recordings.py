"""Lesson 10: recordings with the parts of their split, and what counts as one event and one alarm."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from coursekit.sources.own_file import BadFile, evenly_spaced, read_csv_series, seconds
from coursekit.topics.anomaly.data import DAY, ecg, machine, sensor


class Task(NamedTuple):
    """A recording and its parts. values: (T,) in unit; anomalous: (T,), nothing before test_start.

    train_end, test_start: between them lies the validation part, which is normal too. per_day: readings in a day.
    window: readings that the linear rules look back. tolerance, patience: as in `count_alarms`.
    recall: the share of events at which false alarms are counted.
    """

    title: str
    unit: str
    values: np.ndarray
    anomalous: np.ndarray
    per_day: float
    train_end: int
    test_start: int
    window: int
    tolerance: int
    patience: int
    recall: float


def web_sensor() -> Task:
    """The hourly sensor: 300 readings to train, 100 to validate, 600 with seven events."""
    data = sensor()
    about = data.provenance.title
    return Task(about, data.unit, data.values, data.anomalous, data.per_day, 300, 400, 24, 2, 24, 1.0)


def heart(every: int = 6) -> Task:
    """The electrocardiogram, means of `every` readings: 60 a second. One event; what follows for a second belongs."""
    data, q = ecg(), every
    T = len(data.values) // q
    values = data.values[: T * q].reshape(T, q).mean(axis=1)
    anomalous = data.anomalous[: T * q].reshape(T, q).any(axis=1)
    second = 360 // q
    ends = 45 * T // 100, 60 * T // 100
    about = data.provenance.title
    return Task(about, data.unit, values, anomalous, data.per_day / q, *ends, second // 2, second, second, 1.0)


def pump(days: int = 20, events: int = 40) -> Task:
    """The generated machine: two fifths of the days to train, one fifth to validate, two fifths with the events."""
    data = machine(days, events)
    ends = round(0.4 * days) * 1440, round(0.6 * days) * 1440
    return Task(data.provenance.title, data.unit, data.values, data.anomalous, 1440.0, *ends, 60, 15, 60, 0.8)


def task_from_file(
    path: str | Path,
    *,
    time: str,
    value: str,
    normal_until: str,
    label: str | None = None,
    unit: str = "",
    **reading,
) -> Task:
    """A task from your own CSV file: evenly spaced readings without gaps.

    normal_until: a time up to which, as far as you know, nothing was wrong, such as "2024-05-01": three quarters of
    this part are for training, the last quarter for the threshold. What comes after it is the test.
    label: a column with 1 where an anomaly is known and 0 elsewhere; None: nothing is known.
    reading: more arguments of `coursekit.sources.own_file.read_csv_series`. Raises BadFile, with what to do.
    """
    name, columns = Path(path).name, [value] if label is None else [value, label]
    series = read_csv_series(path, time=time, value=columns, **reading)
    table, step = evenly_spaced(series)
    if missing := int(np.isnan(table).any(axis=1).sum()):
        raise BadFile(f"{name} lacks {missing} of {len(table)} readings on an even grid: fill the gaps, or cut there")
    try:
        test_start = int(np.ceil((np.datetime64(normal_until, "ms") - series.times[0]) / step))
    except ValueError:
        raise BadFile(f"normal_until: {normal_until!r} is no time; write it as 2024-03-31 14:05:00") from None
    train_end = 3 * test_start // 4
    if train_end < 300 or test_start >= len(table):
        raise BadFile(
            f"{name}: {max(0, test_start)} of {len(table)} readings come before {normal_until}; at least 400 normal "
            "ones are needed before it, and some after it"
        )
    values, per_day = table[:, 0], DAY / seconds(step)
    if values[:train_end].std() == 0:
        raise BadFile(f"{name}: all readings of {value!r} in the training part are equal; choose another column")
    anomalous = np.zeros(len(table), bool) if label is None else table[:, 1] > 0
    if anomalous[:test_start].any():
        raise BadFile(f"{name}: the column {label!r} has an anomaly before {normal_until}; choose an earlier time")
    return Task(name, unit, values, anomalous, per_day, train_end, test_start, 24, 2, 24, 1.0)
