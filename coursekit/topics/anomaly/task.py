"""Lesson 10: what is not as usual? Scores of simple rules, of linear regression, and of a GRU that forecasts.

    task = heart()
    outcome = measure(task, seeds=(0, 1, 2))
    outcome.table                                   # false alarms per day at one recall; outcome.scores: all scores

A forecaster sees the readings up to now and says what comes next: a mean and a spread. The score of a reading is its
error, or its surprise: how improbable the forecast held it (minus its log density).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from coursekit.baselines.ridge import ridge_fit
from coursekit.nn import GRU
from coursekit.results.comparison import Comparison
from coursekit.topics.anomaly.answers import (
    Alarms,
    alarm_threshold,
    alarms_at_recall,
    count_alarms,
    moving_z_score,
    runs,
)
from coursekit.topics.anomaly.data import DAY
from coursekit.topics.anomaly.recordings import Task, heart, pump, task_from_file, web_sensor
from coursekit.training.progress import trainings
from coursekit.training.torch_loop import train_torch

__all__ = [
    "ERROR",
    "SURPRISE",
    "Forecaster",
    "Outcome",
    "Task",
    "alarms_of",
    "beat_scores",
    "compare",
    "gru_scores",
    "heart",
    "measure",
    "pump",
    "simple_scores",
    "surprise",
    "task_from_file",
    "train_forecaster",
    "web_sensor",
]

UNITS, BATCH = 32, 16
STEPS, LEARNING_RATE = 800, 0.01  # where the surprise in the validation part of the pump stops falling
WARM_UP = 40  # readings at the start of a training window whose forecasts are not asked for
ERROR, SURPRISE = "GRU, error", "GRU, surprise"


@dataclass
class Outcome:
    """table: false alarms per day at the task's recall. scores: name -> one array (T,) for each seed."""

    task: Task
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


class Forecaster(torch.nn.Module):
    """x (N, T, 1) -> mean and log spread of what follows each step, (N, T, 2). The spread lies within e**4 of 1."""

    def __init__(self, units: int = UNITS, layer: Callable[..., torch.nn.Module] = GRU) -> None:
        super().__init__()
        self.layer = layer(1, units, batch_first=True)
        self.read_out = torch.nn.Linear(units, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        mean, spread = self.read_out(self.layer(x)[0]).unbind(2)
        return torch.stack([mean, 4 * torch.tanh(spread / 4)], dim=2)


def surprise(said: torch.Tensor, came: torch.Tensor) -> torch.Tensor:
    """-log of a Gaussian density, less its constant. said: (..., 2) mean and log spread; came: (...)."""
    mean, log_spread = said.unbind(-1)
    return log_spread + 0.5 * ((came - mean) / log_spread.exp()) ** 2


def steps_of(values: np.ndarray, train_end: int) -> np.ndarray:
    """Differences of neighbouring readings in units of their spread in the training part, (T,); the first is 0."""
    steps = np.diff(values, prepend=values[0])
    return steps / steps[:train_end].std()


def train_forecaster(
    task: Task,
    seed: int,
    *,
    layer: Callable[..., torch.nn.Module] = GRU,
    steps: int = STEPS,
    progress: bool | None = None,
):
    """Train on windows from the training part to make the next difference as unsurprising as possible: a History."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Forecaster(layer=layer)
    known = steps_of(task.values, task.train_end)[: task.train_end]
    length = WARM_UP + 2 * task.window

    def batches(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        places = rng.integers(len(known) - length, size=BATCH)[:, None] + np.arange(length)
        return known[places], known[places + 1]

    return train_torch(model, batches, steps, LEARNING_RATE, seed=seed, progress=progress, loss=mean_surprise)


def mean_surprise(module: torch.nn.Module, batch: tuple) -> tuple[torch.Tensor, float]:
    """The mean surprise after the warm-up, as a tensor and as a number. batch: x, y (N, T)."""
    x, y = (torch.as_tensor(part, dtype=torch.float32) for part in batch)
    loss = surprise(module(x[..., None]), y)[:, WARM_UP:].mean()
    return loss, loss.item()


def gru_scores(module: torch.nn.Module, task: Task) -> dict[str, np.ndarray]:
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


def simple_scores(task: Task) -> dict[str, np.ndarray]:
    """Scores without a network, each (T,)."""
    steps = steps_of(task.values, task.train_end)
    windows = np.lib.stride_tricks.sliding_window_view(steps, task.window)[:-1]
    fit = ridge_fit(windows[: task.train_end - task.window], steps[task.window : task.train_end], strength=1.0)
    linear = np.abs(steps[task.window :] - fit(windows))
    return {
        "absolute difference": np.abs(steps),
        "moving z-score": moving_z_score(task.values, task.window),
        "linear forecast, error": np.concatenate([np.zeros(task.window), linear]),
    }


def beat_scores(task: Task) -> np.ndarray:
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
    task: Task,
    seeds: Sequence[int] = (0, 1, 2),
    *,
    more: dict[str, np.ndarray] | None = None,
    progress: bool | None = None,
    **training,
) -> Outcome:
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
    outcome = Outcome(
        task, Comparison(f"false alarms per day at {task.recall:.0%} of events found", True), plain | networks
    )
    outcome.table.conditions = f"{task.title}; {outcome.said_about_test}; seeds {', '.join(map(str, seeds))}"
    for name, scores in outcome.scores.items():
        false = [outcome.at_recall(score).false for score in scores]
        note = f"{', '.join(map(str, false))} false alarms"
        outcome.table.add(name, [count / outcome.days for count in false], baseline=name in plain, note=note)
    return outcome


def compare(task: Task | None = None, seeds: Sequence[int] = (0, 1, 2), **how) -> Comparison:
    """The table of `measure`, of the generated pump if no task is given."""
    return measure(task or pump(), seeds, **how).table


def alarms_of(task: Task, score: np.ndarray, alarms_per_day: float = 1.0) -> tuple[float, np.ndarray]:
    """The threshold from the validation part, and the places of the test readings above it."""
    valid, test = score[task.train_end : task.test_start], score[task.test_start :]
    threshold, alarm = alarm_threshold(valid, test, alarms_per_day, task.per_day)
    return threshold, np.flatnonzero(alarm) + task.test_start
