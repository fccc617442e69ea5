"""What lesson 21 measures: nothing of the future, the same cases for every method, rivals that are what they say."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.results.comparison import LOSES, WINS
from coursekit.topics.number_series import data, early, fraud, sales, stocks

FEW = 3  # steps of training: what is tested here needs no trained network


def test_forecasts_of_a_fold_know_nothing_from_its_days():
    logs = np.log(data.random_walk(0, 300))
    other = np.concatenate([logs[:200], logs[200:] + np.linspace(0, 3, 100)])
    first = stocks.forecasts(logs, 200, 250, 0, FEW)
    for name, said in stocks.forecasts(other, 200, 250, 0, FEW).items():
        assert said.shape == (50,)
        assert said[0] == pytest.approx(first[name][0]), name  # the first day is forecast from the past alone


def test_the_walk_is_tomorrow_as_today_and_folds_follow_each_other():
    assert stocks.fold_ends(301, 3) == [(150, 200), (200, 250), (250, 301)]
    prices = {"a": data.random_walk(1, 301), "b": data.random_walk(2, 301)}
    table = stocks.measure(prices, "walks", steps=FEW, progress=False)
    assert all(len(row.values) == 6 for row in table.rows) and table.row(stocks.WALK).baseline
    known = prices["a"][149:199], prices["a"][150:200]
    assert table.row(stocks.WALK).values[0] == pytest.approx(100 * np.abs(known[1] / known[0] - 1).mean())


def test_the_leak_is_the_scale_and_only_the_scale():
    prices = np.linspace(10, 20, 200) + np.sin(np.arange(200))
    higher = np.concatenate([prices[:150], 5 * prices[150:]])
    one, two = (stocks.level_forecasts(some, (0,), steps=FEW, progress=False) for some in (prices, higher))
    first = {name: (one[name][0][0], two[name][0][0]) for name in one}
    assert first["GRU, scaled by the past only"][0] == pytest.approx(first["GRU, scaled by the past only"][1], rel=1e-5)
    assert first["GRU, scaled by the whole series"][0] != pytest.approx(
        first["GRU, scaled by the whole series"][1], rel=0.05
    )
    assert stocks.r_squared(prices[1:], prices[:-1]) > 0.9


def test_shuffling_makes_a_walk_look_predictable():
    table = stocks.shuffled_or_in_time()
    in_time, shuffled = table.rows[1].name, table.rows[2].name
    assert table.outcome(in_time) == LOSES and table.outcome(shuffled) == WINS


def test_windows_of_sales_lie_in_their_part_and_follow_the_naive_forecast():
    task = sales.wine()
    test = sales.residuals(task, task.test_start, len(task.values))
    truth = sales.truth_of(task)
    assert test.starts[0] == task.test_start and test.starts[-1] + 12 == len(task.values)
    said = sales.forecasts(task._replace(steps=FEW), (0,), progress=False)
    np.testing.assert_allclose(truth - said[sales.NAIVE][0], test.future)
    np.testing.assert_allclose(said[sales.NAIVE][0][0], task.values[task.test_start - 12 : task.test_start])
    np.testing.assert_allclose(test.past[12:], test.future[:-12])  # what was left over a year before
    three = [task.values[task.test_start - 12 * k : task.test_start - 12 * (k - 1)] for k in (1, 2, 3)]
    np.testing.assert_allclose(said[sales.SEASONS][0][0], np.mean(three, axis=0))


def test_a_table_of_sales_has_its_rivals(monkeypatch):
    whole = sales.visits
    monkeypatch.setattr(sales, "visits", lambda seed: whole(seed)._replace(steps=FEW))
    table = sales.measure_worlds((0, 1), progress=False)
    rivals = [sales.NAIVE, sales.SEASONS, sales.MOVED, sales.PROFILE, sales.RIDGE]
    assert [row.name for row in table.rows] == [*rivals, sales.NETWORK]
    assert [row.baseline for row in table.rows] == [True] * 5 + [False] and "GENERATED" in table.conditions
    assert table.best_baseline.name == sales.PROFILE  # weeks that are averaged, and moved, know what was generated


def test_a_mean_of_seasons_is_moved_by_what_is_known_when_the_forecast_begins():
    season = np.tile([1.0, 5, 2], 6)
    values = season + np.repeat([0.0, 0, 0, 0, 0, 4], 3)  # a jump with the last season
    task = sales.SeriesTask("made here", values, 3, 2, 9, 12, 1, 2)
    starts = np.array([12, 15, 16])
    np.testing.assert_allclose(sales.profile(task, starts, 3, 0), season[starts[:, None] + np.arange(2)])
    moved = sales.profile(task, starts, 3, 2) - sales.profile(task, starts, 3, 0)
    np.testing.assert_allclose(moved, [[0, 0], [0, 0], [2, 2]])  # at 16 one of the last two readings has jumped
    later = task._replace(values=np.concatenate([values[:16], [99, 99]]))
    np.testing.assert_allclose(sales.profile(later, starts[:2], 3, 2), sales.profile(task, starts[:2], 3, 2))


def test_average_precision_of_a_perfect_order_and_of_none():
    truth = np.random.default_rng(0).random(20_000) < 0.05
    assert fraud.average_precision(truth.astype(float), truth) == 1
    by_lot = np.random.default_rng(1).random(20_000)
    assert fraud.average_precision(by_lot, truth) == pytest.approx(truth.mean(), rel=0.2)
    assert fraud.average_precision(np.array([4.0, 3, 2, 1]), np.array([False, True, False, True])) == 0.5


def test_fraud_is_measured_in_fresh_worlds_on_the_same_cards():
    found = fraud.measure((0, 1), cards=3000, steps=FEW, progress=False)
    assert list(found.scores) == [fraud.AMOUNT, fraud.UNUSUAL, fraud.LAST, fraud.HISTORY, fraud.NETWORK]
    assert all(score.shape == found.fraud.shape == (3000,) for score in found.scores.values())
    assert all(len(set(row.values)) == 2 for row in found.table.rows) and "GENERATED" in found.table.conditions
    assert found.table.best_baseline.name == fraud.HISTORY
    precision, low, high = fraud.precision_interval(found.scores[fraud.HISTORY], found.fraud, 20, draws=50)
    assert low <= precision <= high


def test_lows_end_after_half_an_hour_above_the_border():
    values = np.full(40, 100.0)
    values[[5, 6, 9, 25]] = 60
    values[30] = np.nan
    event = early.lows(values)
    assert np.flatnonzero(np.diff(event.astype(int)) == 1).tolist() == [4, 24]
    assert event[5 : 9 + early.OVER].all() and not event[9 + early.OVER]
    near = early.soon(event)
    assert near[:5].all() and not near[5:13].any() and near[13:25].all() and not near[25:].any()


def recording():
    rng = np.random.default_rng(0)
    values = 100 + rng.normal(0, 4, 3000) + 40 * np.sin(np.arange(3000) / 40)
    values[1200:1210] = np.nan
    return early.EarlyTask("made here", values, early.lows(values), 1500, 2000)


def test_a_score_knows_the_past_only():
    task, at = recording(), 2400
    later = task.values.copy()
    later[at:] = 400
    other = task._replace(values=later)
    for name, score in early.simple_scores(task).items():
        np.testing.assert_allclose(early.simple_scores(other)[name][:at], score[:at], err_msg=name)
    one, two = (early.gru_score(some, 0, steps=FEW) for some in (task, other))
    np.testing.assert_allclose(one[:at], two[:at], rtol=1e-5)
    assert np.isneginf(one[1200 : 1210 + early.LENGTH - 1]).all() and np.isfinite(one[1210 + early.LENGTH - 1])


def test_how_far_a_line_is_drawn_on_is_chosen_before_the_test():
    task = recording()
    later = task._replace(values=np.r_[task.values[: task.test_start], 120 - task.values[task.test_start :] / 3])
    same = early.simple_scores(task)[early.LINE], early.simple_scores(later)[early.LINE]
    np.testing.assert_allclose(same[0][: task.test_start], same[1][: task.test_start])


def test_the_features_by_hand_mark_a_band():
    made = data.payments(0, 2000)
    features = fraud.by_hand(made.x)
    assert features.shape == (2000, 12)
    np.testing.assert_allclose(features[:, 3:6], features[:, :3] ** 2, rtol=1e-5)
    assert (np.median(features[made.fraud, :3], axis=0) > np.median(features[~made.fraud, :3], axis=0)).all()


def test_warnings_are_compared_at_equal_false_alarms():
    result = early.measure(recording(), (0, 1), steps=FEW, progress=False)
    names = [early.RAW, early.LINE, early.CUSUM, early.LOGISTIC, early.NETWORK]
    assert [row.name for row in result.table.rows] == names and len(result.table.row(early.NETWORK).values) == 2
    for name in names:
        score = result.scores[name][0]
        few, more = (result.warned(score, rate) for rate in (1.0, 2.0))
        assert few.false <= result.days and few.false <= more.false <= 2 * result.days
        assert few.lead.shape == more.lead.shape and more.lead.max() <= early.AHEAD
        false, minutes = result.curve(score)
        assert len(false) == len(minutes) and max(minutes) <= early.MINUTES * early.AHEAD
    apart = result.difference(early.NETWORK, early.RAW, 2.0, draws=100)
    assert apart.low <= apart.mean <= apart.high and result.difference(early.RAW, early.RAW, 2.0) == (0, 0, 0)


def test_cusum_adds_up_what_lies_below_and_begins_anew_after_a_gap():
    values = np.array([10.0, 12, 10, 12, 7, 7, np.nan, 12])
    total = early.cusum(values, 4)
    assert total[:4].tolist() == [0.5, 0, 0.5, 0]
    assert total[4:].tolist() == [3.5, 7.0, 0, 0]
