"""Lesson 09: tomorrow's demand and tomorrow's sea, by naive forecasts, ridge regression and a GRU.

    task = demand_in_england()
    result = measure(task, seeds=(0, 1, 2))
    result.table                                    # a Comparison; result.forecasts holds what each method said

Every forecast is made from what was known at its moment, for all readings of the day that follows. A network may be
asked for the values themselves, or for what the naive forecast leaves over (the residual).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from coursekit.baselines.ridge import ridge_tuned
from coursekit.nn import GRU
from coursekit.results.comparison import Comparison
from coursekit.sources.own_file import BadFile, evenly_spaced, read_csv_series, seconds
from coursekit.topics.forecasting.answers import forecast_windows
from coursekit.topics.forecasting.data import ForecastSeries, half_hourly_demand, hourly_demand, sea_temperature
from coursekit.training.batches import random_rows
from coursekit.training.progress import trainings
from coursekit.training.regression import Forecaster, predict, squared_error
from coursekit.training.seeded import seeded
from coursekit.training.torch_loop import train_torch

VALUES, RESIDUAL = "values", "residual"
UNITS, BATCH = 32, 64
STEPS = {VALUES: 400, RESIDUAL: 150}  # the values are much slower to learn
LEARNING_RATE = {VALUES: 0.01, RESIDUAL: 0.005}


class ForecastTask(NamedTuple):
    """A series, what to forecast, and where the parts of the split begin.

    values: (T,), NaN where a reading is missing. season: readings that the naive forecast repeats; 1: the last one.
    day: readings in a day, which are what is forecast. train_end, test_start: between them lies the validation part.
    """

    title: str
    unit: str
    values: np.ndarray
    season: int
    day: int
    train_end: int
    test_start: int
    provenance: str


@dataclass
class ForecastResult:
    """forecasts: name -> (n, horizon), in the task's unit, of the first seed; truth: (n, horizon); starts: (n,)."""

    table: Comparison
    forecasts: dict[str, np.ndarray] = field(default_factory=dict)
    truth: np.ndarray = field(default_factory=lambda: np.empty(0))
    starts: np.ndarray = field(default_factory=lambda: np.empty(0, int))


def task_from_series(
    series: ForecastSeries, season: int, *, per_hour: int = 1, train: float = 8 / 12, valid: float = 1 / 12
) -> ForecastTask:
    """A task on hourly means. season: in hours. train, valid: shares of the series; the rest is the test."""
    values = hourly_means(series.values, per_hour)
    train_end, test_start = round(len(values) * train), round(len(values) * (train + valid))
    about = series.provenance
    title = f"{'GENERATED in place of ' if about.generated else ''}{about.title}"
    return ForecastTask(title, series.unit, values, season, 24, train_end, test_start, about.text)


def demand_in_england() -> ForecastTask:
    """Taylor's demand: 8 weeks to train, one to validate, three to test; the naive forecast is the week before."""
    return task_from_series(half_hourly_demand(), 168, per_hour=2)


def demand_in_victoria() -> ForecastTask:
    """150 days of demand in Victoria, split in the same shares."""
    return task_from_series(hourly_demand(), 168)


def sea() -> ForecastTask:
    """13 months of sea temperature; the naive forecast is persistence, the last reading repeated."""
    return task_from_series(sea_temperature(), 1, per_hour=2, train=0.6, valid=0.15)


def hourly_means(values: np.ndarray, per_hour: int) -> np.ndarray:
    """Means of `per_hour` readings, the last incomplete hour left out; NaN where one is missing. (T // per_hour,)"""
    return values[: len(values) // per_hour * per_hour].reshape(-1, per_hour).mean(axis=1)


class ForecastWindows(NamedTuple):
    """past (n, length) -> future (n, day), both as a method sees them; naive (n, day) in units; starts (n,)."""

    past: np.ndarray
    future: np.ndarray
    naive: np.ndarray
    starts: np.ndarray


def windows(task: ForecastTask, form: str, start: int, stop: int) -> ForecastWindows:
    """All windows whose targets lie in [start, stop), as values or as residuals of the naive forecast.

    As values the past is a season and a day long. As residuals it is the last day, each reading less that of one
    season before it. So both forms are made from the same readings. Without a season (1) the residual is taken to
    the last reading, and both forms see two days.
    """
    days, seasonal = task.day, task.season > 1
    length = task.season + days if seasonal else 2 * days
    past, future = forecast_windows(task.values, length, days, start, stop)
    starts = np.arange(max(start, length), stop - days + 1)
    whole = np.isfinite(past).all(axis=1) & np.isfinite(future).all(axis=1)
    past, future, starts = past[whole], future[whole], starts[whole]
    naive = past[:, -task.season + np.arange(days) % task.season]
    if form == RESIDUAL:
        future = future - naive
        past = past[:, task.season :] - past[:, :days] if seasonal else past - past[:, -1:]
    return ForecastWindows(past, future, naive, starts)


class ForecastSplit(NamedTuple):
    """Training, validation and test windows of one form, scaled by numbers from the training windows only."""

    train: ForecastWindows
    valid: ForecastWindows
    test: ForecastWindows
    centre: float
    scale: float


def parts(task: ForecastTask, form: str) -> ForecastSplit:
    """Split by time, then scale. Residuals are not centred: their zero means "as the naive forecast says"."""
    borders = ((0, task.train_end), (task.train_end, task.test_start), (task.test_start, len(task.values)))
    split = [windows(task, form, *border) for border in borders]
    known = split[0].past
    centre, scale = (float(known.mean()) if form == VALUES else 0.0), float(known.std())
    scaled = [w._replace(past=(w.past - centre) / scale, future=(w.future - centre) / scale) for w in split]
    return ForecastSplit(*scaled, centre, scale)


def in_units(data: ForecastSplit, form: str, scaled: np.ndarray) -> np.ndarray:
    """A method's outputs (n, day) on the test windows, as forecasts in the task's unit."""
    said = scaled * data.scale + data.centre
    return said + data.test.naive if form == RESIDUAL else said


def gru_forecast(
    data: ForecastSplit,
    form: str,
    seed: int,
    *,
    layer: Callable[..., torch.nn.Module] = GRU,
    model: Callable[..., torch.nn.Module] = Forecaster,
    steps: int | None = None,
) -> np.ndarray:
    """Train on the training windows, squared error, and forecast the test windows. (n, day) in units.

    layer: called as layer(1, units, batch_first=True), such as coursekit.nn.GRU or a class of your own.
    steps: None for as many as the form needs.
    """
    with seeded(seed):
        network = model(UNITS, data.train.future.shape[1], layer=layer)
    batches = random_rows(data.train.past[..., None], data.train.future, size=BATCH)
    steps, rate = steps or STEPS[form], LEARNING_RATE[form]
    history = train_torch(network, batches, steps, rate, seed=seed, progress=False, loss=squared_error)
    return in_units(data, form, predict(history.model, data.test.past[..., None]))


def measure(
    task: ForecastTask,
    seeds: Sequence[int] = (0, 1, 2),
    *,
    linear: bool = True,
    networks: Sequence[str] = (VALUES, RESIDUAL),
    progress: bool | None = None,
    **training,
) -> ForecastResult:
    """All methods on the same test windows: mean absolute error over all windows and all hours ahead.

    linear: with ridge regression on the same windows. networks: the questions that a GRU is asked; the values take
    most of the time. training: more arguments of `gru_forecast`.
    """
    data = {form: parts(task, form) for form in (VALUES, RESIDUAL)}
    test = data[VALUES].test
    truth = windows(task, VALUES, task.test_start, len(task.values)).future
    days = (len(task.values) - task.test_start) / task.day
    about = f"{task.title}; {len(truth)} test windows from the last {days:.0f} days; seeds {', '.join(map(str, seeds))}"
    result = ForecastResult(Comparison("mean absolute error", True, task.unit, about), {}, truth, test.starts)

    def add(name: str, runs: list[np.ndarray], **how) -> None:
        result.table.add(name, [float(np.abs(run - truth).mean()) for run in runs], **how)
        result.forecasts[name] = runs[0]

    for name, said in (naive_forecasts(task, test) | moved_forecasts(task, data[VALUES].valid, test)).items():
        add(name, [said], baseline=True)
    for form in (VALUES, RESIDUAL) if linear else ():
        fit = ridge_tuned(data[form].train[:2], data[form].valid[:2])
        add(f"ridge on the {form}", [in_units(data[form], form, fit(data[form].test.past))], baseline=True)
    found: dict[str, list[np.ndarray]] = {}
    for form, seed in trainings([(form, seed) for form in networks for seed in seeds], progress):
        found.setdefault(form, []).append(gru_forecast(data[form], form, seed, **training))
    for form, runs in found.items():
        add(f"GRU on the {form}", runs, note=f"{UNITS} units")
    return result


def compare(task: ForecastTask | None = None, seeds: Sequence[int] = (0, 1, 2), **how) -> Comparison:
    """The table of `measure`, of the demand in England and Wales if no task is given."""
    return measure(task or demand_in_england(), seeds, **how).table


def naive_forecasts(task: ForecastTask, test: ForecastWindows) -> dict[str, np.ndarray]:
    """The day before, and the week before or the last reading: (n, day) in units."""
    day_before = task.values[test.starts[:, None] + np.arange(task.day) - task.day]
    names = {1: "persistence: the last reading", 168: "naive: the week before"}
    said = {"naive: the day before": day_before} if task.season != task.day else {}
    return said | {names.get(task.season, "naive: one season before"): test.naive}


def moved_forecasts(
    task: ForecastTask, valid: ForecastWindows, test: ForecastWindows, hours: Sequence[int] = (1, 3, 6, 12, 24)
) -> dict[str, np.ndarray]:
    """The naive forecast, moved up or down by its mean error in the last hours; without a season there is none.

    How many hours, and how much of the move is left after each further hour, is chosen on the validation windows.
    """
    if task.season <= task.day:
        return {}

    def said(windows: ForecastWindows, last: int, kept: float) -> np.ndarray:
        known = windows.starts[:, None] - 1 - np.arange(last)
        error = (task.values[known] - task.values[known - task.season]).mean(axis=1, keepdims=True)
        return windows.naive + error * kept ** np.arange(1, task.day + 1)

    def error(choice: tuple[int, float]) -> float:
        truth = task.values[valid.starts[:, None] + np.arange(task.day)]
        return float(np.abs(said(valid, *choice) - truth).mean())

    best = min(((last, kept) for last in hours for kept in (1.0, 0.97, 0.95, 0.9)), key=error)
    return {"naive, moved to the last hours": said(test, *best)}


def task_from_file(path: str | Path, *, time: str, value: str, unit: str = "", **reading) -> ForecastTask:
    """A task from your own CSV file: readings at least every hour, evenly spaced, for at least six weeks.

    reading: more arguments of `coursekit.sources.own_file.read_csv_series`. Windows over missing readings are left out.
    Raises BadFile, with what to do.
    """
    series = read_csv_series(path, time=time, value=value, **reading)
    values, step = evenly_spaced(series)
    per_hour = 3600 / seconds(step)
    if per_hour < 1 or per_hour != int(per_hour):
        raise BadFile(f"{Path(path).name} has a reading every {seconds(step):g} s: resample it to hours first")
    values = hourly_means(values, int(per_hour))
    weeks = len(values) / 168
    if weeks < 6:
        raise BadFile(f"{Path(path).name} holds {weeks:.1f} weeks, and six are needed: three quarters are for training")
    name = Path(path).name
    made = ForecastTask(name, unit, values, 168, 24, round(len(values) * 8 / 12), round(len(values) * 9 / 12), name)
    borders = (0, made.train_end, made.test_start, len(values))
    for part, start, stop in zip(("training", "validation", "test"), borders, borders[1:], strict=False):
        if len(windows(made, VALUES, start, stop).starts) == 0:
            raise BadFile(f"{name}: no window of nine days without a gap in the {part} part; fill the gaps")
    return made
