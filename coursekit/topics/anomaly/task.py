"""Lesson 10: what is not as usual? Scores of simple rules, of linear regression, and of a GRU that forecasts.

    task = heart()
    result = measure(task, seeds=(0, 1, 2))
    result.table                                    # false alarms per day at one recall; result.scores: all scores

A forecaster sees the readings up to now and says what comes next: a mean and a spread. The score of a reading is its
error, or its surprise: how improbable the forecast held it (minus its log density).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from coursekit.baselines.ridge import ridge_fit
from coursekit.nn import GRU
from coursekit.results.comparison import Comparison
from coursekit.sources.own_file import BadFile, evenly_spaced, read_csv_series, seconds
from coursekit.topics.anomaly.answers import Alarms, alarm_threshold, count_alarms, moving_z_score
from coursekit.topics.anomaly.data import DAY, ecg, machine, sensor
from coursekit.topics.anomaly.events import runs
from coursekit.topics.anomaly.model import WARM_UP, Forecaster, mean_surprise, surprise
from coursekit.training.progress import trainings
from coursekit.training.seeded import seeded
from coursekit.training.torch_loop import train_torch

BATCH = 16
STEPS, LEARNING_RATE = 600, 0.01
ERROR, SURPRISE = "GRU, error", "GRU, surprise"


class AnomalyTask(NamedTuple):
    """A recording and its parts. values: (T,) in unit; anomalous: (T,), nothing before test_start.

    train_end, test_start: between them lies the validation part, which is normal too. per_day: readings in a day.
    window: readings that the linear rules look back. tolerance, patience: as in `count_alarms`.
    recall: the share of events at which false alarms are counted. steps: of training, chosen on the validation part;
    there the surprise rises again if it goes on (the sensor), or falls no further (the heart, the pump).
    """

    title: str
    unit: str
    values: np.ndarray
    anomalous: np.ndarray
    per_day: float
    train_end: int
    test_start: int
    window: int
    tolerance: int
    patience: int
    recall: float
    steps: int = STEPS


def web_sensor() -> AnomalyTask:
    """The hourly sensor: 300 readings to train, 100 to validate, 600 with seven events."""
    data = sensor()
    about = data.provenance.title
    return AnomalyTask(about, data.unit, data.values, data.anomalous, data.per_day, 300, 400, 24, 2, 24, 1.0, 300)


def heart(every: int = 6) -> AnomalyTask:
    """The electrocardiogram, means of `every` readings: 60 a second. One event; what follows for a second belongs."""
    data, q = ecg(), every
    T = len(data.values) // q
    values = data.values[: T * q].reshape(T, q).mean(axis=1)
    anomalous = data.anomalous[: T * q].reshape(T, q).any(axis=1)
    second = 360 // q
    ends = 45 * T // 100, 60 * T // 100
    rules = second // 2, second, second, 1.0
    return AnomalyTask(data.provenance.title, data.unit, values, anomalous, data.per_day / q, *ends, *rules, 500)


def pump(days: int = 20, events: int = 40) -> AnomalyTask:
    """The generated machine: two fifths of the days to train, one fifth to validate, two fifths with the events."""
    data = machine(days, events)
    ends = round(0.4 * days) * 1440, round(0.6 * days) * 1440
    return AnomalyTask(data.provenance.title, data.unit, data.values, data.anomalous, 1440.0, *ends, 60, 15, 60, 0.8)


@dataclass
class AnomalyResult:
    """table: false alarms per day at the task's recall. scores: name -> one array (T,) for each seed."""

    task: AnomalyTask
    table: Comparison
    scores: dict[str, list[np.ndarray]] = field(default_factory=dict)

    @property
    def days(self) -> float:
        """How long the test part lasts."""
        return (len(self.task.values) - self.task.test_start) / self.task.per_day

    @property
    def said_about_test(self) -> str:
        """How many events there are, in how much time."""
        events = len(runs(self._labels))
        time = f"{self.days:.1f} days" if self.days > 1 else f"{self.days * DAY:.0f} seconds"
        return f"{events} event{'s' * (events > 1)} in {time}"

    def at_recall(self, score: np.ndarray, recall: float | None = None) -> Alarms:
        """Alarms in the test part at the threshold that finds such a share of the events (None: the task's)."""
        how = self.task.tolerance, self.task.patience
        return alarms_at_recall(self._test(score), self._labels, recall or self.task.recall, *how)[1]

    def curve(self, score: np.ndarray) -> tuple[list[float], list[float]]:
        """False alarms per day and share of events found, for every share that can be reached."""
        events = len(runs(self._labels))
        alarms = [self.at_recall(score, k / events) for k in range(1, events + 1)]
        return [count.false / self.days for count in alarms], [count.found / events for count in alarms]

    def in_use(self, score: np.ndarray, alarms_per_day: float = 1.0) -> tuple[float, Alarms]:
        """The threshold from the validation part, and the alarms that it gives in the test part."""
        valid = score[self.task.train_end : self.task.test_start]
        threshold, alarm = alarm_threshold(valid, self._test(score), alarms_per_day, self.task.per_day)
        return threshold, count_alarms(alarm, self._labels, self.task.tolerance, self.task.patience)

    @property
    def _labels(self) -> np.ndarray:
        return self._test(self.task.anomalous)

    def _test(self, whole: np.ndarray) -> np.ndarray:
        return whole[self.task.test_start :]


def alarms_at_recall(
    scores: np.ndarray, anomalous: np.ndarray, recall: float, tolerance: int, patience: int
) -> tuple[float, Alarms]:
    """The highest threshold that finds so large a share of the events, and the alarms that it gives.

    It looks at the labels: a way to compare scores, never a way to choose a threshold.
    """
    peaks = sorted((scores[start : end + tolerance + 1].max() for start, end in runs(anomalous)), reverse=True)
    threshold = peaks[math.ceil(recall * len(peaks)) - 1]
    return float(threshold), count_alarms(scores >= threshold, anomalous, tolerance, patience)


def steps_of(values: np.ndarray, train_end: int) -> np.ndarray:
    """Differences of neighbouring readings in units of their spread in the training part, (T,); the first is 0."""
    steps = np.diff(values, prepend=values[0])
    return steps / steps[:train_end].std()


def train_forecaster(
    task: AnomalyTask,
    seed: int,
    *,
    layer: Callable[..., torch.nn.Module] = GRU,
    steps: int | None = None,
    progress: bool | None = None,
):
    """Train on windows from the training part to make the next difference as unsurprising as possible: a History.

    steps: None for those of the task.
    """
    with seeded(seed):
        model = Forecaster(layer=layer)
    known = steps_of(task.values, task.train_end)[: task.train_end]
    length = WARM_UP + 2 * task.window

    def batches(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        places = rng.integers(len(known) - length, size=BATCH)[:, None] + np.arange(length)
        return known[places], known[places + 1]

    steps = task.steps if steps is None else steps
    return train_torch(model, batches, steps, LEARNING_RATE, seed=seed, progress=progress, loss=mean_surprise)


def gru_scores(module: torch.nn.Module, task: AnomalyTask) -> dict[str, np.ndarray]:
    """Error and surprise of every reading, each (T,), from one pass over the recording. No reading sees a later one.

    The first scores, before the warm-up is over, are the lowest that the recording has.
    """
    steps = torch.as_tensor(steps_of(task.values, task.train_end), dtype=torch.float32)
    module.eval()
    with torch.no_grad():
        said = module(steps[None, :-1, None])[0]
    found = {ERROR: (said[:, 0] - steps[1:]).abs(), SURPRISE: surprise(said, steps[1:])}
    return {name: _quiet_start(np.r_[0.0, score.double().numpy()], WARM_UP) for name, score in found.items()}


def _quiet_start(score: np.ndarray, length: int) -> np.ndarray:
    """The first scores, which rest on too little past, set to the lowest one."""
    return np.concatenate([np.full(length, score.min()), score[length:]])


def simple_scores(task: AnomalyTask) -> dict[str, np.ndarray]:
    """Scores without a network, each (T,)."""
    steps = steps_of(task.values, task.train_end)
    windows = np.lib.stride_tricks.sliding_window_view(steps, task.window)[:-1]
    fit = ridge_fit(windows[: task.train_end - task.window], steps[task.window : task.train_end], strength=1.0)
    linear = np.concatenate([np.zeros(task.window), np.abs(steps[task.window :] - fit(windows))])
    return {
        "absolute difference": np.abs(steps),
        "moving z-score": moving_z_score(task.values, task.window),
        "linear forecast, error": linear,
        "linear forecast, surprise": _beside_recent(
            linear, 2 * task.window, np.sqrt((linear[: task.train_end] ** 2).mean())
        ),
    }


def _beside_recent(errors: np.ndarray, length: int, usual: float) -> np.ndarray:
    """Errors (T,) in units of their spread in the `length` readings before, to which a share of the usual is added."""
    sums = np.cumsum(np.r_[0.0, errors**2])
    recent = np.sqrt(np.maximum(sums[length:-1] - sums[: -length - 1], 0) / length)
    return np.concatenate([np.zeros(length), errors[length:] / (recent + 0.3 * usual)])


def beat_scores(task: AnomalyTask) -> np.ndarray:
    """A rule for hearts only: how unusual is the time since the beat before? (T,), zero between beats.

    A beat is where the signal rises above the middle between its mean and its maximum in the training part. The score
    is the distance of the interval to the mean interval in training, in standard deviations.
    """
    known = task.values[: task.train_end]
    level = (known.mean() + known.max()) / 2
    beats = np.flatnonzero((task.values[1:] > level) & (task.values[:-1] <= level)) + 1
    if (beats < task.train_end).sum() < 4:
        raise ValueError("the training part has fewer than four beats: this rule is for hearts")
    intervals = np.diff(beats)
    usual = intervals[beats[1:] < task.train_end]
    score = np.zeros(len(task.values))
    score[beats[1:]] = np.abs(intervals - usual.mean()) / usual.std()
    return score


def measure(
    task: AnomalyTask,
    seeds: Sequence[int] = (0, 1, 2),
    *,
    more: dict[str, np.ndarray] | None = None,
    progress: bool | None = None,
    **training,
) -> AnomalyResult:
    """All scores on the same test part: false alarms per day where the task's share of events is found.

    more: further baselines, name -> (T,). training: more arguments of `train_forecaster`.
    """
    if not task.anomalous[task.test_start :].any():
        raise ValueError("no event is labelled in the test part, so nothing can be measured: use alarms_of")
    networks: dict[str, list[np.ndarray]] = {ERROR: [], SURPRISE: []}
    for seed in trainings(list(seeds), progress):
        model = train_forecaster(task, seed, progress=False, **training).model
        for name, score in gru_scores(model, task).items():
            networks[name].append(score)
    plain = {name: [score] for name, score in (simple_scores(task) | (more or {})).items()}
    result = AnomalyResult(
        task, Comparison(f"false alarms per day at {task.recall:.0%} of events found", True), plain | networks
    )
    result.table.conditions = f"{task.title}; {result.said_about_test}; seeds {', '.join(map(str, seeds))}"
    for name, scores in result.scores.items():
        false = [result.at_recall(score).false for score in scores]
        note = f"{', '.join(map(str, false))} false alarm{'' if false == [1] else 's'}"
        result.table.add(name, [count / result.days for count in false], baseline=name in plain, note=note)
    return result


def compare(task: AnomalyTask | None = None, seeds: Sequence[int] = (0, 1, 2), **how) -> Comparison:
    """The table of `measure`, of the generated pump if no task is given."""
    return measure(task or pump(), seeds, **how).table


def alarms_of(task: AnomalyTask, score: np.ndarray, alarms_per_day: float = 1.0) -> tuple[float, np.ndarray]:
    """The threshold from the validation part, and the places of the test readings above it."""
    valid, test = score[task.train_end : task.test_start], score[task.test_start :]
    threshold, alarm = alarm_threshold(valid, test, alarms_per_day, task.per_day)
    return threshold, np.flatnonzero(alarm) + task.test_start


def task_from_file(
    path: str | Path,
    *,
    time: str,
    value: str,
    normal_until: str,
    label: str | None = None,
    unit: str = "",
    **reading,
) -> AnomalyTask:
    """A task from your own CSV file: evenly spaced readings without gaps.

    normal_until: a time up to which, as far as you know, nothing was wrong, such as "2024-05-01": three quarters of
    this part are for training, the last quarter for the threshold. What comes after it is the test.
    label: a column with 1 where an anomaly is known and 0 elsewhere; None: nothing is known.
    reading: more arguments of `coursekit.sources.own_file.read_csv_series`. Raises BadFile, with what to do.
    """
    name, columns = Path(path).name, [value] if label is None else [value, label]
    series = read_csv_series(path, time=time, value=columns, **reading)
    table, step = evenly_spaced(series)
    if missing := int(np.isnan(table).any(axis=1).sum()):
        raise BadFile(f"{name} lacks {missing} of {len(table)} readings on an even grid: fill the gaps, or cut there")
    try:
        test_start = int(np.ceil((np.datetime64(normal_until, "ms") - series.times[0]) / step))
    except ValueError:
        raise BadFile(f"normal_until: {normal_until!r} is no time; write it as 2024-03-31 14:05:00") from None
    train_end = 3 * test_start // 4
    if train_end < 300 or test_start >= len(table):
        raise BadFile(
            f"{name}: {max(0, test_start)} of {len(table)} readings come before {normal_until}; at least 400 normal "
            "ones are needed before it, and some after it"
        )
    values, per_day = table[:, 0], DAY / seconds(step)
    if values[:train_end].std() == 0:
        raise BadFile(f"{name}: all readings of {value!r} in the training part are equal; choose another column")
    anomalous = np.zeros(len(table), bool) if label is None else table[:, 1] > 0
    if anomalous[:test_start].any():
        raise BadFile(f"{name}: the column {label!r} has an anomaly before {normal_until}; choose an earlier time")
    return AnomalyTask(name, unit, values, anomalous, per_day, train_end, test_start, 24, 2, 24, 1.0)
