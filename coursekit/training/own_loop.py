"""Training by a loop of a learner's own, the `fit` of lesson 06b, in the place of the course's."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence

import numpy as np
import torch

from coursekit.training.loop import History
from coursekit.training.seeded import seeded
from coursekit.training.torch_loop import tensor_of

Fit = Callable[..., tuple[Sequence[float], Sequence[float]]]
"""fit(model, optimiser, loss_of, epochs, valid, patience) -> training and validation losses, as lesson 06b asks for."""

Part = Sequence[np.ndarray]
"""Arrays of one length, row by row what belongs together: the inputs of a module, and the targets last."""


def train_by(
    fit: Fit,
    module: torch.nn.Module,
    learnt: Part,
    watched: Part,
    *,
    loss: Callable[[torch.nn.Module, tuple], tuple[torch.Tensor, float]],
    lr: float,
    size: int = 32,
    epochs: int = 60,
    patience: int = 10,
    seed: int = 0,
) -> History:
    """Train a copy of the module with Adam on shuffled batches of `learnt`, until `watched` gets no better.

    loss: as for `train_torch`. size: rows in a batch. Returns a History with the losses of the epochs; the module given
    is left as it was.
    """
    module, rng = copy.deepcopy(module), np.random.default_rng(seed)
    rows, valid = [tensor_of(array) for array in learnt], tuple(tensor_of(array) for array in watched)
    orders = (torch.from_numpy(rng.permutation(len(rows[0]))) for _ in range(epochs))
    batches = [[tuple(array[k] for array in rows) for k in order.split(size)] for order in orders]
    optimiser = torch.optim.Adam(module.parameters(), lr)
    with seeded(seed):
        train_losses, valid_losses = fit(
            module, optimiser, lambda model, batch: loss(model, batch)[0], batches, valid, patience
        )
    told = [(epoch, float(value), float(value)) for epoch, value in enumerate(valid_losses, 1)]
    return History(module, loss=[float(value) for value in train_losses], validation=told)
