"""Prices and sales from installed packages, generated in their place, and what is generated in any case."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from coursekit.sources.installed import GeneratedDataWarning
from coursekit.topics.number_series import data

pytestmark = pytest.mark.usefixtures("cut_off")


def looks_like_prices(stocks):
    assert set(stocks.prices) == set(data.SHARES) and stocks.days.shape == (3270,)
    assert (np.diff(stocks.days) > np.timedelta64(0)).all()
    assert all(prices.shape == (3270,) and prices.min() > 0 for prices in stocks.prices.values())


def looks_like_sales(sales):
    assert sales.values.shape == (176,) and sales.values.min() > 10 and sales.values.max() < 45
    year = sales.values[:168].reshape(14, 12).mean(axis=0)
    assert year.argmax() == 11 and year.argmin() == 0  # bottles are bought before Christmas


@pytest.mark.skipif(importlib.util.find_spec("bokeh_sampledata") is None, reason="needs the extra [data]")
def test_the_real_prices():
    stocks = data.stock_prices()
    looks_like_prices(stocks)
    assert not stocks.provenance.generated and stocks.days[0] == np.datetime64("2000-03-01")
    assert stocks.prices["AAPL"][0] == pytest.approx(4.186662803811)


@pytest.mark.skipif(importlib.util.find_spec("pmdarima") is None, reason="needs the extra [energy]")
def test_the_real_sales():
    sales = data.wine_sales()
    looks_like_sales(sales)
    assert not sales.provenance.generated and sales.values[:3].tolist() == [15.136, 16.733, 20.016]


def test_generated_where_the_packages_are_missing(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.warns(GeneratedDataWarning, match=r"\[data\]"):
        stocks = data.stock_prices()
    with pytest.warns(GeneratedDataWarning, match=r"\[energy\]"):
        sales = data.wine_sales()
    looks_like_prices(stocks)
    looks_like_sales(sales)
    assert stocks.provenance.generated and sales.provenance.generated


def test_a_walk_has_independent_steps():
    steps = np.diff(np.log(data.random_walk(3, 20_000)))
    assert abs(np.corrcoef(steps[1:], steps[:-1])[0, 1]) < 0.03
    assert not np.array_equal(data.random_walk(3), data.random_walk(4))


def test_visits_have_days_and_weekends():
    visits = data.web_traffic(0)
    assert visits.shape == (16 * 168,) and (visits >= 0).all() and (visits == visits.astype(int)).all()
    by_day = visits.reshape(16, 7, 24)
    assert by_day[:, :5].mean() > 1.2 * by_day[:, 5:].mean()
    assert by_day.mean(axis=(0, 1)).max() > 3 * by_day.mean(axis=(0, 1)).min()


def test_thieves_try_and_then_take():
    made = data.payments(0, 20_000)
    assert made.x.shape == (20_000, 10, 4) and 0.003 < made.fraud.mean() < 0.007
    usual = made.x[:, :-1, 0].mean(axis=1)
    large, trial = made.x[:, -1, 0] - usual, usual - made.x[:, -4:-1, 0].min(axis=1)
    assert np.median(large[made.fraud]) > 1 and np.median(trial[made.fraud]) > 2
    both = (large > 1) & (trial > 2)
    assert both[made.fraud].mean() > 0.4 and both[~made.fraud].sum() > both[made.fraud].sum()  # honest people do so too
