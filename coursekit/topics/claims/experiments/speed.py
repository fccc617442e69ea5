"""Claims: a GRU trains faster than an LSTM, and than an RNN. By time for a step, and by steps: both are measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType

import numpy as np

from coursekit.sources.tasks import adding
from coursekit.topics.claims.experiments import runs
from coursekit.topics.claims.experiments.problems import ADDING
from coursekit.topics.claims.experiments.result import Measurement, Result
from coursekit.topics.claims.experiments.settings import Settings
from coursekit.topics.claims.experiments.widths import CELLS, said
from coursekit.training import loss_and_gradients, new_model
from coursekit.training.timing import one_thread, take_turns

TARGET = 0.1  # squared error on the adding problem; knowing nothing costs 0.167


def trains_faster(settings: Settings, seeds: Sequence[int]) -> Result:
    """Time of a training step, LSTM over GRU, in two libraries; and steps to a target, LSTM over GRU."""
    return _against("LSTM", "an LSTM", "speed", "trains faster", settings, seeds)


def trains_faster_than_an_rnn(settings: Settings, seeds: Sequence[int]) -> Result:
    """The same with an RNN in the place of the LSTM: a third of the arithmetic for a step, and more steps."""
    return _against("RNN", "a plain RNN", "speed_of_rnn", "trains faster than an RNN", settings, seeds)


def _against(rival: str, said_as: str, name: str, title: str, settings: Settings, seeds: Sequence[int]) -> Result:
    steps = runs.cells(ADDING, settings, seeds, ("RNN", "LSTM", "GRU"))
    late = sum(one.last > TARGET for one in steps[rival])
    censored = (
        f", where {late} of {len(seeds)} {rival}s did not arrive and count with all {ADDING.steps(settings)} steps"
    )
    H, T, N = settings.timed_H, settings.T_long, settings.N
    return Result(
        name=name,
        title=title,
        claim=f"A GRU trains faster than {said_as}.",
        quantity=f"{rival} divided by GRU",
        claimed=(1.0, float("inf")),
        conditions=f"time per step at equal width: {H} units, T = {T}, N = {N}, float32, one thread; steps until the "
        f"error is below {TARGET} at {said(ADDING.budget(settings), 2, 1, (rival, 'GRU'))}, T = {settings.T}"
        + (censored if late else f"; {len(seeds)} seeds, paired"),
        measurements=(
            Measurement("time per step, NumPy", _time_ratios(_numpy_step, settings, rival), ratio=True),
            Measurement("time per step, torch.nn", _time_ratios(_torch_step, settings, rival), ratio=True),
            Measurement("steps to the target", step_ratios(steps[rival], steps["GRU"]), ratio=True),
        ),
        picture=runs.curves({"adding": steps}),
    )


def step_ratios(a: Sequence[runs.Run], b: Sequence[runs.Run]) -> tuple[float, ...]:
    """Steps to the target on the adding problem, those of a over those of b, seed by seed."""
    return tuple(steps_to(one, TARGET) / steps_to(other, TARGET) for one, other in zip(a, b, strict=True))


def steps_to(run: runs.Run, target: float) -> int:
    """The first step at which the loss on unseen data was below the target; the last one if it never was."""
    return next((step for step, loss in zip(run.steps, run.unseen, strict=True) if loss < target), run.steps[-1])


def _time_ratios(
    step_of: Callable[[ModuleType, Settings], Callable], settings: Settings, rival: str
) -> tuple[float, ...]:
    with one_thread():
        jobs = {name: step_of(CELLS[name], settings) for name in (rival, "GRU")}
        times = take_turns(jobs, settings.repetitions, settings.timed_seconds)
    return tuple(np.divide(times[rival], times["GRU"]))


def _problem(cell: ModuleType, settings: Settings):
    batch = adding(np.random.default_rng(0), settings.N, settings.T_long)
    return new_model(cell, 2, settings.timed_H, 1, seed=0), batch


def _numpy_step(cell: ModuleType, settings: Settings) -> Callable[[], object]:
    model, batch = _problem(cell, settings)
    return lambda: loss_and_gradients(model, batch)


def _torch_step(cell: ModuleType, settings: Settings) -> Callable[[], object]:
    from coursekit.training.torch_loop import torch_loss, torch_twin

    model, batch = _problem(cell, settings)
    module = torch_twin(model)
    return lambda: torch_loss(module, batch)[0].backward()
