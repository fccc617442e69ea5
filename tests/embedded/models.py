"""Small models of every cell, drawn anew."""

from __future__ import annotations

import numpy as np

from coursekit.embedded.model import MODULES, Model

CELLS = ("RNN", "GRU", "LSTM")


def drawn(cell: str, D: int = 5, H: int = 7, K: int = 3, seed: int = 0, scale: float = 1.0) -> Model:
    """A model with weights of that many times the usual size; K = 0: without a read-out."""
    rng = np.random.default_rng(seed)
    params = MODULES[cell].init(D, H, rng)
    params = type(params)(*(scale * part for part in params))
    return Model.of(params, rng.normal(size=(K, H)), rng.normal(size=K)) if K else Model.of(params)


def exact(model: Model):
    """Its recurrent weights in float64."""
    return type(model.params)(*(part.astype(float) for part in model.params))


def sequence(model: Model, T: int = 40, seed: int = 1, size: float = 1.0) -> np.ndarray:
    """(T, D) float32, with a row of zeros."""
    x = size * np.random.default_rng(seed).standard_normal((T, model.D)).astype(np.float32)
    x[T // 2] = 0
    return x


def float_step(model: Model, x: np.ndarray, state: np.ndarray) -> np.ndarray:
    """One step of the reference in float64: x (D,), state (states, H) -> (states, H)."""
    made = MODULES[model.cell].step(x[None].astype(float), *(part[None].astype(float) for part in state), exact(model))
    return np.stack([part[0] for part in made[: model.states]])
