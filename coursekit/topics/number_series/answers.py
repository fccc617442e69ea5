"""Lesson 21, the right answers: a walk-forward fold, the scaled error, precision among ties, and warnings in time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Fold(NamedTuple):
    """Windows (n, length) with the reading that follows each (n,), scaled by what was known before the test."""

    train_x: np.ndarray
    train_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray


class Warnings(NamedTuple):
    """lead: (E,) readings between the first warning and each event, 0 without one; false: warnings before no event."""

    lead: np.ndarray
    false: int


def walk_forward_fold(values: np.ndarray, length: int, start: int, stop: int) -> Fold:
    """One fold of a walk-forward test: learn from everything before `start`, be tested on values[start:stop].

    values: (T,). Each row of x holds `length` readings, and y the reading after them. All of it is
    (reading - mean) / standard deviation of values[:start]. Rows in order of time; test inputs reach back before start.
    """
    past = values[:start]
    scaled = (values - past.mean()) / past.std()
    x = np.lib.stride_tricks.sliding_window_view(scaled[:-1], length).copy()
    y = scaled[length:]
    border = start - length
    return Fold(x[:border], y[:border], x[border : stop - length], y[border : stop - length])


def scaled_error(history: np.ndarray, truth: np.ndarray, forecast: np.ndarray, season: int) -> np.ndarray:
    """The mean absolute scaled error of each step ahead, (H,) (Hyndman and Koehler 2006, section 3).

    history: (t,) what was known. truth, forecast: (n, H). season: readings in a season. Divided by the mean absolute
    error of the seasonal naive forecast, one season ahead, within the history.
    """
    naive = np.abs(history[season:] - history[:-season]).mean()
    return np.abs(truth - forecast).mean(axis=0) / naive


def precision_at_k(score: np.ndarray, fraud: np.ndarray, k: int) -> tuple[float, float]:
    """Who looks at the k cases with the highest scores: which share of them is fraud, and which share of all fraud?

    score: (n,), fraud: (n,) truth values. All cases are looked at where k is larger than n. Among cases with equal
    scores chance decides; both numbers are its mean.
    """
    k = min(k, len(score))
    last = np.sort(score)[-k]
    above, equal = score > last, score == last
    places = k - above.sum()
    found = fraud[above].sum() + places * fraud[equal].mean()
    return float(found / k), float(found / fraud.sum())


def warnings_in_time(alarm: np.ndarray, event: np.ndarray, ahead: int, quiet: int) -> Warnings:
    """How long before each event it was warned of, and how often for nothing.

    alarm, event: (T,) truth values; an event is a run of True. An alarm within an event is not heard, nor is one within
    `quiet` readings after a heard one. A heard alarm at t warns of the events that begin at t + 1 to t + ahead; if
    there are none it is false.
    """
    begins = np.flatnonzero(event & ~np.concatenate([[False], event[:-1]]))
    lead, false, silent_until = np.zeros(len(begins), int), 0, -1
    for t in np.flatnonzero(alarm & ~event):
        if t <= silent_until:
            continue
        silent_until = t + quiet
        warned = (begins > t) & (begins <= t + ahead)
        lead[warned] = np.maximum(lead[warned], begins[warned] - t)
        false += not warned.any()
    return Warnings(lead, int(false))
