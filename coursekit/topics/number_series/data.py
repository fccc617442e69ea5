"""The numbers of lesson 21: prices of three shares, sales of wine, and generated walks, visits and payments.

stocks = stock_prices()
stocks.days, stocks.prices["IBM"]               # (T,) datetime64[D], (T,) in USD
bottles = wine_sales()                          # bottles.values (T,), thousands a month
"""

from __future__ import annotations

import csv
import gzip
from typing import NamedTuple

import numpy as np

from coursekit.sources.installed import DataSet, Provenance, catalogued, load_or_generate
from coursekit.sources.python_file import longest_list

SHARES = ("AAPL", "IBM", "MSFT")

STOCKS = catalogued(
    DataSet(
        "stocks",
        "Daily prices of three shares, March 2000 to March 2013",
        package="bokeh_sampledata",
        tried="bokeh_sampledata==2026.1",
        files=("_data/stocks.csv.gz",),
        sha256=("669da3dad432534d0cafe4d98d6e53a2e7d9eebdcb2a7bb9a0481e090fb1239e",),
        source="Quandl WIKI Prices",
        licence="public domain, as the package states",
        extra="data",
    )
)

WINE = catalogued(
    DataSet(
        "wine",
        "Wine sold by Australian makers, a month, January 1980 to August 1994",
        package="pmdarima",
        tried="pmdarima==2.1.1",
        files=("datasets/wineind.py",),
        sha256=("1960f4447381d63258d56eee7d514cfbc8f9afdfc99a263d1a89bb8bf5f70a87",),
        source="the R package forecast (wineind)",
        licence="the package is under MIT; terms of the data are not stated by the package",
        extra="energy",
    )
)


class Stocks(NamedTuple):
    """Closing prices, adjusted for splits and dividends. days: (T,) datetime64[D]; prices: ticker -> (T,) in USD."""

    days: np.ndarray
    prices: dict[str, np.ndarray]
    provenance: Provenance


class Sales(NamedTuple):
    """Thousands of bottles a month, (T,)."""

    values: np.ndarray
    provenance: Provenance


class Payments(NamedTuple):
    """Payments by N cards, the last T of each. x: (N, T, 4), fraud: (N,), whether the last payment is one.

    The four numbers of a payment: log of the amount, log of the minutes since the payment before, whether the shop is
    abroad, whether it is a shop on the internet.
    """

    x: np.ndarray
    fraud: np.ndarray


def stock_prices() -> Stocks:
    """3,270 days on which the exchange was open."""
    (days, prices), provenance = load_or_generate(STOCKS, _parse_stocks, _walks_in_place)
    return Stocks(days, prices, provenance)


def wine_sales() -> Sales:
    """176 months."""
    values, provenance = load_or_generate(
        WINE, lambda contents: longest_list(contents[WINE.files[0]].decode()) / 1000, _made_sales
    )
    return Sales(values, provenance)


def random_walk(seed: int, days: int = 3270) -> np.ndarray:
    """GENERATED prices (days,) whose logarithm moves each day by an independent number: nothing can be forecast."""
    steps = np.random.default_rng([seed, 21]).normal(0.0003, 0.02, days)
    return 50 * np.exp(np.cumsum(steps))


def web_traffic(seed: int, weeks: int = 16) -> np.ndarray:
    """GENERATED visits an hour (weeks * 168,): a day's shape, weekends, an interest that stays for days, newsletters.

    About once in six days a newsletter at a random hour of the day doubles the visits, and its effect halves every
    three hours.
    """
    rng = np.random.default_rng([seed, 168])
    hours = np.arange(weeks * 168)
    shape = 0.9 * np.sin((hours % 24 - 9) / 24 * 2 * np.pi) + 0.3 * np.sin((hours % 24 - 4) / 12 * 2 * np.pi)
    weekend = np.where(hours // 24 % 7 >= 5, -0.4, 0.0)
    interest, state = np.empty(len(hours)), 0.0
    for t, step in enumerate(rng.normal(0, 0.03, len(hours))):
        state = interest[t] = 0.99 * state + step
    mail = np.convolve(rng.random(len(hours)) < 1 / 144, 0.5 ** (np.arange(24) / 3))[: len(hours)]
    rate = 300 * np.exp(shape + weekend + interest) * (1 + mail)
    return rng.poisson(rate).astype(float)


def payments(seed: int, cards: int, share: float = 0.005, length: int = 10) -> Payments:
    """GENERATED cards, of which a share ends with a fraud: a small trial within the last three payments, then a large
    one soon after it, mostly on the internet. Honest people do each of these things too, seldom all in that order.
    """
    rng = np.random.default_rng([seed, cards])
    fraud = rng.random(cards) < share
    usual = rng.normal(3.2, 0.6, cards)[:, None]
    amount = usual + rng.normal(0, 0.8, (cards, length))
    pause = rng.normal(6.5, 1.5, (cards, length))
    abroad = rng.random((cards, length)) < rng.beta(0.3, 4, cards)[:, None]
    online = rng.random((cards, length)) < rng.beta(2, 3, cards)[:, None]
    # A small payment, a large one, one that comes soon: each of them for itself is honest much more often than not.
    amount += np.where(rng.random((cards, length)) < 0.06, 1.8, 0.0)
    amount -= np.where(rng.random((cards, length)) < 0.06, 2.5, 0.0)
    pause -= np.where(rng.random((cards, length)) < 0.1, 4.0, 0.0)
    stolen = np.flatnonzero(fraud)
    trial = length - 1 - rng.integers(1, 4, len(stolen))
    amount[stolen, trial] = usual[stolen, 0] - 2.5 + rng.normal(0, 0.5, len(stolen))
    amount[stolen, -1] = usual[stolen, 0] + 1.5 + rng.normal(0, 0.7, len(stolen))
    pause[stolen, -1] = rng.normal(3, 1, len(stolen))
    online[stolen, -1] = rng.random(len(stolen)) < 0.8
    return Payments(np.stack([amount, pause, abroad, online], axis=2).astype(np.float32), fraud)


def _parse_stocks(contents: dict[str, bytes]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    rows = list(csv.DictReader(gzip.decompress(contents[STOCKS.files[0]]).decode().splitlines()))
    days = [np.datetime64(row["Date"], "D") for row in rows if row["Ticker"] == SHARES[0]]
    closes = {name: [float(row["Adj Close"]) for row in rows if row["Ticker"] == name] for name in SHARES}
    return np.array(days), {name: np.array(values) for name, values in closes.items()}


def _walks_in_place() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    days = np.arange(np.datetime64("2000-03-01"), np.datetime64("2013-03-02"))
    days = days[np.is_busday(days)][:3270]
    return days, {name: random_walk(100 + k) for k, name in enumerate(SHARES)}


def _made_sales() -> np.ndarray:
    rng = np.random.default_rng(176)
    months = np.arange(176)
    year = np.array([-9, -6, -3, -3, -3, -2, 3, 2, -2, 0, 5, 11])[months % 12]
    return 25 + year + np.minimum(months, 80) / 40 + rng.normal(0, 1.8, 176)
