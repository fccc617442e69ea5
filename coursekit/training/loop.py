"""The one training loop of the course.

    model = new_model(gru, D=2, H=32, K=1, seed=0)
    history = train(model, lambda rng: adding(rng, N=32, T=50), steps=500, lr=0.01)
    evaluate(history.model, adding(np.random.default_rng(1), N=1000, T=50)).loss
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from tqdm import tqdm

from .loss import evaluate, loss_and_gradients
from .model import Model, weights, with_weights
from .optimisers import OPTIMISERS, clip_by_global_norm


@dataclass
class History:
    """What happened in training: one entry per step in each list, and the model as it was after the last one."""

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

    batches: a function of a generator that draws a fresh batch, such as `lambda rng: adding(rng, 32, 50)`; then `seed`
    decides what it draws. Or an iterable of batches; training ends early if it does.
    clip: limit of the gradient's global norm; None for no clipping. optimiser: "adam", "sgd", or a function like them.
    carry_state: start each batch from the state after the one before (truncated BPTT), cut off from its gradient.
    validation: a batch that is evaluated before the first step, every `every` steps, and at the end.
    progress: show a bar; None: in a notebook or a terminal only. Stopping the cell (KeyboardInterrupt) ends training
    and keeps what was learnt so far. Raises FloatingPointError, with what to do, if the loss is no longer finite.
    """
    source = _stream(batches, np.random.default_rng(seed))
    update = (OPTIMISERS[optimiser] if isinstance(optimiser, str) else optimiser)(lr)
    history, state = History(model), None
    with tqdm(total=steps, file=sys.stdout, disable=not _wanted(progress), mininterval=0.25, unit="step") as bar:
        try:
            _validate(history, validation)
            for batch in itertools.islice(source, steps):
                result = loss_and_gradients(history.model, batch, state)
                state = result.state if carry_state else None
                gradients, norm = clip_by_global_norm(result.gradients, clip)
                _require_finite(result.loss, norm, len(history))
                history.model = with_weights(model, update(weights(history.model), gradients))
                _record(history, result, norm)
                if len(history) % every == 0 and len(history) < steps:
                    _validate(history, validation)
                bar.set_postfix(loss=f"{result.loss:.4f}", refresh=False)
                bar.update()
        except KeyboardInterrupt:
            history.interrupted = True
    if len(history):
        _validate(history, validation)
    return history


def _record(history: History, result, norm: float) -> None:
    history.loss.append(result.loss)
    history.metric.append(result.metric)
    history.gradient_norm.append(norm)


def _validate(history: History, batch: tuple | None) -> None:
    if batch is not None:
        result = evaluate(history.model, batch)
        history.validation.append((len(history), result.loss, result.metric))


def _require_finite(loss: float, norm: float, step: int) -> None:
    if not (np.isfinite(loss) and np.isfinite(norm)):
        raise FloatingPointError(f"training left the finite numbers at step {step}: lower lr, or set clip")


def _stream(batches, rng: np.random.Generator) -> Iterable[tuple]:
    if callable(batches):
        return (batches(rng) for _ in itertools.count())
    return batches


def _wanted(progress: bool | None) -> bool:
    # A notebook's standard output is no terminal, but it follows a carriage return, which is all the bar needs.
    if progress is not None:
        return progress
    return sys.stdout.isatty() or type(sys.stdout).__module__.startswith("ipykernel")
