"""Lesson 18: which motion is it, and where will the hand be? The first half; the second is in `robotics_arm`.

task = motions()
outcome = recognise(task, seeds=(0, 1, 2))
outcome.table                                   # a Comparison: right answers in per cent
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from coursekit.baselines.logistic import logistic_tuned
from coursekit.nn import GRU
from coursekit.results.comparison import Comparison
from coursekit.sources.ts_format import Padded
from coursekit.topics.robotics.data import basic_motions
from coursekit.training.labelled_sequences import Outcome, Task, features, held_out, standardised_task
from coursekit.training.progress import trainings
from coursekit.training.torch_loop import train_torch

UNITS, BATCH = 24, 20
STEPS, LEARNING_RATE = 150, 0.01
LOGISTIC = "logistic regression, mean and std"


def motions() -> Task:
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
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = MotionModel(data.x.shape[2], K, layer=layer)

    def batches(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        chosen = rng.integers(len(data.x), size=BATCH)
        return data.x[chosen], data.label[chosen]

    more = {} if validation is None else {"validation": (validation.x, validation.label), "every": 25}
    return train_torch(model, batches, steps, LEARNING_RATE, seed=seed, progress=progress, loss=cross_entropy, **more)


def cross_entropy(module: torch.nn.Module, batch: tuple) -> tuple[torch.Tensor, float]:
    """The loss of a batch (x, label), and the share of right answers."""
    scores, label = module(torch.as_tensor(batch[0], dtype=torch.float32)), torch.as_tensor(batch[1])
    return torch.nn.functional.cross_entropy(scores, label), (scores.argmax(1) == label).float().mean().item()


def recognise(task: Task, seeds: Sequence[int] = (0, 1, 2), *, progress: bool | None = None, **training) -> Outcome:
    """Both methods on the same test recordings. training: more arguments of `train_motion_model`."""
    truth, K = task.test.label, len(task.classes)
    about = f"{task.title}; {len(truth)} test recordings; seeds {', '.join(map(str, seeds))}"
    out = Outcome(Comparison("right answers", False, "%", about), {}, truth)
    fit, strength = logistic_tuned(features(task.train), task.train.label, held_out(task.train.label))
    runs = {LOGISTIC: [fit.predict(features(task.test))], "GRU": []}
    for seed in trainings(list(seeds), progress):
        model = train_motion_model(task.train, K, seed, progress=False, **training).model.eval()
        with torch.no_grad():
            scores = model(torch.as_tensor(task.test.x, dtype=torch.float32))
        runs["GRU"].append(scores.argmax(1).numpy())
    notes = {LOGISTIC: f"ridge {strength:g}, chosen on held-out training recordings", "GRU": f"{UNITS} units"}
    for name, answers in runs.items():
        shares = [100 * float((said == truth).mean()) for said in answers]
        out.table.add(name, shares, baseline=name == LOGISTIC, note=notes[name])
        out.said[name] = answers[0]
    return out
