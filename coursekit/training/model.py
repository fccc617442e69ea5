"""A model to train: one recurrent cell of `coursekit.reference`, and a linear read-out of its states.

    hs = cell.forward(x, 0, params)         (N, T, H)
    outputs = hs @ W_out.T + b_out          (N, T, K): a score for each of K classes, or K numbers

The cell is the module itself: `rnn`, `lstm` or `gru`. What runs is its fast twin, `FAST[cell]`.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from coursekit.reference import FAST, lstm

from .initial import with_gate_bias, with_orthogonal_recurrence


class Model(NamedTuple):
    """A cell, its weights, and the read-out."""

    cell: ModuleType
    params: Any  # the cell's own Params: W_ih (G*H, D), W_hh (G*H, H), b_ih (G*H,), b_hh (G*H,)
    W_out: np.ndarray  # (K, H)
    b_out: np.ndarray  # (K,)


def new_model(
    cell: ModuleType,
    D: int,
    H: int,
    K: int,
    seed: int | np.random.Generator,
    *,
    gate_bias: dict[str, float] | None = None,
    orthogonal: float | None = None,
    dtype=np.float32,
) -> Model:
    """A fresh model with D inputs, H units and K outputs; everything uniform on ±1/sqrt(H), as PyTorch draws it.

    gate_bias: total bias of a gate, such as {"z": 2.0} or {"f": 1.0} (see `with_gate_bias`).
    orthogonal: the recurrent matrix (of each block) becomes orthogonal times this number (see
    `with_orthogonal_recurrence`). The same seed gives the same remaining weights with and without these two.
    """
    rng = np.random.default_rng(seed)
    params = cell.init(D, H, rng, dtype)
    bound = 1 / np.sqrt(H)
    W_out, b_out = (rng.uniform(-bound, bound, shape).astype(dtype) for shape in ((K, H), (K,)))
    if orthogonal is not None:
        params = with_orthogonal_recurrence(params, rng, orthogonal)
    for gate, value in (gate_bias or {}).items():
        params = with_gate_bias(params, gate, value)
    return Model(cell, params, W_out, b_out)


def weights(model: Model) -> list[np.ndarray]:
    """The six arrays that training changes: W_ih, W_hh, b_ih, b_hh, W_out, b_out."""
    return [*model.params, model.W_out, model.b_out]


def with_weights(model: Model, arrays: list[np.ndarray]) -> Model:
    """The same model with other arrays, in the order of `weights`."""
    *params, W_out, b_out = arrays
    return Model(model.cell, type(model.params)(*params), W_out, b_out)


def count_parameters(model: Model) -> int:
    """How many numbers training can change."""
    return sum(array.size for array in weights(model))


def zero_state(model: Model, N: int) -> tuple[np.ndarray, ...]:
    """The state before the first step, all zeros: (h0,), or (h0, c0) for the LSTM; each (N, H)."""
    H, dtype = model.params.W_hh.shape[1], model.params.W_hh.dtype
    return tuple(np.zeros((N, H), dtype) for _ in range(2 if model.cell is lstm else 1))


def predict(model: Model, x, state: tuple[np.ndarray, ...] | None = None):
    """x (N, T, D) -> outputs (N, T, K), the state after the last step, and the cell's cache for `backward`.

    `state` is what the state was before the first step, as `zero_state` or an earlier call gave it; None: zeros.
    """
    x = np.asarray(x, dtype=model.params.W_ih.dtype)
    state = zero_state(model, len(x)) if state is None else state
    *histories, cache = FAST[model.cell].forward(x, *state, model.params)
    outputs = histories[0] @ model.W_out.T + model.b_out
    return outputs, tuple(history[:, -1] for history in histories), cache
