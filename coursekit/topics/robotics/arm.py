"""Lesson 18, the second half: where will the hand of a robot's arm be half a second from now?

    task = arm()
    result = measure(task, seeds=(0, 1, 2))
    result.table                                    # a Comparison: mean distance in mm
    result.forecasts["constant velocity"]           # (n, horizon, D)

Every method is shown the same positions. The GRU forecasts one step and is then fed its own forecasts (open loop).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from coursekit.baselines.random_features import RandomFeatures
from coursekit.baselines.ridge import ridge_tuned
from coursekit.nn import GRU
from coursekit.results.comparison import Comparison
from coursekit.sources.own_file import BadFile, evenly_spaced, read_csv_series
from coursekit.topics.robotics.answers import PathStep, constant_velocity, open_loop
from coursekit.topics.robotics.data import arm_trajectories
from coursekit.training.progress import trainings
from coursekit.training.seeded import seeded
from coursekit.training.torch_loop import train_torch

UNITS, BATCH = 48, 64
STEPS, LEARNING_RATE = 500, 0.005
WARM_UP = 5  # steps at the start of a window whose forecasts are not asked for
ONE_STEP, ROLLOUT = "GRU, trained one step ahead", "GRU, trained on its rollouts"


class PathTask(NamedTuple):
    """Windows (n, seen + horizon, D) of positions in unit * scale; no recording is in two parts.

    seen: how many positions a method is shown. scale: what a distance is multiplied with for the table, in `unit`.
    """

    title: str
    unit: str
    scale: float
    train: np.ndarray
    valid: np.ndarray
    test: np.ndarray
    seen: int


@dataclass
class PathResult:
    """table: mean distance. forecasts: name -> (n, horizon, D) of the first seed; models: name -> its module."""

    table: Comparison
    forecasts: dict[str, np.ndarray] = field(default_factory=dict)
    models: dict[str, torch.nn.Module] = field(default_factory=dict)


def arm(seen: int = 20, horizon: int = 10) -> PathTask:
    """600 recordings to train, 100 to validate and 200 to test; generated, so that they are really others."""
    parts = (arm_trajectories(600, 0), 3), (arm_trajectories(100, 1), 10), (arm_trajectories(200, 2), 10)
    cut = [windows(paths, seen + horizon, stride) for paths, stride in parts]
    return PathTask("generated robot arm", "mm", 1000.0, *cut, seen)


def windows(paths: np.ndarray, length: int, stride: int) -> np.ndarray:
    """All windows of that length that begin at a multiple of stride. paths: (N, T, D) -> (n, length, D)."""
    view = np.lib.stride_tricks.sliding_window_view(paths, length, axis=1)[:, ::stride]
    return view.transpose(0, 1, 3, 2).reshape(-1, length, paths.shape[2])


class PathModel(torch.nn.Module):
    """Differences x (N, T, D) and a state -> the next differences (N, T, D), and the state after the last step."""

    def __init__(self, D: int, units: int = UNITS, layer: Callable[..., torch.nn.Module] = GRU) -> None:
        super().__init__()
        self.layer = layer(D, units, batch_first=True)
        self.read_out = torch.nn.Linear(units, D)

    def forward(self, x: torch.Tensor, state: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        states, state = self.layer(x, state)
        return self.read_out(states), state


def train_path_model(
    task: PathTask,
    seed: int,
    *,
    rollouts: bool = False,
    layer: Callable[..., torch.nn.Module] = GRU,
    steps: int = STEPS,
    progress: bool | None = None,
):
    """Train a fresh `PathModel`: one step ahead, or (rollouts) on what it makes of its own forecasts. A History.

    Its inputs are differences of positions in units of their standard deviation in the training windows. The loss is
    the mean squared error: of the next difference, or of all positions of the rollout.
    """
    with seeded(seed):
        model = PathModel(task.train.shape[2], layer=layer)
    moves = np.diff(task.train, axis=1) / spread(task)

    def batches(rng: np.random.Generator) -> tuple[np.ndarray, int]:
        return moves[rng.integers(len(moves), size=BATCH)], task.seen

    loss = rollout_error if rollouts else next_step_error
    return train_torch(model, batches, steps, LEARNING_RATE, seed=seed, progress=progress, loss=loss)


def spread(task: PathTask) -> float:
    """The standard deviation of one step's difference in the training windows."""
    return float(np.diff(task.train, axis=1).std())


def next_step_error(module: torch.nn.Module, batch: tuple) -> tuple[torch.Tensor, float]:
    """Squared error of every next difference after the warm-up, from the true ones before it."""
    moves = torch.as_tensor(batch[0], dtype=torch.float32)
    said, _ = module(moves[:, :-1])
    loss = torch.nn.functional.mse_loss(said[:, WARM_UP:], moves[:, 1 + WARM_UP :])
    return loss, loss.item()


def rollout_error(module: torch.nn.Module, batch: tuple) -> tuple[torch.Tensor, float]:
    """Squared error of the positions that the model reaches by its own forecasts; gradients run through all of them."""
    moves, seen = torch.as_tensor(batch[0], dtype=torch.float32), batch[1]
    said, state = module(moves[:, : seen - 1])
    path = [said[:, -1:]]
    while len(path) < moves.shape[1] - (seen - 1):
        said, state = module(path[-1], state)
        path.append(said)
    loss = torch.nn.functional.mse_loss(torch.cat(path, 1).cumsum(1), moves[:, seen - 1 :].cumsum(1))
    return loss, loss.item()


def step_of(module: torch.nn.Module, scale: float) -> PathStep:
    """A model as a function of positions, for `open_loop` and `one_step`: it differences them itself."""

    def step(positions: np.ndarray, state: tuple | None) -> tuple[np.ndarray, tuple]:
        if state is None:  # the first position has no difference yet
            return positions, (positions, None)
        before, hidden = state
        move = torch.as_tensor((positions - before) / scale, dtype=torch.float32)[:, None]
        with torch.no_grad():
            said, hidden = module(move, hidden)
        return positions + scale * said[:, 0].double().numpy(), (positions, hidden)

    return step


def linear_forecast(task: PathTask) -> np.ndarray:
    """Ridge regression from the shown positions to all asked ones, both relative to the last shown. (n, horizon, D)"""

    def parts(w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        relative = w - w[:, task.seen - 1 : task.seen]
        return relative[:, : task.seen - 1].reshape(len(w), -1), relative[:, task.seen :].reshape(len(w), -1)

    return _ridge_on(parts, task)


def curved_forecast(task: PathTask, seed: int) -> np.ndarray:
    """The same with random features of the last position and of the last three moves. (n, horizon, D)"""

    def recent(w: np.ndarray) -> np.ndarray:
        moves = np.diff(w[:, task.seen - 4 : task.seen], axis=1)
        return np.concatenate([w[:, task.seen - 1], moves.reshape(len(w), -1)], axis=1)

    features = RandomFeatures(recent(task.train), seed, width=10**0.5)

    def parts(w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        relative = w - w[:, task.seen - 1 : task.seen]
        straight = relative[:, : task.seen - 1].reshape(len(w), -1)
        return np.concatenate([straight, features(recent(w))], axis=1), relative[:, task.seen :].reshape(len(w), -1)

    return _ridge_on(parts, task)


def _ridge_on(parts: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]], task: PathTask) -> np.ndarray:
    fit = ridge_tuned(parts(task.train), parts(task.valid), strengths=(1e-4, 1e-3, 1e-2, 0.1, 1.0))
    shape = (len(task.test), -1, task.test.shape[2])
    return task.test[:, task.seen - 1 : task.seen] + fit(parts(task.test)[0]).reshape(shape)


def distances(task: PathTask, forecasts: np.ndarray) -> np.ndarray:
    """How far off each forecast is, in the task's unit. (n, horizon)"""
    return task.scale * np.linalg.norm(forecasts - task.test[:, task.seen :], axis=2)


def measure(
    task: PathTask, seeds: Sequence[int] = (0, 1, 2), *, progress: bool | None = None, **training
) -> PathResult:
    """All methods on the same test windows. training: more arguments of `train_path_model`."""
    horizon = task.test.shape[1] - task.seen
    about = (
        f"{task.title}; {len(task.test)} test windows, {task.seen} positions shown; seeds {', '.join(map(str, seeds))}"
    )
    result = PathResult(Comparison(f"mean distance over the next {horizon} steps", True, task.unit, about))

    def add(name: str, runs: list[np.ndarray], **how) -> None:
        result.table.add(name, [float(distances(task, run).mean()) for run in runs], **how)
        result.forecasts[name] = runs[0]

    shown = task.test[:, : task.seen]
    add("hold the position", [np.repeat(shown[:, -1:], horizon, axis=1)], baseline=True)
    add("constant velocity", [constant_velocity(shown, horizon)], baseline=True)
    add("linear forecast", [linear_forecast(task)], baseline=True)
    add("random features, linear", [curved_forecast(task, seed) for seed in seeds], baseline=True)
    runs: dict[str, list[np.ndarray]] = {}
    for name, seed in trainings([(name, seed) for name in (ONE_STEP, ROLLOUT) for seed in seeds], progress):
        model = train_path_model(task, seed, rollouts=name == ROLLOUT, progress=False, **training).model.eval()
        result.models.setdefault(name, model)
        runs.setdefault(name, []).append(open_loop(step_of(model, spread(task)), task.test, task.seen))
    for name, forecasts in runs.items():
        add(name, forecasts, note=f"{UNITS} units")
    return result


def compare(task: PathTask | None = None, seeds: Sequence[int] = (0, 1, 2), **how) -> Comparison:
    """The table of `measure`, of the generated arm if no task is given."""
    return measure(task or arm(), seeds, **how).table


def one_step(step: PathStep, positions: np.ndarray, seen: int) -> np.ndarray:
    """As `open_loop`, but each position is forecast from all true positions before it: teacher forcing."""
    state, forecasts = None, []
    for t in range(positions.shape[1] - 1):
        said, state = step(positions[:, t], state)
        forecasts.append(said)
    return np.stack(forecasts[seen - 1 :], axis=1)


def teacher_forced(task: PathTask, model: torch.nn.Module) -> np.ndarray:
    """What the model says about each step if it is shown all true positions before it: no forecast of a path."""
    return one_step(step_of(model, spread(task)), task.test, task.seen)


def task_from_file(
    path: str | Path, *, time: str | None, columns: Sequence[str], seen: int = 20, horizon: int = 10, **reading
) -> PathTask:
    """A task from your own CSV file: a recording of positions, evenly spaced, without gaps.

    The first 60 % are for training, the next 20 % for validation, the rest is the test. seen, horizon: steps.
    reading: more arguments of `coursekit.sources.own_file.read_csv_series`. Raises BadFile, with what to do.
    """
    name = Path(path).name
    series = read_csv_series(path, time=time, value=list(columns), **reading)
    values = series.values if time is None else evenly_spaced(series)[0]
    if missing := int(np.isnan(values).any(axis=1).sum()):
        raise BadFile(f"{name} lacks {missing} of {len(values)} positions: fill the gaps, or cut the recording there")
    length = seen + horizon
    if len(values) < 20 * length:
        raise BadFile(f"{name} has {len(values)} positions, and {20 * length} are needed for windows of {length} steps")
    ends = round(0.6 * len(values)), round(0.8 * len(values))
    parts = [windows(part[None], length, 2) for part in np.split(values, ends)]
    if np.diff(parts[0], axis=1).std() == 0:
        raise BadFile(f"{name}: nothing moves in the first 60 % of the recording; choose other columns")
    return PathTask(name, "units of the file", 1.0, *parts, seen)
