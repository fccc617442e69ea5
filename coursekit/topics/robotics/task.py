"""Lesson 18, the first half: which motion is it? (The second, where the hand will be, is in `arm.py`.)

task = motions()
result = recognise(task, seeds=(0, 1, 2))
result.table                                    # a Comparison: right answers in per cent
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from coursekit.nn import GRU
from coursekit.sources.ts_format import Padded
from coursekit.topics.robotics.data import basic_motions
from coursekit.training.batches import random_rows
from coursekit.training.progress import trainings
from coursekit.training.seeded import seeded
from coursekit.training.sequence_classification import (
    ClassificationResult,
    ClassificationTask,
    cross_entropy,
    result_with_baseline,
    standardised_task,
)
from coursekit.training.torch_loop import outputs, train_torch

UNITS, BATCH = 24, 20
STEPS, LEARNING_RATE = 150, 0.01


def motions() -> ClassificationTask:
    """The motions of `coursekit.topics.robotics.data` in their published split."""
    data = basic_motions()
    return standardised_task(data.provenance.title, data.train, data.test, data.classes)


class MotionModel(torch.nn.Module):
    """x (N, T, D) -> the mean of a GRU's states (N, units) -> scores (N, K)."""

    def __init__(self, D: int, K: int, units: int = UNITS, layer: Callable[..., torch.nn.Module] = GRU) -> None:
        super().__init__()
        self.layer = layer(D, units, batch_first=True)
        self.read_out = torch.nn.Linear(units, K)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.read_out(self.layer(x)[0].mean(dim=1))


def train_motion_model(
    data: Padded,
    K: int,
    seed: int,
    *,
    layer: Callable[..., torch.nn.Module] = GRU,
    steps: int = STEPS,
    validation: Padded | None = None,
    progress: bool | None = None,
):
    """Train a fresh `MotionModel`, cross-entropy; returns the History."""
    with seeded(seed):
        model = MotionModel(data.x.shape[2], K, layer=layer)
    batches = random_rows(data.x, data.label, size=BATCH)
    more = {} if validation is None else {"validation": (validation.x, validation.label), "every": 25}
    return train_torch(model, batches, steps, LEARNING_RATE, seed=seed, progress=progress, loss=cross_entropy, **more)


def recognise(
    task: ClassificationTask, seeds: Sequence[int] = (0, 1, 2), *, progress: bool | None = None, **training
) -> ClassificationResult:
    """Both methods on the same test recordings. training: more arguments of `train_motion_model`."""
    result, answers = result_with_baseline(task, "recordings", seeds), []
    for seed in trainings(seeds, progress):
        model = train_motion_model(task.train, len(task.classes), seed, progress=False, **training).model
        answers.append(outputs(model, task.test.x).argmax(axis=1))
    result.add("GRU", answers, note=f"{UNITS} units")
    return result
