"""Lesson 20: a GRU that reads a digit row by row, in float32 and in int8, beside what needs no network.

task = digit_task()
result = compare(task, units=(16, 32), seeds=(0, 1, 2))
result.table                                    # a Comparison: right answers in per cent, with bytes
result.models[32][0]                            # an embedded.Model: the weights of a width and a seed
right_in_chunks(result.models[32][0], task.test, length=3, carried=False)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from coursekit.baselines.logistic import logistic_fit
from coursekit.embedded import budget, int8
from coursekit.embedded.model import Model
from coursekit.embedded.reading import model_of
from coursekit.nn import GRU
from coursekit.reference import fast_gru
from coursekit.results.comparison import Comparison
from coursekit.sources.installed import Provenance
from coursekit.topics.microcontroller.answers import stream
from coursekit.topics.microcontroller.data import CLASSES, COLUMNS, Digits, handwritten_digits
from coursekit.training.progress import trainings
from coursekit.training.seeded import seeded
from coursekit.training.sequence_classification import cross_entropy
from coursekit.training.torch_loop import train_in_stages

BATCH, NOISE = 64, 0.1
STAGES = ((400, 0.01), (200, 0.002))  # steps, learning rate
LOGISTIC, NEAREST = "logistic regression on all 64 numbers", "the nearest training image"


class DigitTask(NamedTuple):
    """train: as in the file, and moved by one column to either side. plain: as in the file alone."""

    provenance: Provenance
    plain: Digits
    train: Digits
    test: Digits


def digit_task() -> DigitTask:
    """The digits of `data`; what is learnt from is also there one column to the left and to the right."""
    data = handwritten_digits()
    wide = np.pad(data.train.x, ((0, 0), (0, 0), (1, 1)))
    moved = np.concatenate([wide[..., k : k + COLUMNS] for k in range(3)])
    return DigitTask(data.provenance, data.train, Digits(moved, np.tile(data.train.label, 3)), data.test)


class DigitReader(torch.nn.Module):
    """x (N, 8, 8): eight rows -> the state after the last row (N, units) -> scores (N, 10)."""

    def __init__(self, units: int) -> None:
        super().__init__()
        self.layer = GRU(COLUMNS, units, batch_first=True)
        self.read_out = torch.nn.Linear(units, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.read_out(self.layer(x)[0][:, -1])


def train_reader(
    data: Digits, units: int, seed: int, stages: Sequence[tuple[int, float]] = STAGES, progress: bool | None = None
) -> DigitReader:
    """Train a fresh reader; each batch is drawn at random, with a little noise on the ink."""

    def batches(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        chosen = rng.integers(len(data.label), size=BATCH)
        noise = NOISE * rng.standard_normal(data.x[chosen].shape)
        return (data.x[chosen] + noise).astype(np.float32), data.label[chosen]

    with seeded(seed):
        reader = DigitReader(units)
    plan = [(steps, rate, 2 * seed + k) for k, (steps, rate) in enumerate(stages)]
    return train_in_stages(reader, batches, plan, loss=cross_entropy, progress=progress)


def model_from(reader: DigitReader) -> Model:
    """The weights of a trained reader, as what can be exported."""
    return model_of({name: part.detach().numpy() for name, part in reader.state_dict().items()})


def said(model: Model, x: np.ndarray) -> np.ndarray:
    """The digit that a model in float32 reads in each image of x (N, 8, 8). (N,)"""
    hs, _ = fast_gru.forward(x, np.zeros((len(x), model.H), np.float32), model.params)
    return (hs[:, -1] @ model.W_out.T + model.b_out).argmax(axis=1)


def said_in_int8(small: int8.Quantised, x: np.ndarray) -> np.ndarray:
    """The same in int8, by the mirror of the C. (N,)"""
    return np.array([int8.read_out(small, int8.states(small, image)[-1]).argmax() for image in x])


class Result(NamedTuple):
    """table: right answers in per cent. models: width -> for each seed the trained weights."""

    table: Comparison
    models: dict[int, list[Model]]


def compare(
    task: DigitTask,
    units: Sequence[int],
    seeds: Sequence[int] = (0, 1, 2),
    *,
    stages: Sequence[tuple[int, float]] = STAGES,
    progress: bool | None = None,
) -> Result:
    """GRUs of these widths, in float32 and in int8, beside two methods without a network, on the same test digits."""
    about = f"{task.provenance.title}; {len(task.test.label)} test digits; seeds {', '.join(map(str, seeds))}"
    table = Comparison("right answers", False, "%", about)
    _add_baselines(table, task)
    runs = [(width, seed) for width in units for seed in seeds]
    models: dict[int, list[Model]] = {width: [] for width in units}
    for width, seed in trainings(runs, progress, weights=[16 + width for width, _ in runs]):
        reader = train_reader(task.train, width, seed, stages, progress=False)
        models[width].append(model_from(reader))
    for width in units:
        for in_int8 in (False, True):
            read = [_said_by(model, in_int8, task.test.x) for model in models[width]]
            bytes_ = budget.of(models[width][0], in_int8).weights
            name = f"GRU, {width} units, {'int8' if in_int8 else 'float32'}"
            table.add(name, [_right(one, task.test) for one in read], note=f"{bytes_:,} bytes of weights")
    return Result(table, models)


def _said_by(model: Model, in_int8: bool, x: np.ndarray) -> np.ndarray:
    return said_in_int8(int8.Quantised.of(model), x) if in_int8 else said(model, x)


def _right(said: np.ndarray, test: Digits) -> float:
    return 100 * float((said == test.label).mean())


def _add_baselines(table: Comparison, task: DigitTask) -> None:
    """Both are given the images that the GRU learns from, and see all 64 numbers at once, where it keeps a state."""
    known, asked = (part.x.reshape(len(part.x), -1).astype(float) for part in (task.train, task.test))
    fit = logistic_fit(known, task.train.label, strength=1.0)
    table.add(LOGISTIC, _right(fit.predict(asked), task.test), baseline=True, note=f"{4 * fit.W.size + 40:,} bytes")
    distance = (known**2).sum(axis=1) - 2 * asked @ known.T
    nearest = task.train.label[distance.argmin(axis=1)]
    kept = task.plain.x.size + len(task.plain.x)  # the moved images need no memory of their own
    note = f"{kept:,} bytes: every image, a byte for each number"
    table.add(NEAREST, _right(nearest, task.test), baseline=True, note=note)


def right_in_chunks(model: Model, test: Digits, length: int, carried: bool) -> float:
    """The share of right answers, if rows arrive `length` at a time, the last chunk of a digit perhaps shorter.

    carried: whether the state goes on from chunk to chunk, or begins with zeros at each.
    """
    begin = np.zeros((len(test.x), model.H), np.float32)

    def step(x: np.ndarray, h: np.ndarray) -> np.ndarray:
        return fast_gru.forward(x[:, None], h, model.params)[0][:, 0]

    h = begin
    for at in range(0, test.x.shape[1], length):
        _, h = stream(step, [test.x[:, at : at + length].swapaxes(0, 1)], h if carried else begin)
    return float(((h @ model.W_out.T + model.b_out).argmax(axis=1) == test.label).mean())
