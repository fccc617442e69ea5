"""Lesson 21, sales and visits: the next year of months, the next day of hours, beside what a season knows.

measure(wine(), seeds=(0, 1, 2))                # a Comparison of mean absolute scaled errors
measure_worlds(range(3))                        # the same on generated visits, a fresh series for each value
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from coursekit.baselines.ridge import ridge_tuned
from coursekit.results.comparison import Comparison
from coursekit.topics.number_series.answers import scaled_error
from coursekit.topics.number_series.data import web_traffic, wine_sales
from coursekit.training.batches import random_rows
from coursekit.training.progress import trainings
from coursekit.training.regression import Forecaster, predict, squared_error
from coursekit.training.seeded import seeded
from coursekit.training.torch_loop import train_torch

UNITS, BATCH, LEARNING_RATE = 24, 64, 0.005
NAIVE, SEASONS, MOVED, PROFILE, RIDGE, NETWORK = (
    "seasonal naive",
    "mean of three seasons",
    "seasonal naive, moved",
    "mean of three seasons, moved",
    "ridge on the residual",
    "GRU on the residual",
)


class SeriesTask(NamedTuple):
    """values: (T,). season: readings in one. ahead: how many readings are forecast at a time.

    valid_start, test_start: where the targets of these parts begin. steps: of training. moved: over how many of the
    last readings the naive forecast's error is taken to move it.
    """

    title: str
    values: np.ndarray
    season: int
    ahead: int
    valid_start: int
    test_start: int
    steps: int
    moved: int


def wine() -> SeriesTask:
    """Months; the last 48 are the test, the 24 before it validation. A forecast is for twelve months."""
    data = wine_sales()
    about = f"{'GENERATED in place of ' if data.provenance.generated else ''}{data.provenance.title}"
    return SeriesTask(about, data.values, 12, 12, len(data.values) - 72, len(data.values) - 48, 150, 12)


def visits(seed: int) -> SeriesTask:
    """Logarithms of generated visits an hour: 12 weeks to learn, one to validate, three to test; a day at a time."""
    return SeriesTask("GENERATED visits an hour", np.log(web_traffic(seed) + 1), 168, 24, 12 * 168, 13 * 168, 200, 6)


class Residuals(NamedTuple):
    """Windows of one part. past, future: (n, ahead) what the naive forecast left over; starts: (n,) of the futures."""

    past: np.ndarray
    future: np.ndarray
    starts: np.ndarray


def residuals(task: SeriesTask, start: int, stop: int) -> Residuals:
    """All windows whose targets lie in [start, stop): the last `ahead` residuals, and the next."""
    starts = np.arange(max(start, task.season + task.ahead), stop - task.ahead + 1)
    left = task.values[task.season :] - task.values[: -task.season]
    places = starts[:, None] - task.season + np.arange(task.ahead)
    return Residuals(left[places - task.ahead], left[places], starts)


def forecasts(task: SeriesTask, seeds: Sequence[int], progress: bool | None = None) -> dict[str, list[np.ndarray]]:
    """What each method says in the test part, (n, ahead) for each seed; the simple ones say one thing."""
    borders = (0, task.valid_start, task.test_start, len(task.values))
    train, valid, test = (residuals(task, *ends) for ends in zip(borders[:-1], borders[1:], strict=True))
    ahead = test.starts[:, None] + np.arange(task.ahead)
    naive = task.values[ahead - task.season]
    scale = train.past.std()
    fit = ridge_tuned(train[:2], valid[:2])
    said = {
        NAIVE: [naive],
        SEASONS: [profile(task, test.starts, 3, 0)],
        MOVED: [naive + test.past[:, -task.moved :].mean(axis=1, keepdims=True)],
        PROFILE: [profile(task, test.starts, 3, task.moved)],
        RIDGE: [naive + fit(test.past)],
        NETWORK: [],
    }
    for seed in trainings(list(seeds), progress):
        with seeded(seed):
            network = Forecaster(UNITS, task.ahead)
        batches = random_rows(train.past[..., None] / scale, train.future / scale, size=BATCH)
        how = {"seed": seed, "progress": False, "loss": squared_error}
        trained = train_torch(network, batches, task.steps, LEARNING_RATE, **how).model
        said[NETWORK].append(naive + predict(trained, test.past[..., None] / scale) * scale)
    return said


def profile(task: SeriesTask, starts: np.ndarray, seasons: int, moved: int) -> np.ndarray:
    """The mean of the last `seasons` seasons, moved by how far the last `moved` readings were off it. (n, ahead)

    starts: (n,), where the forecasts begin. moved: 0 leaves the mean where it is.
    """

    def mean(places: np.ndarray) -> np.ndarray:
        return np.mean([task.values[places - k * task.season] for k in range(1, seasons + 1)], axis=0)

    said = mean(starts[:, None] + np.arange(task.ahead))
    back = starts[:, None] - 1 - np.arange(moved)
    return said + (task.values[back] - mean(back)).mean(axis=1, keepdims=True) if moved else said


def truth_of(task: SeriesTask) -> np.ndarray:
    """What the forecasts of the test part should have said, (n, ahead)."""
    starts = residuals(task, task.test_start, len(task.values)).starts
    return task.values[starts[:, None] + np.arange(task.ahead)]


def scaled(task: SeriesTask, said: np.ndarray) -> float:
    """The mean absolute scaled error over all steps ahead, scaled on what comes before the test."""
    return float(scaled_error(task.values[: task.test_start], truth_of(task), said, task.season).mean())


def measure(task: SeriesTask, seeds: Sequence[int] = (0, 1, 2), progress: bool | None = None) -> Comparison:
    """All methods on one series; an interval over the seeds of the network."""
    n = len(truth_of(task))
    about = f"{task.title}; {n} test windows; seeds {', '.join(map(str, seeds))}"
    table = Comparison("mean absolute scaled error", True, "", about)
    for name, runs in forecasts(task, seeds, progress).items():
        table.add(name, [scaled(task, run) for run in runs], baseline=name != NETWORK)
    return table


def measure_worlds(worlds: Sequence[int] = (0, 1, 2, 3), progress: bool | None = None) -> Comparison:
    """All methods on generated visits. Each value is a fresh series and a fresh network, and pairs share the series."""
    found: dict[str, list[float]] = {}
    for world in trainings(list(worlds), progress):
        task = visits(world)
        for name, runs in forecasts(task, [world], progress=False).items():
            found.setdefault(name, []).append(scaled(task, runs[0]))
    about = f"{visits(0).title}, their logarithms; {len(worlds)} series, 3 weeks of test each"
    table = Comparison("mean absolute scaled error", True, "", about, each="world")
    for name, errors in found.items():
        table.add(name, errors, baseline=name != NETWORK)
    return table
