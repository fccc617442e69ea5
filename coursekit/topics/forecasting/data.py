"""Series to forecast: electricity demand in England and Wales and in Victoria, and the temperature of the sea.

demand = half_hourly_demand()
demand.times, demand.values, demand.unit        # (T,) datetime64, (T,) float64 without gaps, "MW"
print(demand.provenance.text)
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from coursekit.sources.installed import DataSet, Provenance, catalogued, load_or_generate
from coursekit.sources.own_file import evenly_spaced, parse_csv_series
from coursekit.sources.python_file import longest_list

TAYLOR = catalogued(
    DataSet(
        "demand_england",
        "Half-hourly electricity demand in England and Wales, June to August 2000",
        package="pmdarima",
        tried="pmdarima==2.1.1",
        files=("datasets/taylor.py",),
        sha256=("2437fffc4ab5f1a6c57fe50502e1698210a66b3ea61e4546e6a40d2bfeb30e64",),
        source="J. W. Taylor, Journal of the Operational Research Society 54 (2003)",
        licence="the package is under MIT; terms of the data are not stated by the package",
        extra="energy",
    )
)

VICTORIA = catalogued(
    DataSet(
        "demand_victoria",
        "Hourly electricity demand in Victoria, Australia, January to May 2012",
        package="statsmodels",
        tried="statsmodels==0.15.0",
        files=("tsa/stl/tests/results/mstl_elec_vic.csv",),
        sha256=("f1ec4573d3e3c74bc35923401c043b4b7cba79d1979e4fae27243b68b7687ff1",),
        source="Australian Energy Market Operator, by way of the R package tsibbledata (vic_elec)",
        licence="the package is under BSD-3-Clause; terms of the data are not stated by the package",
        extra="energy",
    )
)

SEA = catalogued(
    DataSet(
        "sea_temperature",
        "Half-hourly temperature of the sea surface, Western Maine Shelf, February 2016 to March 2017",
        package="bokeh_sampledata",
        tried="bokeh_sampledata==2026.1",
        files=("_data/sea_surface_temperature.csv.gz",),
        sha256=("c23eb0bdaf09059aea5a7ef4217ff15d7205968521d6f5268b9077560f091538",),
        source="NERACOOS station B01, University of Maine",
        licence="free to use and redistribute, not for legal use, as the package states",
        extra="data",
    )
)


class ForecastSeries(NamedTuple):
    """A series without gaps. times: (T,) datetime64[m], evenly spaced. values: (T,) float64 in `unit`."""

    times: np.ndarray
    values: np.ndarray
    unit: str
    provenance: Provenance


def half_hourly_demand() -> ForecastSeries:
    """Taylor's series: 12 weeks from Monday 5 June 2000, 48 readings a day, mean power in MW."""

    def parse(contents: dict[str, bytes]) -> np.ndarray:
        return longest_list(contents[TAYLOR.files[0]].decode())

    return _series(TAYLOR, parse, lambda: _made_demand(12, 48, 30_000.0), "2000-06-05T00:00", 30, "MW")


def hourly_demand() -> ForecastSeries:
    """Victoria: 150 days from Sunday 1 January 2012, 24 readings a day, mean power in MW.

    The file holds sums of two half-hourly readings, so its numbers are halved here. (The source's documentation
    calls those readings MW in one version and MWh in another; five gigawatts is what Victoria uses.)
    """

    def parse(contents: dict[str, bytes]) -> np.ndarray:
        return _column(contents[VICTORIA.files[0]].decode(), "ds", "y") / 2

    def generate() -> np.ndarray:
        return _made_demand(22, 24, 5_000.0)[-150 * 24 :]

    return _series(VICTORIA, parse, generate, "2012-01-01T00:00", 60, "MW")


def sea_temperature() -> ForecastSeries:
    """13 months from 15 February 2016, 48 readings a day, in °C; a reading that stands there twice is taken once."""

    def parse(contents: dict[str, bytes]) -> np.ndarray:
        text = gzip.decompress(contents[SEA.files[0]]).decode()
        return _column(text, "time (UTC)", "temperature (celsius)")

    return _series(SEA, parse, _made_sea, "2016-02-15T00:00", 30, "°C")


def _series(
    data_set: DataSet,
    parse: Callable[[dict[str, bytes]], np.ndarray],
    generate: Callable[[], np.ndarray],
    start: str,
    minutes: int,
    unit: str,
) -> ForecastSeries:
    values, provenance = load_or_generate(data_set, parse, generate)
    times = np.datetime64(start, "m") + np.arange(len(values)) * np.timedelta64(minutes, "m")
    return ForecastSeries(times, values, unit, provenance)


def _column(text: str, time: str, value: str) -> np.ndarray:
    return evenly_spaced(parse_csv_series(text, time=time, value=value, repeats="first"))[0]


def _made_demand(weeks: int, per_day: int, level: float) -> np.ndarray:
    """A demand that nobody had: a day's shape, weaker at weekends, and weather that stays for some days."""
    rng = np.random.default_rng([weeks, per_day])
    hour = np.arange(weeks * 7 * per_day) % per_day / per_day * 24
    day = np.repeat(np.arange(weeks * 7) % 7, per_day)
    shape = 0.2 * np.tanh((hour - 7) / 1.5) - 0.2 * np.tanh((hour - 22) / 1.5) + 0.05 * np.sin(hour / 24 * 6 * np.pi)
    working = np.where(day < 5, 1.0, 0.6)
    weather = np.interp(np.arange(len(hour)) / per_day, np.arange(weeks * 7 + 1), _drift(rng, weeks * 7 + 1, 0.8))
    noise = _drift(rng, len(hour), 0.9)
    return level * (0.75 + working * shape + 0.04 * weather + 0.005 * noise)


def _made_sea() -> np.ndarray:
    rng = np.random.default_rng(48)
    days = np.arange(19_249) / 48
    year = 11 - 7 * np.cos((days - 20) / 365.25 * 2 * np.pi)
    return year + 0.1 * np.sin(days * 2 * np.pi) + 1.5 * _drift(rng, len(days), 0.9995)


def _drift(rng: np.random.Generator, length: int, memory: float) -> np.ndarray:
    """An autoregression of order 1 with variance 1. (length,)"""
    state, steps = rng.standard_normal(), rng.standard_normal(length) * np.sqrt(1 - memory**2)
    path = np.empty(length)
    for t, step in enumerate(steps):
        state = path[t] = memory * state + step
    return path
