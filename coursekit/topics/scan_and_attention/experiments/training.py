"""Training and judging a model of `models` on a task of `problems`: what the experiments share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from coursekit.topics.scan_and_attention.experiments.models import SequenceModel, sized
from coursekit.topics.scan_and_attention.experiments.problems import Asked
from coursekit.training.progress import trainings
from coursekit.training.seeded import seeded
from coursekit.training.torch_loop import train_torch


def loss(model: torch.nn.Module, batch: Asked) -> tuple[torch.Tensor, float]:
    """Cross-entropy where an answer counts, and the share of right answers there."""
    scores = model(torch.as_tensor(batch.ids))[torch.as_tensor(batch.mask)]
    y = torch.as_tensor(batch.y[batch.mask])
    return torch.nn.functional.cross_entropy(scores, y), (scores.argmax(dim=1) == y).float().mean().item()


def trained(
    name: str,
    sizes: tuple[int, int, int],
    draw: Callable[[np.random.Generator], Asked],
    steps: int,
    lr: float,
    seed: int,
) -> SequenceModel:
    """A model of `models.MODELS`, trained. sizes: parameters at most, symbols, classes. The seed decides the first
    weights and the batches. Raises KeyboardInterrupt if it was stopped: half a run is not comparable.
    """
    with seeded(seed):
        model = sized(name, *sizes)
    history = train_torch(model, draw, steps, lr, seed=seed, loss=loss, progress=False)
    if history.interrupted:
        raise KeyboardInterrupt("training was stopped")
    return history.model.eval()


def answers(model: torch.nn.Module, ids: np.ndarray) -> np.ndarray:
    """The class with the highest score after each step. ids (N, T) -> (N, T)."""
    with torch.no_grad():
        return model(torch.as_tensor(ids)).argmax(dim=2).numpy()


def each(names: Sequence[str], seeds: int, run: Callable[[str, int], list[float]]) -> dict[str, list[list[float]]]:
    """By name, what `run` found for each seed; with a progress bar in a notebook or a terminal."""
    found: dict[str, list[list[float]]] = {name: [] for name in names}
    for name, seed in trainings([(name, seed) for name in names for seed in range(seeds)]):
        found[name].append(run(name, seed))
    return found
