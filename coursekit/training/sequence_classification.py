"""Sequences that each have a class, as in lessons 12 and 18: the task, the result with its baseline, the loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch

from coursekit.baselines.logistic import logistic_tuned
from coursekit.results.comparison import Comparison
from coursekit.sources.ts_format import Padded
from coursekit.training.padding import masked_mean_std, standardise_frames
from coursekit.training.torch_loop import tensor_of

LOGISTIC = "logistic regression, mean and std"


class ClassificationTask(NamedTuple):
    """Sequences to learn from and to be judged by; x is standardised, padding zero. classes: their names."""

    title: str
    train: Padded
    test: Padded
    classes: tuple[str, ...]


@dataclass
class ClassificationResult:
    """table: right answers in per cent. truth: (M,) the class that each test sequence has.

    said: name -> (M,) the class that each test sequence was given, of the first seed.
    """

    table: Comparison
    truth: np.ndarray
    said: dict[str, np.ndarray] = field(default_factory=dict)

    def add(self, name: str, answers: Sequence[np.ndarray], **how) -> None:
        """Enter a method. answers: (M,) for each seed. how: more arguments of `Comparison.add`."""
        self.table.add(name, [100 * float((said == self.truth).mean()) for said in answers], **how)
        self.said[name] = answers[0]


def standardised_task(title: str, train: Padded, test: Padded, classes: tuple[str, ...]) -> ClassificationTask:
    """Standardise both parts by the real frames of the training part."""
    x, y = standardise_frames(train.x, train.lengths, test.x, test.lengths)
    return ClassificationTask(title, train._replace(x=x), test._replace(x=y), classes)


def result_with_baseline(task: ClassificationTask, cases: str, seeds: Sequence[int]) -> ClassificationResult:
    """A result to which networks can be added. It holds logistic regression on `features`, chosen on `held_out` cases.

    cases: what the sequences are, such as "utterances". seeds: those of the networks, for the caption.
    """
    truth = task.test.label
    about = f"{task.title}; {len(truth)} test {cases}; seeds {', '.join(map(str, seeds))}"
    result = ClassificationResult(Comparison("right answers", False, "%", about), truth)
    add_logistic(result, task, cases, LOGISTIC, features)
    return result


def add_logistic(
    result: ClassificationResult, task: ClassificationTask, cases: str, name: str, see: Callable[[Padded], np.ndarray]
) -> None:
    """Add logistic regression on what `see` makes of the sequences, (N, F), in units of the training part's spread."""
    known, asked = see(task.train), see(task.test)
    mean, spread = known.mean(axis=0), known.std(axis=0) + 1e-12
    fit, strength = logistic_tuned((known - mean) / spread, task.train.label, held_out(task.train.label))
    note = f"ridge {strength:g}, chosen on held-out training {cases}"
    result.add(name, [fit.predict((asked - mean) / spread)], baseline=True, note=note)


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


def features_in_order(data: Padded, parts: int = 3) -> np.ndarray:
    """`features`, the means of a sequence's first, second and last third, its first step and its last. (N, 7 D)"""
    found = []
    for x, length in zip(data.x, data.lengths, strict=True):
        pieces = np.array_split(x[:length], parts)
        found.append(np.concatenate([*(piece.mean(axis=0) for piece in pieces), x[0], x[length - 1]]))
    return np.concatenate([features(data), np.array(found)], axis=1)


def cross_entropy(module: torch.nn.Module, batch: tuple) -> tuple[torch.Tensor, float]:
    """The loss of a batch (inputs of the module ..., label), and the share of right answers. For `train_torch`.

    One answer for each sequence, so no padding reaches the loss.
    """
    *inputs, label = map(tensor_of, batch)
    scores = module(*inputs)
    return torch.nn.functional.cross_entropy(scores, label), (scores.argmax(1) == label).float().mean().item()
