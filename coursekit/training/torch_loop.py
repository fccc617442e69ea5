"""The same training for a PyTorch module. Importing this file imports torch, which takes a second or two.

    from coursekit.training.torch_loop import torch_twin, train_torch
    history = train_torch(torch_twin(model), lambda rng: adding(rng, 32, 50), steps=500, lr=0.01)

A module maps x (N, T, D) to outputs (N, T, K). Same batches, losses, clipping, optimisers' settings and History as
`coursekit.training.train`: from equal weights the two give equal losses, step by step, to rounding.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable

import numpy as np
import torch

from coursekit.nn.denormals import flush_denormals
from coursekit.reference import gru, lstm, rnn
from coursekit.training.progress import trainings

from .loop import History, require_finite, run, stream
from .loss import answers_that_count
from .model import Model
from .seeded import seeded

_LAYERS = {rnn: torch.nn.RNN, lstm: torch.nn.LSTM, gru: torch.nn.GRU}
_OPTIMISERS = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}


class WithReadOut(torch.nn.Module):
    """A recurrent layer of PyTorch (batch first) and a linear read-out: x (N, T, D) -> outputs (N, T, K)."""

    def __init__(self, layer: torch.nn.Module, K: int) -> None:
        super().__init__()
        self.layer = layer
        width = layer.hidden_size * (2 if layer.bidirectional else 1)
        self.read_out = torch.nn.Linear(width, K)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        hs, _ = self.layer(x)
        return self.read_out(hs)


def torch_twin(model: Model) -> WithReadOut:
    """A PyTorch module with the same weights, hence the same outputs, as a NumPy model."""
    H, D = model.params.W_hh.shape[1], model.params.W_ih.shape[1]
    twin = WithReadOut(_LAYERS[model.cell](D, H, batch_first=True), len(model.b_out))
    layer = dict(zip(("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"), model.params, strict=True))
    weights = {f"layer.{name}": value for name, value in layer.items()}
    weights |= {"read_out.weight": model.W_out, "read_out.bias": model.b_out}
    twin.to(torch.from_numpy(model.W_out).dtype)
    twin.load_state_dict({name: torch.tensor(value) for name, value in weights.items()})
    return twin


def train_torch(
    module: torch.nn.Module,
    batches: Callable[[np.random.Generator], tuple] | Iterable[tuple],
    steps: int,
    lr: float = 0.01,
    *,
    clip: float | None = 1.0,
    seed: int = 0,
    optimiser: str = "adam",
    validation: tuple | None = None,
    every: int = 50,
    progress: bool | None = None,
    loss: Callable[[torch.nn.Module, tuple], tuple[torch.Tensor, float]] | None = None,
) -> History:
    """As `coursekit.training.train`, for a module; it is copied first, so that `module` itself is left as it was.

    loss: a function (module, batch) -> (loss, a tensor to differentiate; metric, a number), for batches and modules of
    any form; None: `torch_loss`.
    `seed` also decides PyTorch's own random numbers during training (dropout); the generator outside is untouched.
    """
    module, loss_of = copy.deepcopy(module).train(), loss or torch_loss
    descent = _OPTIMISERS[optimiser](module.parameters(), lr)
    history = History(module)

    def take_step(batch: tuple) -> tuple[float, float, float]:
        value, metric = loss_of(module, batch)
        descent.zero_grad()
        value.backward()
        norm = torch.nn.utils.clip_grad_norm_(module.parameters(), float("inf") if clip is None else clip)
        require_finite(value.item(), norm.item())
        descent.step()
        return value.item(), metric, norm.item()

    def judge(batch: tuple) -> tuple[float, float]:
        return evaluate_torch(module, batch, loss_of)

    # A vanishing gradient passes through the denormal numbers, with which many processors compute slowly.
    with seeded(seed), flush_denormals():
        run(history, stream(batches, seed), steps, take_step, judge, validation, every, progress)
    return history


def with_seeds(stages: Iterable[tuple[int, float]], seed: int) -> list[tuple[int, float, int]]:
    """Stages (steps, learning rate) for `train_in_stages`, each with a seed of its own; of at most ten of them no two
    trainings share one."""
    return [(steps, lr, 10 * seed + k) for k, (steps, lr) in enumerate(stages)]


def train_in_stages(
    module: torch.nn.Module,
    batches: Callable[[np.random.Generator], tuple],
    stages: Iterable[tuple[int, float, int]],
    *,
    loss: Callable[[torch.nn.Module, tuple], tuple[torch.Tensor, float]],
    progress: bool | None = None,
) -> torch.nn.Module:
    """Train stage after stage, mostly with large steps first and small ones at the end; returns the trained module.

    stages: for each the number of steps, the learning rate, and the seed of its batches; others in each stage. The
    optimiser begins anew with each. The module is ready to be used (`eval`); the one given is left as it was.
    """
    stages = list(stages)
    for steps, lr, seed in trainings(stages, progress, unit="stage", weights=[steps for steps, _, _ in stages]):
        module = train_torch(module, batches, steps, lr, seed=seed, loss=loss, progress=False).model
    return module.eval()


def evaluate_torch(module: torch.nn.Module, batch: tuple, loss: Callable | None = None) -> tuple[float, float]:
    """Loss and metric without gradients, dropout switched off. loss: as in `train_torch`."""
    before = module.training
    module.eval()
    with torch.no_grad():
        value, metric = (loss or torch_loss)(module, batch)
    module.train(before)
    return value.item(), metric


def outputs(module: torch.nn.Module, *inputs: np.ndarray) -> np.ndarray:
    """What a trained module says, with dropout switched off and without gradients. inputs: as for `tensor_of`."""
    module.eval()
    with torch.no_grad():
        return module(*map(tensor_of, inputs)).numpy()


def tensor_of(array: np.ndarray) -> torch.Tensor:
    """Numbers in float32; counts and classes as they are."""
    tensor = torch.as_tensor(array)
    return tensor.float() if tensor.is_floating_point() else tensor


def torch_loss(module: torch.nn.Module, batch: tuple) -> tuple[torch.Tensor, float]:
    """The loss as a tensor to differentiate, and the metric; see `coursekit.training.loss_and_gradients`."""
    weight = next(module.parameters())
    x, y, counts = answers_that_count(batch)
    outputs = module(torch.as_tensor(x, dtype=weight.dtype, device=weight.device))
    asked = outputs[torch.as_tensor(counts, device=weight.device)]
    y = torch.as_tensor(y, device=weight.device)
    if not y.is_floating_point():
        loss = torch.nn.functional.cross_entropy(asked, y.long())
        return loss, (asked.argmax(dim=1) == y).float().mean().item()
    loss = torch.nn.functional.mse_loss(asked, y.reshape(len(asked), -1).to(asked.dtype))
    return loss, loss.item()
