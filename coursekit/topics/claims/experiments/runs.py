"""Training runs that the experiments share. Every finished run is kept: a second claim about it costs nothing,
and after an interruption the experiment goes on where it stopped.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from coursekit.topics.claims.experiments.problems import Problem
from coursekit.topics.claims.experiments.settings import Settings
from coursekit.topics.claims.experiments.widths import CELLS, width
from coursekit.training import History, count_parameters, new_model, train
from coursekit.training.progress import trainings


class Run(NamedTuple):
    """The curve of one training: losses on unseen data, and on the batches just before each of these points."""

    steps: tuple[int, ...]
    unseen: tuple[float, ...]
    training: tuple[float, ...]
    parameters: int

    @property
    def last(self) -> float:
        """Loss on unseen data at the end."""
        return self.unseen[-1]

    @property
    def best(self) -> float:
        """Loss on unseen data at the best moment: what stopping early would have kept."""
        return min(self.unseen)


@functools.cache
def run(
    problem: Problem, cell: str, settings: Settings, seed: int, *, lr: float | None = None, gate_bias: tuple = ()
) -> Run:
    """Train one cell ("RNN", "LSTM" or "GRU") in NumPy, as wide as the problem's budget lets it be.

    The seed decides the initial weights, the batches, and a small data set where there is one. gate_bias:
    pairs such as (("f", 1.0),). lr: None for that of the settings.
    """
    if lr == settings.lr and not gate_bias:
        return run(problem, cell, settings, seed)  # kept already where another claim has said no rate
    H = width(cell, problem.budget(settings), problem.D, problem.K)
    model = new_model(CELLS[cell], problem.D, H, problem.K, seed, gate_bias=dict(gate_bias))
    history = train(model, **training_arguments(problem, settings, seed, lr))
    return run_of(history, count_parameters(model))


def training_arguments(problem: Problem, settings: Settings, seed: int, lr: float | None = None) -> dict:
    """What `train` and `train_torch` are given, the same for every model of a comparison."""
    steps = problem.steps(settings)
    return {
        "batches": problem.batches(settings, seed),
        "steps": steps,
        "lr": settings.lr if lr is None else lr,
        "seed": seed,
        "validation": problem.judged(settings),
        "every": max(1, steps // settings.validations),
        "progress": False,
    }


def run_of(history: History, parameters: int) -> Run:
    """The curve of a history. Raises KeyboardInterrupt if it was interrupted: half a run is not comparable."""
    if history.interrupted:
        raise KeyboardInterrupt("training was stopped; the finished runs are kept")
    steps, unseen, _ = zip(*history.validation, strict=True)
    before = [history.loss[max(0, start) : max(1, stop)] for start, stop in zip((0, *steps), steps, strict=False)]
    return Run(steps, unseen, tuple(float(np.mean(part)) for part in before), parameters)


def each(seeds: Sequence[int], labels: Iterable[str], train_one: Callable[[str, int], Run]) -> dict[str, list[Run]]:
    """One run for every label and seed, with a progress bar in a notebook or a terminal."""
    found: dict[str, list[Run]] = {label: [] for label in labels}
    for label, seed in trainings([(label, seed) for label in found for seed in seeds], unit="run"):
        found[label].append(train_one(label, seed))
    return found


def cells(problem: Problem, settings: Settings, seeds: Sequence[int], names: Sequence[str] = ("LSTM", "GRU")) -> dict:
    """Runs of several cells on a problem at equal parameters, by the cell's name."""
    return each(seeds, names, lambda cell, seed: run(problem, cell, settings, seed))


def ratios(a: Sequence[Run], b: Sequence[Run], of: str = "last") -> tuple[float, ...]:
    """The loss of a over the loss of b, seed by seed. of: "last" or "best"."""
    return tuple(getattr(one, of) / getattr(other, of) for one, other in zip(a, b, strict=True))


def curves(panels: dict[str, dict[str, list[Run]]], *, training: bool = False) -> dict:
    """The picture of several panels of runs: losses against steps, on a logarithmic scale."""
    drawn = {}
    for title, group in panels.items():
        drawn[title] = {label: (some[0].steps, [one.unseen for one in some]) for label, some in group.items()}
        if training:
            for label, some in group.items():
                drawn[title][f"{label}, training"] = (some[0].steps, [one.training for one in some])
    y = "loss" if training else "loss on unseen data"
    return {"kind": "curves", "x": "step of training", "y": y, "log": ("y",), "panels": drawn}
