"""How the exercises on recurrent cells draw their arguments.

All sizes of a draw differ and none is 1 (but the one time step of the first case), so that a swapped axis shows. The
last draw is a batch of one, which np.squeeze spoils, with more steps than a gradient cut after seven would reach.
States and biases are non-zero and b_ih differs from b_hh, so that a forgotten one shows. Weights are uniform on
±1/sqrt(H): smaller ones hide mistakes, larger ones saturate the gates. The first case has one step and tells which
gate is wrong; the second has three and tells what goes wrong between the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

from coursekit.checking import Draw

STEP_SIZES = {
    "small": {"N": 4, "D": 3, "H": 5},
    "fresh numbers": {"N": 4, "D": 3, "H": 5},
    "more inputs than units": {"N": 3, "D": 7, "H": 2},
    "a batch of one": {"N": 1, "D": 6, "H": 8},
}

FAR_OUT = "more inputs than units"
"""The draw of a step forward in which one row has inputs so large that the exponentials of a gate overflow."""

SEQUENCE_SIZES = {
    "one step": {"N": 4, "T": 1, "D": 3, "H": 5},
    "three steps": {"N": 4, "T": 3, "D": 2, "H": 5},
    "full size": {"N": 4, "T": 6, "D": 3, "H": 5},
    "fresh numbers": {"N": 4, "T": 6, "D": 3, "H": 5},
    "a batch of one": {"N": 1, "T": 9, "D": 6, "H": 3},
}


def state(rng: np.random.Generator, N: int, H: int) -> np.ndarray:
    """A hidden state as a network could have it: inside (-1, 1) and away from zero."""
    return rng.uniform(0.2, 0.9, (N, H)) * rng.choice([-1.0, 1.0], (N, H))


def with_one_far_out(rng: np.random.Generator, x: np.ndarray, W_ih: np.ndarray, H: int) -> np.ndarray:
    """x (N, D) with numbers in its last row that take the gates of a cell beyond what exp can hold, D at least their
    number.

    Saturated gates have exact values, so that rounding decides nothing. They are driven to the side on which
    1 / (1 + exp(-a)) is right without a warning; those of a vanilla RNN to the side where 1 - 2 / (1 + exp(2 a)) is.
    """
    blocks = len(W_ih) // H
    kept = np.repeat([k != 2 for k in range(blocks)], H)  # block 2 is the candidate, of the LSTM and of the GRU
    side = -1 if blocks == 1 else 1
    while True:
        row = np.linalg.pinv(W_ih[kept]) @ (side * rng.uniform(1000, 2000, kept.sum()))
        if np.abs(W_ih[~kept] @ row).min(initial=np.inf) > 50:
            return np.concatenate([x[:-1], row[None]])


def step_draws(cell: ModuleType) -> Callable[[np.random.Generator], Iterator[Draw]]:
    """Draws of (x, h, params) for one step of a cell of `coursekit.reference`."""

    def draw(rng: np.random.Generator) -> Iterator[Draw]:
        for name, sizes in STEP_SIZES.items():
            N, D, H = sizes.values()
            args = {"x": rng.standard_normal((N, D)), "h": state(rng, N, H), "params": cell.init(D, H, rng)}
            if name == FAR_OUT:
                args["x"] = with_one_far_out(rng, args["x"], args["params"].W_ih, H)
            yield Draw(name, args, sizes)

    return draw


def sequence_draws(cell: ModuleType) -> Callable[[np.random.Generator], Iterator[Draw]]:
    """Draws of (x, h0, params) for a whole sequence."""

    def draw(rng: np.random.Generator) -> Iterator[Draw]:
        for name, sizes in SEQUENCE_SIZES.items():
            yield Draw(name, sequence_args(rng, cell, **sizes), sizes)

    return draw


def sequence_args(rng: np.random.Generator, cell: ModuleType, N: int, T: int, D: int, H: int) -> dict[str, Any]:
    """Arguments x (N, T, D), h0 (N, H), params of a forward pass."""
    return {"x": rng.standard_normal((N, T, D)), "h0": state(rng, N, H), "params": cell.init(D, H, rng)}
