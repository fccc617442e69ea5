"""Training runs of PyTorch models around the course's GRU, comparable with those of `runs`.

A variant is a class or function `(problem, settings, plain) -> module`; `plain` is the GRU that `runs.run` starts
from, with the same weights, so that both begin alike and read the same batches. `coursekit.nn.GRU` computes what
`torch.nn.GRU` computes, in about half the time.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import torch

from coursekit.nn import GRU
from coursekit.reference import gru
from coursekit.topics.claims.experiments import runs
from coursekit.topics.claims.experiments.problems import Problem
from coursekit.topics.claims.experiments.settings import Settings
from coursekit.topics.claims.experiments.widths import width
from coursekit.training import new_model
from coursekit.training.timing import one_thread
from coursekit.training.torch_loop import WithReadOut, torch_twin, train_torch

Variant = Callable[[Problem, Settings, WithReadOut], torch.nn.Module]


@functools.cache
def run(problem: Problem, variant: Variant, settings: Settings, seed: int) -> runs.Run:
    """Train a variant; the seed decides what it decides in `runs.run`, and the weights that the variant adds."""
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        module = variant(problem, settings, plain_gru(problem, settings, seed))
        history = train_torch(module, **runs.training_arguments(problem, settings, seed))
    return runs.run_of(history, sum(weight.numel() for weight in module.parameters()))


def plain_gru(problem: Problem, settings: Settings, seed: int) -> WithReadOut:
    """The GRU of `runs.run`, before training, in PyTorch."""
    H = width("GRU", problem.budget(settings), problem.D, problem.K)
    module = WithReadOut(GRU(problem.D, H, batch_first=True), problem.K)
    module.load_state_dict(torch_twin(new_model(gru, problem.D, H, problem.K, seed)).state_dict())
    return module


def within_budget(problem: Problem, settings: Settings, build: Callable[[int], torch.nn.Module]) -> torch.nn.Module:
    """The widest of the modules build(1), build(2), ... that has at most the parameters of the problem's budget."""
    H = 1
    while sum(weight.numel() for weight in build(H + 1).parameters()) <= problem.budget(settings):
        H += 1
    return build(H)


def with_and_without(
    problem: Problem, variant: Variant, name: str, settings: Settings, seeds: Sequence[int]
) -> dict[str, list[runs.Run]]:
    """Runs of the plain GRU (NumPy, shared with other claims) and of the variant, "GRU" and "GRU, <name>"."""

    def train_one(label: str, seed: int) -> runs.Run:
        if label == "GRU":
            return runs.run(problem, "GRU", settings, seed)
        return run(problem, variant, settings, seed)

    return runs.each(seeds, ["GRU", f"GRU, {name}"], train_one)


def sizes(groups: dict[str, dict[str, list[runs.Run]]]) -> str:
    """The parameters of every model in words: "adding: GRU 977, layer norm 1,169"."""
    said = []
    for problem, group in groups.items():
        counts = ", ".join(f"{label.removeprefix('GRU, ')} {some[0].parameters:,}" for label, some in group.items())
        said.append(f"{problem}: {counts}")
    return "; ".join(said)
