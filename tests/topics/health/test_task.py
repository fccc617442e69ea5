"""Lesson 11's machinery: windows never run over a gap, nothing is fitted to later readings, zones as published."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
import torch

from coursekit.sources.installed import GeneratedDataWarning
from coursekit.sources.own_file import BadFile
from coursekit.topics.health import task as health

MINUTE = np.timedelta64(60, "s")


def sensor(T=3000, seed=0, gaps=20):
    """Readings that follow a rule with noise, and gaps."""
    rng = np.random.default_rng(seed)
    kept = np.ones(T, bool)
    for start in rng.integers(0, T, gaps):
        kept[start : start + 8] = False
    values = 140 + 50 * np.sin(np.arange(T) / 9) + rng.normal(0, 2, T)
    times = np.datetime64("2024-01-01T00:00:00") + np.arange(T) * 5 * MINUTE
    return times[kept], values[kept]


@pytest.fixture
def task():
    return health.task_from_readings("made", *sensor(), length=12, ahead=6, step=5.0)


def test_from_first_input_to_target_the_time_is_right(task):
    times, _ = sensor()
    for part in (task.train, task.valid, task.test):
        assert (times[part.now + 6] - times[part.now] == 30 * MINUTE).all()
        assert (times[part.now] - times[part.now - 11] == 55 * MINUTE).all()
    assert task.left_out == len(times) - 17 - sum(len(part.now) for part in task[1:4]) > 0


def test_parts_follow_each_other_and_training_depends_on_no_later_reading(task):
    times, values = sensor()
    border = task.valid.now[0] + 6
    assert task.train.now[-1] < task.valid.now[0] < task.valid.now[-1] < task.test.now[0]
    changed = np.where(np.arange(len(values)) >= border, 400.0, values)
    after = health.task_from_readings("made", times, changed, length=12, ahead=6, step=5.0)
    for before, now in zip(task.train, after.train, strict=True):
        np.testing.assert_array_equal(before, now)
    assert task.scale == after.scale and not np.array_equal(task.test.past, after.test.past)


def test_a_table_on_generated_data_says_so(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.warns(GeneratedDataWarning):
        task = health.glucose_in_30_minutes()
    assert "GENERATED in place of Glucose" in str(health.compare(task, (0,), steps=(1, 1)))


def test_ridge_beats_persistence_where_the_change_is_linear(task):
    truth = task.test.target
    ridge, stay = (np.abs(said - truth).mean() for said in (health.ridge_forecast(task), task.test.last))
    assert ridge < 0.3 * stay


def test_the_table_and_its_parts(task):
    outcome = health.measure(task, seeds=(0, 1), steps=(3, 2), layer=torch.nn.GRU)
    assert [row.baseline for row in outcome.table.rows] == [True, True, True, False]
    high = outcome.truth > 180
    row = outcome.table_where(high, "high").row("GRU")
    assert row.values[1] == pytest.approx(np.abs(outcome.runs["GRU"][1] - outcome.truth)[high].mean())
    assert health.compare(task, (0, 1), steps=(3, 2)).row("GRU").values == pytest.approx(
        outcome.table.row("GRU").values, rel=1e-4
    ), "the course's GRU and that of PyTorch start and learn alike"
    with pytest.raises(ValueError, match="no test window"):
        outcome.table_where(outcome.truth < 0, "negative")


@pytest.mark.parametrize(
    ("reference", "said", "zone"),
    [
        (100, 119, "A"), (100, 81, "A"), (60, 50, "A"), (100, 125, "B"), (200, 150, "B"), (50, 65, "A"),
        (100, 215, "C"), (150, 20, "C"), (50, 100, "D"), (65, 80, "D"), (300, 150, "D"), (60, 200, "E"), (250, 60, "E"),
    ],
)  # fmt: skip
def test_clarke_zones(reference, said, zone):
    assert health.clarke_zones(np.array([reference]), np.array([said])).tolist() == [zone]


def test_a_perfect_forecast_is_all_a():
    readings = np.arange(40, 401)
    assert set(health.clarke_zones(readings, readings)) == {"A"}


def written(tmp_path, times, values):
    path = tmp_path / "sensor.csv"
    path.write_text("t;g\n" + "".join(f"{t};{v}\n" for t, v in zip(times, values, strict=True)))
    return path


def test_a_file_of_ones_own(tmp_path):
    times, values = sensor()
    path = written(tmp_path, times, values / health.MG_PER_MMOL)
    own = health.task_from_file(path, time="t", value="g", unit="mmol/L")
    made = health.task_from_readings("made", times, values, length=24, ahead=6, step=5.0)
    np.testing.assert_allclose(own.test.target, made.test.target)


@pytest.mark.parametrize(
    ("change", "how", "said"),
    [
        (lambda t, v: (t, v / 18), {}, "too low for mg/dL; say unit='mmol/L'"),
        (lambda t, v: (t[::12], v[::12]), {}, "every 60 minutes"),
        (lambda t, v: (t[:300], v[:300]), {}, "200 are needed"),
        (lambda t, v: (t, [""] * len(v)), {}, "has 0 readings"),
        (lambda t, v: (t[:3], ["low", 1, 2]), {}, "line 2.*'low'.*no number"),
    ],
)
def test_files_that_are_no_use_are_refused(tmp_path, change, how, said):
    with pytest.raises(BadFile, match=f"sensor.csv.*{said}"):
        health.task_from_file(written(tmp_path, *change(*sensor())), time="t", value="g", **how)
