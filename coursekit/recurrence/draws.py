"""How the exercises on recurrent cells draw their arguments.

All sizes of a draw differ and none is 1, so that a swapped axis shows; but the first case has one time step, the last
draw of a sequence is a batch of one, which np.squeeze spoils, with more steps than a gradient cut after seven would
reach, and one draw has a single unit. States and biases are non-zero and b_ih differs from b_hh, so that a forgotten
one shows. Weights are uniform on ±1/sqrt(H): smaller ones hide mistakes, larger ones saturate the gates. The first case
has one step and tells which gate is wrong; the second has three and tells what goes wrong between the steps.

One draw, `LARGE`, is at the borders of what a cell can do: states near ±1, gates near 0 and 1, cells far beyond ±1,
an input at which exponentials overflow, gradients in the hundreds. What clips, squashes or guards any of them shows
there. Its first row is an ordinary one, so that rounding in saturated gates decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

from coursekit.checking import Draw

LARGE = "large numbers"
"""The draw that no ordinary inputs reach."""

STEP_SIZES = {
    "small": {"N": 4, "D": 3, "H": 5},
    LARGE: {"N": 8, "D": 3, "H": 5},
    "a single unit": {"N": 3, "D": 7, "H": 1},
    "a batch of one": {"N": 1, "D": 6, "H": 8},
}

SEQUENCE_SIZES = {
    "one step": {"N": 4, "T": 1, "D": 3, "H": 5},
    "three steps": {"N": 4, "T": 3, "D": 2, "H": 5},
    "full size": {"N": 4, "T": 6, "D": 3, "H": 5},
    LARGE: {"N": 4, "T": 6, "D": 3, "H": 5},
    "a batch of one": {"N": 1, "T": 9, "D": 6, "H": 3},
}

_FACTOR = 20.0  # by which large inputs are larger
_OVERFLOWING = 1000.0  # no exponential of so much can be held


def state(rng: np.random.Generator, N: int, H: int, large: bool = False) -> np.ndarray:
    """A hidden state (N, H) as a network could have it: inside (-1, 1) and away from zero; large: near ±1, but for the
    first row."""
    sizes = rng.uniform(0.2, 0.9, (N, H))
    if large:
        sizes[1:] = rng.uniform(0.96, 0.999, (N - 1, H))
    return sizes * rng.choice([-1.0, 1.0], (N, H))


def inputs(rng: np.random.Generator, shape: tuple[int, ...], large: bool = False) -> np.ndarray:
    """Inputs (N, ..., D), normally distributed; large: so much larger in all rows but the first."""
    x = rng.standard_normal(shape)
    if large:
        x[1:] *= _FACTOR
    return x


def upstream(rng: np.random.Generator, shape: tuple[int, ...], large: bool = False) -> np.ndarray:
    """Gradients of a loss, normally distributed; large: beyond every threshold at which some code clips gradients."""
    return (100.0 if large else 1.0) * rng.standard_normal(shape)


def far_out(rng: np.random.Generator, W_ih: np.ndarray, H: int) -> np.ndarray:
    """Inputs (D,) that take the gates of a cell beyond what exp can hold. Rows of W_ih (G*H, D) are negated to that
    end.

    Saturated gates have exact values, so that rounding decides nothing. They are driven to the side on which
    1 / (1 + exp(-a)) is right without a warning; those of a vanilla RNN to the side where 1 - 2 / (1 + exp(2 a)) is.
    """
    blocks = len(W_ih) // H
    driven = np.repeat([k != 2 for k in range(blocks)], H)  # block 2 is the candidate, of the LSTM and of the GRU
    side = -1.0 if blocks == 1 else 1.0
    row = rng.standard_normal(W_ih.shape[1])
    reached = W_ih @ row
    W_ih[driven] *= side * np.sign(reached[driven])[:, None]
    return row * _OVERFLOWING / np.abs(reached).min()


def step_args(
    rng: np.random.Generator, cell: ModuleType, N: int, D: int, H: int, large: bool = False
) -> dict[str, Any]:
    """Arguments x (N, D), h (N, H), params of one step."""
    args = {"x": inputs(rng, (N, D), large), "h": state(rng, N, H, large), "params": cell.init(D, H, rng)}
    if large:
        args["x"][-1] = far_out(rng, args["params"].W_ih, H)
    return args


def step_draws(cell: ModuleType) -> Callable[[np.random.Generator], Iterator[Draw]]:
    """Draws of (x, h, params) for one step of a cell of `coursekit.reference`."""

    def draw(rng: np.random.Generator) -> Iterator[Draw]:
        for name, sizes in STEP_SIZES.items():
            yield Draw(name, step_args(rng, cell, **sizes, large=name == LARGE), sizes)

    return draw


def sequence_args(
    rng: np.random.Generator, cell: ModuleType, N: int, T: int, D: int, H: int, large: bool = False
) -> dict[str, Any]:
    """Arguments x (N, T, D), h0 (N, H), params of a forward pass."""
    args = {"x": inputs(rng, (N, T, D), large), "h0": state(rng, N, H, large), "params": cell.init(D, H, rng)}
    if large:
        args["x"][-1, 0] = far_out(rng, args["params"].W_ih, H)
    return args


def sequence_draws(cell: ModuleType) -> Callable[[np.random.Generator], Iterator[Draw]]:
    """Draws of (x, h0, params) for a whole sequence."""

    def draw(rng: np.random.Generator) -> Iterator[Draw]:
        for name, sizes in SEQUENCE_SIZES.items():
            yield Draw(name, sequence_args(rng, cell, **sizes, large=name == LARGE), sizes)

    return draw
