"""Lesson 21, early warning: how many minutes before a low of glucose, and how often for nothing?

task = low_glucose()
found = measure(task, seeds=(0, 1, 2))
found.table                                     # minutes of warning where false alarms are equally rare
found.curve(found.scores["GRU"][0])             # false alarms a day, minutes of warning
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from coursekit.baselines.logistic import logistic_fit
from coursekit.results.comparison import Comparison
from coursekit.results.intervals import Interval, bootstrap_interval
from coursekit.sources.glucose import LOW, glucose
from coursekit.topics.number_series.answers import Warnings, warnings_in_time
from coursekit.topics.number_series.rare import STEPS, train_reader
from coursekit.training.progress import trainings
from coursekit.training.torch_loop import outputs

MINUTES, PER_DAY = 5, 288
LENGTH = 12  # readings that a method sees: one hour
AHEAD, QUIET = 12, 12  # an hour: a warning that comes earlier helps nobody, and one that is repeated sooner annoys
LINES = (2, 4, 6, 9, 12)  # readings that a straight line may be drawn on for
OVER = 6  # readings above the border until a low is over
RAW, LINE, CUSUM, LOGISTIC, NETWORK = (
    "the reading itself",
    "a straight line, drawn on",
    "CUSUM",
    "logistic regression, last hour",
    "GRU",
)


class EarlyTask(NamedTuple):
    """A recording on an even grid. values: (T,) mg/dL, NaN in gaps. event: (T,), whether a low goes on.

    train_end, test_start: between them lies the validation part. title: what it is, and whether it was generated.
    """

    title: str
    values: np.ndarray
    event: np.ndarray
    train_end: int
    test_start: int


def low_glucose() -> EarlyTask:
    """Half a year of one person: 50 % to learn from, 15 % to set a threshold, 35 % to be judged by."""
    sensor = glucose()
    # The sensor's clock drifts by seconds, so that readings are counted on from one to the next, gaps included.
    steps = np.rint(np.diff(sensor.times) / np.timedelta64(MINUTES, "m")).astype(int)
    places = np.concatenate([[0], np.cumsum(np.maximum(steps, 1))])
    values = np.full(places[-1] + 1, np.nan)
    values[places] = sensor.values
    about = sensor.provenance
    title = f"{'GENERATED in place of ' if about.generated else ''}{about.title}"
    return EarlyTask(title, values, lows(values), len(values) // 2, 65 * len(values) // 100)


def lows(values: np.ndarray) -> np.ndarray:
    """Whether a low goes on, (T,): from a reading below the border until `OVER` readings in a row are not."""
    event, since = np.zeros(len(values), bool), OVER
    for t, low in enumerate(values < LOW):
        since = 0 if low else since + 1
        event[t] = since < OVER
    return event


def soon(event: np.ndarray) -> np.ndarray:
    """Whether an event begins at one of the next `AHEAD` readings, (T,)."""
    begins = event & ~np.concatenate([[False], event[:-1]])
    count = np.concatenate([np.cumsum(begins), np.full(AHEAD, begins.sum())])
    return count[AHEAD:] > count[:-AHEAD]


@dataclass
class EarlyResult:
    """table: minutes of warning. scores: name -> one array (T,) for each seed, -inf where an hour is not complete."""

    task: EarlyTask
    table: Comparison
    scores: dict[str, list[np.ndarray]] = field(default_factory=dict)

    @property
    def days(self) -> float:
        """How long the test part lasts, gaps left out."""
        return float(np.isfinite(self.task.values[self.task.test_start :]).sum() / PER_DAY)

    def warned(self, score: np.ndarray, false_per_day: float) -> Warnings:
        """Warnings in the test part at the lowest threshold with so few false alarms there.

        It looks at the test: a way to compare scores, never a way to choose a threshold.
        """
        return _at(self.task, score, slice(self.task.test_start, None), false_per_day)[1]

    def in_use(self, score: np.ndarray, false_per_day: float) -> Warnings:
        """Warnings in the test part at the threshold that gives so few false alarms in the validation part."""
        threshold = _at(self.task, score, slice(self.task.train_end, self.task.test_start), false_per_day)[0]
        test = slice(self.task.test_start, None)
        return warnings_in_time(score[test] > threshold, self.task.event[test], AHEAD, QUIET)

    def curve(self, score: np.ndarray) -> tuple[list[float], list[float]]:
        """False alarms a day, and mean minutes of warning, from few alarms to many."""
        test = slice(self.task.test_start, None)
        found = [
            warnings_in_time(score[test] > level, self.task.event[test], AHEAD, QUIET) for level in _levels(score[test])
        ]
        return [one.false / self.days for one in found], [MINUTES * float(one.lead.mean()) for one in found]

    def difference(self, one: str, other: str, false_per_day: float, draws: int = 2000) -> Interval:
        """Mean minutes by which `one` warns earlier than `other`, and its 95 % interval over the events.

        Of a method with several seeds each event has its mean.
        """
        leads = [
            np.mean([self.warned(s, false_per_day).lead for s in self.scores[name]], axis=0) for name in (one, other)
        ]
        apart = MINUTES * (leads[0] - leads[1])
        return bootstrap_interval(lambda events: apart[events].mean(), len(apart), draws)


def simple_scores(task: EarlyTask) -> dict[str, np.ndarray]:
    """Scores without a network, each (T,): the higher, the nearer a low."""
    windows, places = _windows(task)
    last, hour = windows[:, -1], np.arange(LENGTH)[-4:]
    slope = (windows[:, -4:] * (hour - hour.mean())).sum(axis=1) / ((hour - hour.mean()) ** 2).sum()
    usable = _to_learn_from(task, places)
    fit = logistic_fit(_seen(windows)[usable], soon(task.event)[places][usable].astype(int), 1.0)
    said = {RAW: -last, LOGISTIC: fit.log_probabilities(_seen(windows))[:, 1]}
    whole = {name: _everywhere(task, places, score) for name, score in said.items()}
    lines = [_everywhere(task, places, -(last + further * slope)) for further in LINES]
    whole[LINE] = max(lines, key=lambda line: _validated(task, line))
    summed = np.where(np.isfinite(whole[RAW]), cusum(task.values, task.train_end), -np.inf)
    return {RAW: whole[RAW], LINE: whole[LINE], CUSUM: summed, LOGISTIC: whole[LOGISTIC]}


def cusum(values: np.ndarray, known: int, slack: float = 0.5) -> np.ndarray:
    """The sum of how far readings lie below their usual mean, less a slack, never below zero (Page 1954). (T,)

    In standard deviations of the first `known` readings. A gap begins the sum anew.
    """
    mean, spread = np.nanmean(values[:known]), np.nanstd(values[:known])
    total, state = np.empty(len(values)), 0.0
    for t, value in enumerate(values):
        state = max(0.0, state + (mean - value) / spread - slack) if np.isfinite(value) else 0.0
        total[t] = state
    return total


def gru_score(task: EarlyTask, seed: int, *, steps: int = STEPS) -> np.ndarray:
    """Trained on the hours of the training part in which no low goes on: how near is one? (T,)"""
    windows, places = _windows(task)
    usable = _to_learn_from(task, places)
    seen = _seen(windows)[:, :, None]
    module = train_reader(seen[usable], soon(task.event)[places][usable], seed, steps=steps)
    return _everywhere(task, places, outputs(module, seen).astype(float))


def measure(
    task: EarlyTask,
    seeds: Sequence[int] = (0, 1, 2),
    *,
    false_per_day: float = 1.0,
    steps: int = STEPS,
    progress: bool | None = None,
) -> EarlyResult:
    """All methods on the same test part: mean minutes of warning, 0 for a low without one, at equal false alarms."""
    scores = {name: [score] for name, score in simple_scores(task).items()} | {NETWORK: []}
    for seed in trainings(list(seeds), progress):
        scores[NETWORK].append(gru_score(task, seed, steps=steps))
    about = f"{task.title}; at most {false_per_day:g} false alarm a day; seeds {', '.join(map(str, seeds))}"
    result = EarlyResult(task, Comparison("warning before a low", False, "minutes", about), scores)
    for name, runs in scores.items():
        found = [result.warned(score, false_per_day).lead for score in runs]
        note = f"{np.mean([(lead > 0).mean() for lead in found]):.0%} of {len(found[0])} lows warned of"
        result.table.add(name, [MINUTES * float(lead.mean()) for lead in found], baseline=name != NETWORK, note=note)
    return result


def _validated(task: EarlyTask, score: np.ndarray) -> float:
    """Mean readings of warning in the validation part, over one, two and four false alarms a day."""
    part = slice(task.train_end, task.test_start)
    return float(np.mean([_at(task, score, part, false)[1].lead.sum() for false in (1.0, 2.0, 4.0)]))


def _windows(task: EarlyTask) -> tuple[np.ndarray, np.ndarray]:
    """Complete hours (n, LENGTH), and the place of the last reading of each (n,)."""
    windows = np.lib.stride_tricks.sliding_window_view(task.values, LENGTH)
    whole = np.isfinite(windows).all(axis=1)
    return windows[whole], np.flatnonzero(whole) + LENGTH - 1


def _to_learn_from(task: EarlyTask, places: np.ndarray) -> np.ndarray:
    """Hours that end outside of a low, and whose answer is known before the training part ends. (n,)"""
    return (places < task.train_end - AHEAD) & ~task.event[places]


def _seen(windows: np.ndarray) -> np.ndarray:
    """Logarithms, about zero and of size one: a step from 75 to 70 means more than one from 205 to 200."""
    return np.log(windows / 120) / 0.4


def _everywhere(task: EarlyTask, places: np.ndarray, score: np.ndarray) -> np.ndarray:
    whole = np.full(len(task.values), -np.inf)
    whole[places] = score
    return whole


def _levels(score: np.ndarray, count: int = 60) -> np.ndarray:
    """Thresholds from high to low: more and more readings lie above."""
    finite = score[np.isfinite(score)]
    return np.quantile(finite, 1 - np.geomspace(3e-4, 0.5, count))


def _at(task: EarlyTask, score: np.ndarray, part: slice, false_per_day: float) -> tuple[float, Warnings]:
    """The lowest threshold of `_levels` up to which no more false alarms come, and the warnings that it gives."""
    score, event = score[part], task.event[part]
    allowed = false_per_day * np.isfinite(task.values[part]).sum() / PER_DAY
    best = (np.inf, warnings_in_time(np.zeros(len(score), bool), event, AHEAD, QUIET))
    for level in _levels(score, 200):
        found = warnings_in_time(score > level, event, AHEAD, QUIET)
        if found.false > allowed:
            break
        best = (float(level), found)
    return best
