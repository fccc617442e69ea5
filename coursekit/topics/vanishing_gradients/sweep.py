"""What can be learnt from which start, at which learning rate, and when: the recorded sweep of lesson 03.

    OMP_NUM_THREADS=1 python -m coursekit.topics.vanishing_gradients.sweep [--folder FOLDER]

Every network is trained from several seeds on two tasks: recall of the first of 30 symbols, at three rates, and adding
over 100 steps, the "long" task of lesson 08, at its rate. The lesson shows the record beside what it trains itself.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from coursekit.reference import gru, lstm, rnn
from coursekit.results import recorded as records
from coursekit.results.record_command import Command
from coursekit.results.table import Table
from coursekit.sources.tasks import Batch, adding, first_symbol
from coursekit.training import new_model, train

CELLS = {"RNN": rnn, "LSTM": lstm, "GRU": gru}
STARTS = {
    "default": {},
    "orthogonal": {"orthogonal": 1.0},
    "b_f = 1": {"gate_bias": {"f": 1.0}},
    "b_f = 3": {"gate_bias": {"f": 3.0}},
    "b_z = 2": {"gate_bias": {"z": 2.0}},
    "b_z = -2": {"gate_bias": {"z": -2.0}},
}
NETWORKS = (
    "RNN, default",
    "RNN, orthogonal",
    "LSTM, default",
    "LSTM, b_f = 1",
    "LSTM, b_f = 3",
    "GRU, default",
    "GRU, b_z = 2",
    "GRU, b_z = -2",
)
STEPS, EVERY, H, N = 1200, 50, 32, 32


class Task(NamedTuple):
    """Something to learn. D inputs, K outputs, T steps; learnt(value) says whether a metric is good enough.

    rates: the learning rates that are tried. seeds: how many trainings at each.
    """

    draw: Any
    D: int
    K: int
    T: int
    metric: str
    enough: float
    rates: tuple[float, ...]
    seeds: int

    def learnt(self, value: float) -> bool:
        return value >= self.enough if self.metric == "recall" else value <= self.enough

    def batch(self, rng: np.random.Generator, size: int = N) -> Batch:
        return self.draw(rng, size, self.T)


TASKS = {
    "first of 30 symbols": Task(first_symbol, 4, 4, 30, "recall", 0.9, (0.005, 0.01, 0.02), 5),
    "adding over 100 steps": Task(adding, 2, 1, 100, "squared error", 0.01, (0.01,), 3),
}


def curve(task: Task, name: str, lr: float, seed: int, steps: int = STEPS) -> list[float]:
    """The metric on unseen sequences before training and after every EVERY steps; name as in NETWORKS."""
    cell, start = name.split(", ")
    model = new_model(CELLS[cell], task.D, H, task.K, seed, **STARTS[start])
    unseen = task.batch(np.random.default_rng(1000), 256)
    history = train(model, task.batch, steps, lr, seed=seed, validation=unseen, every=EVERY, progress=False)
    if history.interrupted:
        raise KeyboardInterrupt("training was stopped")
    return [round(float(metric), 4) for _, _, metric in history.validation]


def sweep(names: Sequence[str] = NETWORKS, steps: int = STEPS) -> Iterator[dict[str, Any]]:
    """One entry for each task, network and rate: the curves of all seeds."""
    for title, task in TASKS.items():
        for name in names:
            for lr in task.rates:
                curves = [curve(task, name, lr, seed, steps) for seed in range(task.seeds)]
                yield {"task": title, "network": name, "lr": lr, "curves": curves}


def recorded(folder: Path | None = None) -> dict[str, Any] | None:
    """The latest record, None if there is none: what `results.recorded` says of a run, and "results" as of `sweep`."""
    return records.latest("recall", folder)


class Learnt(NamedTuple):
    """Of how many seeds a task was learnt: by an early step, by the last one, and at the last look."""

    early: int
    ever: int
    at_the_end: int


def learnt(entry: Mapping[str, Any], early: int = 300) -> Learnt:
    """How many seeds of an entry have learnt its task; what was learnt can be lost again."""
    task = TASKS[entry["task"]]
    good = np.array([[task.learnt(value) for value in curve] for curve in entry["curves"]])
    return Learnt(int(good[:, : early // EVERY + 1].any(1).sum()), int(good.any(1).sum()), int(good[:, -1].sum()))


def table(record: Mapping[str, Any], title: str, early: int = 300) -> Table:
    """How many seeds have learnt a task, by network and rate: by step `early`, by the last step, and at the end."""
    found = {(entry["network"], entry["lr"]): entry for entry in record["results"] if entry["task"] == title}
    rates = sorted({lr for _, lr in found})
    curves = next(iter(found.values()))["curves"]
    steps, task = EVERY * (len(curves[0]) - 1), TASKS[title]
    enough = f"{task.metric} {'of at least' if task.metric == 'recall' else 'of at most'} {task.enough:g}"
    caption = (
        f"{title}: how many of {len(curves)} seeds had a {enough}, "
        f"by step {early} / by step {steps:,} / at the end, for each learning rate"
    )
    rows = [
        (name, *(" / ".join(map(str, learnt(found[name, lr], early))) for lr in rates))
        for name in dict.fromkeys(name for name, _ in found)
    ]
    return Table(["network", *(f"lr {lr:g}" for lr in rates)], rows, caption)


def main(arguments: list[str] | None = None) -> int:
    """Run, print as it goes, and write the record."""
    folder = Command("coursekit.topics.vanishing_gradients.sweep", __doc__).read(arguments).folder
    results, start = [], time.process_time()
    for entry in sweep():
        print(entry["task"], entry["network"], entry["lr"], *learnt(entry), flush=True)
        results.append(entry)
    settings = {"units": H, "batch": N, "steps": STEPS, "every": EVERY}
    found = {"settings": settings, "results": results}
    print(f"written: {records.write('recall', found, time.process_time() - start, folder)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
