"""The one training loop of the course. In a lesson it is two lines, and a third judges what was learnt:

    model = new_model(gru, D=2, H=32, K=1, seed=0)
    history = train(model, lambda rng: adding(rng, N=32, T=50), steps=400, lr=0.01)
    evaluate(history.model, adding(np.random.default_rng(1), N=1000, T=50)).loss

`run` is the loop itself, shared with PyTorch (`torch_loop`).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from .loss import evaluate, loss_and_gradients
from .model import Model, weights, with_weights
from .optimisers import OPTIMISERS, clip_by_global_norm
from .progress import progress_bar


@dataclass
class History:
    """What happened in training: one entry per step in each list, and the model after the last step."""

    model: Model
    loss: list[float] = field(default_factory=list)
    metric: list[float] = field(default_factory=list)  # share of right classes, or the mean squared error
    gradient_norm: list[float] = field(default_factory=list)  # before clipping
    validation: list[tuple[int, float, float]] = field(default_factory=list)  # (steps done, loss, metric)
    interrupted: bool = False

    def __len__(self) -> int:
        return len(self.loss)


def train(
    model: Model,
    batches: Callable[[np.random.Generator], tuple] | Iterable[tuple],
    steps: int,
    lr: float = 0.01,
    *,
    clip: float | None = 1.0,
    seed: int = 0,
    optimiser: str | Callable[[float], Callable] = "adam",
    carry_state: bool = False,
    validation: tuple | None = None,
    every: int = 50,
    progress: bool | None = None,
) -> History:
    """Take `steps` steps of gradient descent and return the History; `model` itself is left as it was.

    batches: a function of a generator that draws a fresh batch, such as `lambda rng: adding(rng, 32, 50)`;
      then `seed` decides what it draws. Or an iterable of batches; training ends early if it does.
    clip: the limit of the gradient's global norm; None: no clipping.
    optimiser: "adam", "sgd", or a function like them.
    carry_state: start each batch from the state after the one before, without its gradient (truncated BPTT).
    validation: a batch to evaluate before the first step, every `every` steps, and at the end.
    progress: show a bar; None: in a notebook or a terminal only.

    Stopping the cell (KeyboardInterrupt) ends training and keeps what was learnt so far. Raises
    FloatingPointError, with what to do, if the loss or the gradient is no longer finite.
    """
    update = (OPTIMISERS[optimiser] if isinstance(optimiser, str) else optimiser)(lr)
    history, state = History(model), None

    def take_step(batch: tuple) -> tuple[float, float, float]:
        nonlocal state
        result = loss_and_gradients(history.model, batch, state)
        gradients, norm = clip_by_global_norm(result.gradients, clip)
        require_finite(result.loss, norm)
        history.model = with_weights(model, update(weights(history.model), gradients))
        state = result.state if carry_state else None
        return result.loss, result.metric, norm

    def judge(batch: tuple) -> tuple[float, float]:
        return evaluate(history.model, batch)[:2]

    return run(history, stream(batches, seed), steps, take_step, judge, validation, every, progress)


def run(
    history: History,
    batches: Iterable[tuple],
    steps: int,
    take_step: Callable[[tuple], tuple[float, float, float]],
    judge: Callable[[tuple], tuple[float, float]],
    validation: tuple | None,
    every: int,
    progress: bool | None,
) -> History:
    """The loop itself, the same for NumPy and PyTorch: `take_step` changes the model and returns (loss,
    metric, gradient norm), `judge` returns (loss, metric) of the validation batch.
    """

    def validate() -> None:
        if validation is not None:
            history.validation.append((len(history), *judge(validation)))

    with progress_bar(steps, "step", progress, mininterval=0.25) as bar:
        try:
            validate()
            for batch in itertools.islice(batches, steps):
                loss, metric, norm = take_step(batch)
                history.loss.append(loss)
                history.metric.append(metric)
                history.gradient_norm.append(norm)
                if len(history) % every == 0 or len(history) == steps:
                    validate()
                bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
                bar.update()
        except KeyboardInterrupt:
            history.interrupted = True
    return history


def stream(batches: Callable[[np.random.Generator], tuple] | Iterable[tuple], seed: int) -> Iterable[tuple]:
    """The batches one by one: as they come, or drawn by a function with a generator of that seed."""
    if not callable(batches):
        return batches
    rng = np.random.default_rng(seed)
    return (batches(rng) for _ in itertools.count())


def require_finite(loss: float, norm: float) -> None:
    """Raise FloatingPointError if a step has left the finite numbers."""
    if not (np.isfinite(loss) and np.isfinite(norm)):
        raise FloatingPointError(f"training left the finite numbers (loss {loss}): lower lr, or set clip")
