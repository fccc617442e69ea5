"""Sequences that each have a class: the task, the outcome and the baseline's view, which lessons 12 and 18 share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from coursekit.results.comparison import Comparison
from coursekit.sources.ts_format import Padded
from coursekit.training.frames import masked_mean_std, standardise_frames


class Task(NamedTuple):
    """Sequences to learn from and to be judged by; x is standardised, padding zero. classes: their names."""

    title: str
    train: Padded
    test: Padded
    classes: tuple[str, ...]


@dataclass
class Outcome:
    """table: right answers. said: name -> (M,) the class that each test sequence was given, of the first seed.

    truth: (M,) the class that each test sequence has.
    """

    table: Comparison
    said: dict[str, np.ndarray] = field(default_factory=dict)
    truth: np.ndarray = field(default_factory=lambda: np.empty(0, int))


def standardised_task(title: str, train: Padded, test: Padded, classes: tuple[str, ...]) -> Task:
    """Standardise both parts by the real frames of the training part."""
    x, y = standardise_frames(train.x, train.lengths, test.x, test.lengths)
    return Task(title, train._replace(x=x), test._replace(x=y), classes)


def held_out(label: np.ndarray, share: float = 0.2) -> np.ndarray:
    """True for the last sequences of each class, (N,): neighbours in a recording session stay together."""
    chosen = np.zeros(len(label), bool)
    for one in np.unique(label):
        places = np.flatnonzero(label == one)
        chosen[places[len(places) - max(1, round(share * len(places))) :]] = True
    return chosen


def features(data: Padded) -> np.ndarray:
    """What the logistic regression sees: mean and standard deviation of every channel, (N, 2 D)."""
    return np.concatenate(masked_mean_std(data.x, data.lengths), axis=1)
