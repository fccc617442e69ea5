"""Lesson 10: no score sees the future, no threshold sees the test, and counts are what they say."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from coursekit.sources.own_file import BadFile
from coursekit.topics.anomaly import task as anomaly
from coursekit.topics.anomaly.answers import count_alarms


@pytest.fixture(scope="module")
def small():
    return anomaly.pump(days=5, events=8)


@pytest.fixture(scope="module")
def trained(small):
    return anomaly.train_forecaster(small, 0, steps=8, progress=False).model


@pytest.mark.parametrize("place", [900, 4500, 7000])
@pytest.mark.slow
def test_changing_the_future_changes_no_score_of_the_past(small, trained, place):
    changed = small.values.copy()
    changed[max(place, small.train_end) :] += 5
    other = small._replace(values=changed)
    before = max(place, small.train_end)
    for score in (lambda task: anomaly.gru_scores(trained, task), anomaly.simple_scores):
        for name, found in score(small).items():
            np.testing.assert_allclose(score(other)[name][:before], found[:before], atol=1e-5, err_msg=name)
            assert abs(score(other)[name][before] - found[before]) > 0.1


@pytest.mark.slow
def test_what_is_learnt_comes_from_the_training_part_alone(small):
    changed = small.values.copy()
    changed[small.train_end :] *= -3
    one, two = (
        anomaly.train_forecaster(task, 1, steps=3, progress=False).model.state_dict()
        for task in (small, small._replace(values=changed))
    )
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_a_network_learns_for_as_many_steps_as_its_recording_asks_for(small):
    short = small._replace(steps=3)
    assert len(anomaly.train_forecaster(short, 0, progress=False)) == 3
    assert len(anomaly.train_forecaster(short, 0, steps=2, progress=False)) == 2


def test_the_threshold_does_not_move_with_the_test(small):
    outcome = anomaly.AnomalyResult(small, None)
    score = np.random.default_rng(0).gamma(2, 1, len(small.values))
    louder = score.copy()
    louder[small.test_start :] += 10
    assert outcome.in_use(score)[0] == outcome.in_use(louder)[0]
    assert outcome.in_use(louder)[1].found == len(np.unique(outcome.curve(score)[1])) == 8


def test_surprise_is_the_gaussian_log_density():
    said, came = torch.randn(7, 2), torch.randn(7)
    exact = -torch.distributions.Normal(said[:, 0], said[:, 1].exp()).log_prob(came)
    torch.testing.assert_close(anomaly.surprise(said, came) + 0.5 * math.log(2 * math.pi), exact)


@pytest.mark.slow
def test_the_table_has_its_baselines_and_every_score_of_every_seed(small):
    outcome = anomaly.measure(small, seeds=(0, 1), steps=4, progress=False)
    assert [row.name for row in outcome.table.rows if row.baseline] == list(anomaly.simple_scores(small))
    assert len(outcome.scores[anomaly.SURPRISE]) == 2 and outcome.table.verdict
    rates, shares = outcome.curve(outcome.scores[anomaly.ERROR][0])
    assert shares[-1] == 1 and shares == sorted(shares) and min(rates) >= 0
    with pytest.raises(ValueError, match="no event is labelled"):
        anomaly.measure(small._replace(anomalous=np.zeros(len(small.values), bool)))


def test_alarms_at_recall_are_those_of_the_threshold_that_just_finds_enough():
    score = np.array([0, 5, 1, 0, 3, 2, 0, 4, 0, 0])
    labels = np.array([0, 1, 0, 0, 1, 0, 0, 0, 0, 1], bool)
    assert anomaly.alarms_at_recall(score, labels, 0.6, 0, 0) == (3.0, (2, 3, 1))
    assert anomaly.alarms_at_recall(score, labels, 0.2, 0, 0) == (5.0, (1, 3, 0))
    assert anomaly.alarms_at_recall(score, labels, 1.0, 0, 0) == (0.0, (3, 3, 7))
    assert count_alarms(np.zeros(10, bool), labels, 2, 2) == (0, 3, 0)


def test_the_beat_rule_sees_the_early_beat():
    heart = anomaly.heart()
    score = anomaly.beat_scores(heart)
    assert heart.anomalous[score.argmax()] and score.max() > 5
    with pytest.raises(ValueError, match="for hearts"):
        anomaly.beat_scores(heart._replace(train_end=60))


def own_file(tmp_path, hours, change=lambda lines: lines):
    rng = np.random.default_rng(0)
    times = np.datetime64("2024-03-01T00:00") + np.arange(hours) * np.timedelta64(1, "h")
    lines = [
        f"{t},{v:.2f},{int(k == hours - 5)}"
        for k, (t, v) in enumerate(zip(times, rng.normal(5, 1, hours), strict=True))
    ]
    path = tmp_path / "own.csv"
    path.write_text("\n".join(["when,load,fault", *change(lines)]))
    return path


def test_own_file(tmp_path):
    path = own_file(tmp_path, 800)
    task = anomaly.task_from_file(path, time="when", value="load", label="fault", normal_until="2024-03-21")
    assert (task.train_end, task.test_start, len(task.values), task.per_day) == (360, 480, 800, 24)
    assert np.flatnonzero(task.anomalous).tolist() == [795]
    unknown = anomaly.task_from_file(path, time="when", value="load", normal_until="2024-03-21")
    threshold, places = anomaly.alarms_of(unknown, unknown.values, alarms_per_day=0.2)
    assert (task.values[places] > threshold).all() and places.min() >= 480


@pytest.mark.parametrize(
    ("hours", "change", "how", "said"),
    [
        (800, lambda lines: lines, {"normal_until": "2024-03-02"}, "24 of 800 readings come before 2024-03-02"),
        (800, lambda lines: lines, {"normal_until": "2025-01-01"}, "some after it"),
        (800, lambda lines: lines, {"normal_until": "soon"}, "'soon' is no time"),
        (800, lambda lines: lines[:100] + lines[103:], {}, "lacks 3 of 800 readings"),
        (800, lambda lines: [line.replace(",0", ",1") for line in lines], {}, "has an anomaly before 2024-03-21"),
        (800, lambda lines: [",".join([line.split(",")[0], "7", "0"]) for line in lines], {}, "are equal"),
        (800, lambda lines: lines, {"value": "power"}, "no column 'power'"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path, hours, change, how, said):
    given = {"time": "when", "value": "load", "label": "fault", "normal_until": "2024-03-21"} | how
    with pytest.raises(BadFile, match=said):
        anomaly.task_from_file(own_file(tmp_path, hours, change), **given)
