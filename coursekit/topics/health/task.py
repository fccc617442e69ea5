"""Lesson 11: the glucose in 30 minutes, by persistence, ridge regression (straight and curved) and a GRU.

    task = glucose_in_30_minutes()
    result = measure(task, seeds=(0, 1, 2))
    result.table                                    # a Comparison
    result.table_where(result.truth < 70, "...")    # the same methods on some of the test cases

All methods see the same two hours of readings and are fitted to the same squared error. What they forecast is the
change from the last reading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from coursekit.baselines.random_features import RandomFeatures
from coursekit.baselines.ridge import ridge_tuned
from coursekit.nn import GRU
from coursekit.results.comparison import Comparison
from coursekit.sources.own_file import BadFile, read_csv_series
from coursekit.topics.health.answers import gap_free_windows, standardise
from coursekit.topics.health.data import HIGH, LOW, glucose
from coursekit.training.batches import random_rows
from coursekit.training.progress import trainings
from coursekit.training.regression import Forecaster, predict, squared_error
from coursekit.training.seeded import seeded
from coursekit.training.torch_loop import train_in_stages

UNITS, BATCH = 32, 128
STEPS, LEARNING_RATE = (600, 300), (0.005, 0.001)  # first large steps, then small ones
MG_PER_MMOL = 18.016  # mg/dL in one mmol/L: a mole of glucose weighs 180.16 g


class GlucoseWindows(NamedTuple):
    """past (n, length) as the methods see it; last, target (n,) in mg/dL; now (n,): the place of `last`."""

    past: np.ndarray
    last: np.ndarray
    target: np.ndarray
    now: np.ndarray


class GlucoseTask(NamedTuple):
    """Windows without gaps, split by time: every target of valid comes after those of train, test after valid."""

    title: str
    train: GlucoseWindows
    valid: GlucoseWindows
    test: GlucoseWindows
    left_out: int  # windows that a gap made useless
    scale: float  # mg/dL: the standard deviation of the change, on the training windows


@dataclass
class GlucoseResult:
    """What all methods said about the test windows.

    runs: name -> one array (n,) in mg/dL for each seed. truth: (n,) mg/dL. baselines: names of baselines.
    """

    title: str
    runs: dict[str, list[np.ndarray]]
    truth: np.ndarray
    baselines: tuple[str, ...]

    @property
    def table(self) -> Comparison:
        """Mean absolute error over all test windows."""
        return self.table_where(np.ones(len(self.truth), bool), "all test windows")

    def table_where(self, cases: np.ndarray, about: str) -> Comparison:
        """The mean absolute error over the test windows for which cases (n,) is true. about: says which."""
        if not cases.any():
            raise ValueError(f"{about}: no test window is of that kind")
        table = Comparison("mean absolute error", True, "mg/dL", f"{self.title}: {about}, {cases.sum():,} of them")
        for name, runs in self.runs.items():
            errors = [float(np.abs(run - self.truth)[cases].mean()) for run in runs]
            table.add(name, errors, baseline=name in self.baselines)
        return table


def glucose_in_30_minutes(length: int = 24, ahead: int = 6) -> GlucoseTask:
    """The sensor of `coursekit.topics.health.data`: from `length` readings to the one `ahead` readings later."""
    sensor = glucose()
    title = f"{'GENERATED in place of ' if sensor.provenance.generated else ''}{sensor.provenance.title}"
    return task_from_readings(title, sensor.times, sensor.values, length, ahead, step=5.0)


def task_from_readings(
    title: str, times: np.ndarray, values: np.ndarray, length: int, ahead: int, step: float
) -> GlucoseTask:
    """Windows, 60 % of the time for training, 20 % for validation, 20 % for the test. step: minutes."""
    minutes = (times - times[0]) / np.timedelta64(1, "s") / 60
    inputs, targets, now = gap_free_windows(minutes, values, length, ahead, step)
    place = now + ahead  # of the target: it decides the part, so that no part is fitted to a later one
    borders = np.searchsorted(minutes, minutes[-1] * np.array([0.6, 0.8]))
    train, valid, test = (place < borders[0], (place >= borders[0]) & (place < borders[1]), place >= borders[1])
    known = inputs[train]
    split = [
        GlucoseWindows(standardise(known, inputs[part])[1], values[now[part]], targets[part], now[part])
        for part in (train, valid, test)
    ]
    possible = len(values) - length - ahead + 1
    change = split[0].target - split[0].last
    return GlucoseTask(title, *split, left_out=possible - len(now), scale=float(change.std()))


def gru_forecast(
    task: GlucoseTask,
    seed: int,
    *,
    layer: Callable[..., torch.nn.Module] = GRU,
    model: Callable[..., torch.nn.Module] = Forecaster,
    steps: Sequence[int] = STEPS,
) -> np.ndarray:
    """Train on the training windows and forecast the test windows. (n,) in mg/dL.

    layer: called as layer(1, units, batch_first=True), such as coursekit.nn.GRU or a class of your own.
    """
    with seeded(seed):
        network = model(UNITS, 1, layer=layer)
    batches = random_rows(task.train.past[..., None], change(task.train)[:, None] / task.scale, size=BATCH)
    stages = zip(steps, LEARNING_RATE, (seed, 1000 + seed), strict=True)
    network = train_in_stages(network, batches, stages, loss=squared_error, progress=False)
    return task.test.last + task.scale * predict(network, task.test.past[..., None])[:, 0]


def ridge_forecast(task: GlucoseTask) -> np.ndarray:
    """Ridge regression on the same windows, its strength chosen on the validation windows. (n,) in mg/dL."""
    fit = ridge_tuned((task.train.past, change(task.train)), (task.valid.past, change(task.valid)))
    return task.test.last + fit(task.test.past)


def curved_ridge_forecast(task: GlucoseTask, seed: int) -> np.ndarray:
    """Ridge regression on random features of the last reading and the last five changes. (n,) in mg/dL"""

    def recent(past: np.ndarray) -> np.ndarray:
        return np.concatenate([past[:, -1:], np.diff(past[:, -6:], axis=1)], axis=1)

    features = RandomFeatures(recent(task.train.past), seed)

    def X(windows: GlucoseWindows) -> np.ndarray:
        return np.concatenate([windows.past, features(recent(windows.past))], axis=1)

    fit = ridge_tuned((X(task.train), change(task.train)), (X(task.valid), change(task.valid)))
    return task.test.last + fit(X(task.test))


def change(windows: GlucoseWindows) -> np.ndarray:
    """From the last reading to the target. (n,) mg/dL"""
    return windows.target - windows.last


def measure(
    task: GlucoseTask, seeds: Sequence[int] = (0, 1, 2), *, progress: bool | None = None, **training
) -> GlucoseResult:
    """All methods on the same test windows. training: more arguments of `gru_forecast`."""
    runs = {
        "persistence: no change": [task.test.last],
        "ridge": [ridge_forecast(task)],
        "ridge on random features": [curved_ridge_forecast(task, seed) for seed in seeds],
        "GRU": [gru_forecast(task, seed, **training) for seed in trainings(seeds, progress)],
    }
    return GlucoseResult(task.title, runs, task.test.target, tuple(runs)[:3])


def compare(task: GlucoseTask | None = None, seeds: Sequence[int] = (0, 1, 2), **training) -> Comparison:
    """The table of `measure`, of the sensor's readings if no task is given."""
    return measure(task or glucose_in_30_minutes(), seeds, **training).table


def clarke_zones(reference: np.ndarray, said: np.ndarray) -> np.ndarray:
    """The zone "A" to "E" of the Clarke error grid for each pair. (n,)

    reference, said: (n,) mg/dL. A: near enough, or both low. B: wrong without consequence. C: would correct what is
    right. D: misses a low or a high. E: takes a low for a high, or the reverse. (Clarke et al., Evaluating clinical
    accuracy of systems for self-monitoring of blood glucose, Diabetes Care 10, 1987.)
    """
    r, s = np.asarray(reference, float), np.asarray(said, float)
    in_zone = {
        "A": (np.abs(s - r) <= 0.2 * r) | ((r < LOW) & (s < LOW)),
        "E": ((r <= LOW) & (s >= HIGH)) | ((r >= HIGH) & (s <= LOW)),
        "C": ((r >= LOW) & (r <= 290) & (s >= r + 110)) | ((r >= 130) & (r <= HIGH) & (s <= 1.4 * r - 182)),
        "D": ((r >= 240) & (s >= LOW) & (s <= HIGH)) | ((r <= LOW) & (s >= LOW) & (s <= HIGH)),
    }
    return np.select(list(in_zone.values()), list(in_zone), "B")


def task_from_file(
    path: str | Path, *, time: str, value: str, unit: str = "mg/dL", minutes: float = 30, **reading
) -> GlucoseTask:
    """A task from your own sensor's CSV file: two hours of readings, and the one `minutes` later.

    unit: "mg/dL" or "mmol/L". reading: more arguments of `coursekit.sources.own_file.read_csv_series`.
    Raises BadFile, with what to do.
    """
    name = Path(path).name
    if unit not in ("mg/dL", "mmol/L"):
        raise ValueError(f"unit: expected 'mg/dL' or 'mmol/L', got {unit!r}")
    series = read_csv_series(path, time=time, value=value, **reading)
    whole = np.isfinite(series.values)
    if whole.sum() < 2:
        raise BadFile(f"{name}: column {value!r} has {whole.sum()} readings; use a longer recording")
    times, values = series.times[whole], series.values[whole]
    if unit == "mg/dL" and values.max() < 40:
        raise BadFile(f"{name}: the largest reading is {values.max():g}, too low for mg/dL; say unit='mmol/L'")
    values = values * (MG_PER_MMOL if unit == "mmol/L" else 1.0)
    step = float(np.median(np.diff(times) / np.timedelta64(1, "s"))) / 60
    if not 1 <= step <= minutes:
        raise BadFile(f"{name} has a reading every {step:g} minutes: between 1 and {minutes:g} are needed")
    made = task_from_readings(name, times, values, round(120 / step), round(minutes / step), step)
    fewest = min(len(part.now) for part in (made.train, made.valid, made.test))
    if fewest < 200:
        raise BadFile(
            f"{name}: a part of the split has only {fewest} windows without a gap, and 200 are needed: use a longer "
            "recording"
        )
    return made
