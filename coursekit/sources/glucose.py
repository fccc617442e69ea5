"""Blood glucose of one person, measured every five minutes for half a year by a sensor under the skin.

sensor = glucose()
sensor.times, sensor.values                     # (T,) datetime64[s] with gaps, (T,) mg/dL
"""

from __future__ import annotations

import gzip
from typing import NamedTuple

import numpy as np

from coursekit.sources.installed import DataSet, Provenance, catalogued, load_or_generate
from coursekit.sources.own_file import parse_csv_series

GLUCOSE = catalogued(
    DataSet(
        "glucose",
        "Glucose of one person, every five minutes, March to October 2010",
        package="bokeh_sampledata",
        tried="bokeh_sampledata==2026.1",
        files=("_data/CGM.csv.gz",),
        sha256=("efb3ce5d483000dad96f6b1d0106adbb85928191bba81aa98b279c6b70dea5a2",),
        source="given to a maintainer of Bokeh by the person who wore the sensor",
        licence="public domain, as the package states",
        extra="data",
    )
)

STEP = np.timedelta64(5, "m")
LOW, HIGH = 70, 180  # mg/dL: below and above the range that is usually aimed at


class Glucose(NamedTuple):
    """times: (T,) datetime64[s], increasing, usually five minutes apart. values: (T,) mg/dL, none missing."""

    times: np.ndarray
    values: np.ndarray
    provenance: Provenance


def glucose() -> Glucose:
    """52,278 readings with the gaps that the sensor left; of two readings at one time the first is kept."""
    (times, values), provenance = load_or_generate(GLUCOSE, _parse, _generate)
    return Glucose(times, values, provenance)


def _parse(contents: dict[str, bytes]) -> tuple[np.ndarray, np.ndarray]:
    text = gzip.decompress(contents[GLUCOSE.files[0]]).decode()
    series = parse_csv_series(text, time="datetime", value="glucose", repeats="first")
    return series.times.astype("datetime64[s]"), series.values


def _generate() -> tuple[np.ndarray, np.ndarray]:
    """Four meals a day that raise the glucose and a slow return, noise of the sensor, and about one gap a day."""
    rng = np.random.default_rng(288)
    days, per_day = 190, 288
    push = np.zeros(days * per_day)
    for hour in (7.5, 12.5, 16, 19):
        at = (np.arange(days) + (hour + rng.normal(0, 0.7, days)) / 24) * per_day
        push[np.clip(at.astype(int), 0, len(push) - 1)] += rng.gamma(4, 0.8, days)
    response = np.convolve(np.ones(12), np.ones(30))  # an hour of rise, and two more until it is gone
    meals = np.convolve(push, response)[: len(push)]
    slow = np.empty(len(push))
    state = 0.0
    for t, noise in enumerate(rng.normal(0, 4.5, len(push))):
        state = slow[t] = 0.985 * state + noise
    values = np.clip(np.round(110 + 2.2 * meals + slow), 40, 400)
    kept = np.ones(len(push), bool)
    for start in rng.integers(0, len(push), days):
        kept[start : start + int(rng.gamma(1.2, 20))] = False
    times = np.datetime64("2010-03-24T09:51:00", "s") + np.arange(len(push)) * STEP
    return times[kept], values[kept]
