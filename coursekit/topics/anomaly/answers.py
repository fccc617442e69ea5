"""Lesson 10, the right answers: a score of the past only, a threshold from normal data, alarms counted as people do."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from coursekit.topics.anomaly.events import runs


def moving_z_score(values: np.ndarray, length: int) -> np.ndarray:
    """How far each reading is from the mean of the `length` readings before it, in their standard deviations. (T,)

    score[t] = |values[t] - mean| / std over values[t - length : t]. The first `length` scores are zero: there is not
    enough past to judge by.
    """
    before = np.lib.stride_tricks.sliding_window_view(values, length)[:-1]
    score = np.abs(values[length:] - before.mean(axis=1)) / before.std(axis=1)
    return np.concatenate([np.zeros(length), score])


def alarm_threshold(
    valid: np.ndarray, test: np.ndarray, alarms_per_day: float, per_day: float
) -> tuple[float, np.ndarray]:
    """A threshold from the scores of normal readings, and which test readings are above it.

    valid: (V,) scores of normal readings that no model was fitted to. test: (M,). per_day: readings in a day.
    The days of `valid` may have floor(alarms_per_day * days) readings above the threshold, which is the largest of
    the scores of valid that are left. Returns it and (M,) truth values.
    """
    allowed = math.floor(alarms_per_day * len(valid) / per_day)
    threshold = np.sort(valid)[len(valid) - 1 - allowed]
    return float(threshold), test > threshold


class Alarms(NamedTuple):
    """found: events that had an alarm; events: how many there are; false: alarms that belong to none."""

    found: int
    events: int
    false: int


def count_alarms(alarm: np.ndarray, anomalous: np.ndarray, tolerance: int, patience: int) -> Alarms:
    """Events found, events, and false alarms.

    alarm, anomalous: (T,) truth values. An event is a run of anomalous readings. It is found if there is an alarm
    within it or at most `tolerance` readings after it. Every other alarm is false; after a false alarm that counts,
    those in the next `patience` readings do not: somebody is on the way already.
    """
    events, belongs, found = runs(anomalous), np.zeros(len(alarm), bool), 0
    for start, end in events:
        belongs[start : end + tolerance + 1] = True
        found += bool(alarm[start : end + tolerance + 1].any())
    false, quiet_until = 0, -1
    for place in np.flatnonzero(alarm & ~belongs):
        if place > quiet_until:
            false, quiet_until = false + 1, place + patience
    return Alarms(found, len(events), false)
