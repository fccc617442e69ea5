"""Right answers of lesson 10 in unusual styles, and settings that would hide a mistake."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coursekit.checking import registry
from tests.topics.answers import right, shown_by_another_draw


def by_running_sums(values, length):
    sums = np.cumsum(np.concatenate([[0], values]))
    squares = np.cumsum(np.concatenate([[0], values**2]))
    T = len(values)
    mean = (sums[length:T] - sums[: T - length]) / length
    std = np.sqrt((squares[length:T] - squares[: T - length]) / length - mean**2)
    return np.r_[np.zeros(length), np.abs(values[length:] - mean) / std].tolist()


def with_torch(values, length):
    before = torch.as_tensor(values).unfold(0, length, 1)[:-1]
    score = (torch.as_tensor(values)[length:] - before.mean(1)).abs() / before.std(1, correction=0)
    return torch.cat([torch.zeros(length), score])


@pytest.mark.parametrize("answer", [by_running_sums, with_torch])
def test_scores_in_other_styles(answer):
    right("moving_z_score", answer)


def by_partition(valid, test, alarms_per_day, per_day):
    k = len(valid) - 1 - int(len(valid) / per_day * alarms_per_day)
    threshold = np.partition(valid, k)[k]
    return {"threshold": threshold, "alarm": np.greater(test, threshold)}


def one_by_one(valid, test, alarms_per_day, per_day):
    allowed = alarms_per_day * len(valid) / per_day
    threshold = min(score for score in valid if (valid > score).sum() <= allowed)
    return [threshold, [bool(score > threshold) for score in test]]


@pytest.mark.parametrize("answer", [by_partition, one_by_one])
def test_thresholds_in_other_styles(answer):
    right("alarm_threshold", answer)


def as_a_machine(alarm, anomalous, tolerance, patience):
    """One reading after the other, as it would run beside a sensor."""
    found = events = false = 0
    inside, left, silent, seen = False, 0, 0, True
    for rings, odd in zip(alarm.tolist(), anomalous.tolist(), strict=True):
        if odd and not inside:
            events, seen = events + 1, False
        inside, left = odd, tolerance + 1 if odd else left - 1
        silent -= 1
        if rings and (odd or left > 0):
            found, seen = found + (not seen), True
        elif rings and silent < 0:
            false, silent = false + 1, patience
    return np.int64(found), torch.tensor(events), false


def test_counting_in_another_style():
    right("count_alarms", as_a_machine)


def test_one_test_score_is_the_threshold_itself():
    for seed in range(10):
        for draw in registry.get("alarm_threshold").draws(seed):
            threshold, alarm = registry.get("alarm_threshold").reference(*draw.args.values())
            assert (draw.args["test"] == threshold).sum() == 1 and alarm.any() and not alarm.all()


@pytest.mark.parametrize(
    ("mistake", "hidden_in"),
    [
        ("a silence that every alarm prolongs", "an alarm just too late"),
        ("events at the edge of the recording that are overlooked", "an alarm just too late"),
        ("a tolerance before an event as well", "alarms in a row, and an event at the end"),
    ],
)
def test_what_one_draw_hides_another_one_shows(mistake, hidden_in):
    shown_by_another_draw("count_alarms", mistake, {hidden_in})
