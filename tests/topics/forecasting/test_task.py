"""Lesson 09's machinery: no forecast knows its future, no scale knows the test, and tables have their baselines."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
import torch

from coursekit.sources.installed import GeneratedDataWarning
from coursekit.sources.own_file import BadFile
from coursekit.topics.forecasting import task as fc
from coursekit.topics.forecasting.answers import seasonal_naive

FORMS = (fc.VALUES, fc.RESIDUAL)


def made(season=168, weeks=12, seed=0, noise=1.0):
    """Weeks with a shape, at a level that drifts."""
    rng = np.random.default_rng(seed)
    shape = np.tile(rng.uniform(20, 40, 168), weeks)
    values = shape + noise * np.cumsum(rng.normal(0, 0.1, len(shape)))
    T = len(values)
    return fc.ForecastTask("made", "MW", values, season, 24, T * 8 // 12, T * 9 // 12, "made up")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("season", [1, 168])
def test_a_window_depends_on_no_reading_after_its_start(form, season):
    task = made(season)
    now = 1500
    other = task.values.copy()
    other[now:] = np.random.default_rng(9).normal(size=len(other) - now)
    before, after = (fc.windows(task._replace(values=v), form, 0, len(other)) for v in (task.values, other))
    known = before.starts <= now
    assert known.sum() > 100 and not known.all()
    np.testing.assert_array_equal(before.past[known], after.past[known])
    np.testing.assert_array_equal(before.naive[known], after.naive[known])
    assert not np.array_equal(before.past[~known], after.past[~known])


@pytest.mark.parametrize("form", FORMS)
def test_training_windows_and_scale_depend_on_training_readings_only(form):
    task = made()
    other = task.values.copy()
    other[task.train_end :] *= 3
    before, after = fc.parts(task, form), fc.parts(task._replace(values=other), form)
    np.testing.assert_array_equal(before.train.past, after.train.past)
    np.testing.assert_array_equal(before.train.future, after.train.future)
    assert (before.centre, before.scale) == (after.centre, after.scale)
    assert before.train.starts[-1] + task.day <= task.train_end <= before.valid.starts[0]
    assert before.valid.starts[-1] + task.day <= task.test_start <= before.test.starts[0]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("season", [1, 24, 168])
def test_both_forms_come_back_to_the_same_truth_and_the_same_naive_forecast(form, season):
    task = made(season)
    data = fc.parts(task, form)
    truth = task.values[data.test.starts[:, None] + np.arange(24)]
    np.testing.assert_allclose(fc.in_units(data, form, data.test.future), truth)
    for start, naive in zip(data.test.starts[::50], data.test.naive[::50], strict=True):
        np.testing.assert_array_equal(naive, seasonal_naive(task.values[:start], season, 24))


def test_windows_over_missing_readings_are_left_out():
    task = made()
    task.values[1000] = np.nan
    whole = fc.windows(task, fc.VALUES, 0, len(task.values))
    assert np.isfinite(whole.past).all() and np.isfinite(whole.future).all()
    assert not ((whole.starts - 192 <= 1000) & (whole.starts + 24 > 1000)).any() and len(whole.starts) > 1500


class LastInput(torch.nn.Module):
    """A layer of one's own: no GRU at all, but it is called like one."""

    def __init__(self, inputs, units, batch_first):
        super().__init__()
        assert (inputs, units, batch_first) == (1, fc.UNITS, True)
        self.wide = torch.nn.Linear(inputs, units)

    def forward(self, x):
        states = self.wide(x)
        return states, states[:, -1]


def test_the_table_has_every_method_and_leaves_the_random_numbers_outside_alone(capsys):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    outcome = fc.measure(made(weeks=8), seeds=(0, 1), steps=2, layer=LastInput)
    assert torch.equal(torch.rand(3), expected)
    rows = {row.name: row for row in outcome.table.rows}
    assert [name for name, row in rows.items() if row.baseline] == [
        "naive: the day before",
        "naive: the week before",
        "naive, moved to the last hours",
        "ridge on the values",
        "ridge on the residual",
    ]  # fmt: skip
    assert len(rows["GRU on the residual"].values) == 2 and set(outcome.forecasts) == set(rows)
    for said in outcome.forecasts.values():
        assert said.shape == outcome.truth.shape == (len(outcome.starts), 24)
    assert capsys.readouterr().out == "", "no bar outside notebooks and terminals"
    assert (
        fc.compare(made(weeks=8), (0, 1), steps=2, layer=LastInput).row("GRU on the residual")
        == rows["GRU on the residual"]
    ), "seeds decide"


def test_a_question_left_out_changes_no_other_row():
    both, one = (
        fc.measure(made(weeks=8), seeds=(0,), steps=2, networks=networks, layer=LastInput).table.rows
        for networks in ((fc.VALUES, fc.RESIDUAL), (fc.RESIDUAL,))
    )
    assert one == [row for row in both if row.name != "GRU on the values"]


@pytest.mark.slow
def test_a_gru_learns_a_residual_that_follows_a_rule():
    """The level of a day comes back with the other sign: the naive forecast is wrong, the residual is easy."""
    rng = np.random.default_rng(0)
    days = 6 * 7
    level = np.where(np.arange(days) % 2, 1.0, -1.0)[:, None] * rng.uniform(4, 6)
    values = (30 + level + rng.normal(0, 0.1, (days, 24))).ravel()
    task = fc.ForecastTask("signs", "", values, 168, 24, 28 * 24, 35 * 24, "")
    table = fc.measure(task, (0,), steps=60, linear=False).table
    assert table.row("GRU on the residual").values[0] < 0.5 * table.row("naive: the week before").values[0]


def test_a_table_on_generated_data_says_so(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.warns(GeneratedDataWarning):
        task = fc.demand_in_victoria()
    table = fc.compare(task, (0,), steps=1, linear=False)
    assert "GENERATED in place of Hourly electricity demand" in str(table) and "GENERATED" in table._repr_html_()


HOURS = np.datetime64("2024-01-01T00:00") + np.arange(2000) * np.timedelta64(1, "h")


def written(tmp_path, times, values):
    path = tmp_path / "load.csv"
    path.write_text("when,load\n" + "".join(f"{t},{v}\n" for t, v in zip(times, values, strict=True)))
    return path


def test_a_file_of_ones_own(tmp_path):
    values = np.random.default_rng(0).uniform(1, 2, 2000)
    keep = np.r_[0:700, 705:2000]
    task = fc.task_from_file(written(tmp_path, HOURS[keep], values[keep]), time="when", value="load", unit="kW")
    assert task.unit == "kW" and len(task.values) == 2000 and np.isnan(task.values).sum() == 5
    quarter = fc.task_from_file(
        written(tmp_path, HOURS[0] + np.arange(8000) * np.timedelta64(15, "m"), np.repeat(values, 4)),
        time="when",
        value="load",
    )
    np.testing.assert_allclose(quarter.values, values)


@pytest.mark.parametrize(
    ("keep", "said"),
    [
        (slice(0, 900), "5.4 weeks, and six are needed"),
        (slice(0, 2000, 3), "every 10800 s: resample"),
        (np.r_[0:1334, 1490:2000], "no window .* in the validation part"),
    ],
)
def test_files_that_are_no_use_are_refused(tmp_path, keep, said):
    path = written(tmp_path, HOURS[keep], np.ones(2000)[keep])
    with pytest.raises(BadFile, match=f"load.csv.*{said}"):
        fc.task_from_file(path, time="when", value="load")
