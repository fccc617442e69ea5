"""The known mistakes of lesson 05 in converting weights and in counting them, as answers that can be run."""

from __future__ import annotations

import numpy as np

from coursekit.checking import Mistake
from coursekit.reference.gru import Params

# The two conventions.


def _flip(params: Params, kept: str = "", block: int = 1) -> Params:
    """Negate one gate's rows in every array but those whose names are in `kept`."""
    flipped = []
    for name, array in params._asdict().items():
        parts = np.split(array, 3)
        if name not in kept.split():
            parts[block] = -parts[block]
        flipped.append(np.concatenate(parts))
    return Params(*flipped)


def _one_minus_weights(params: Params) -> Params:
    flipped = [np.split(array, 3) for array in params]
    return Params(*(np.concatenate([r, 1 - z, n]) for r, z, n in flipped))


def _flip_in_place(params: Params) -> Params:
    H = params.W_hh.shape[1]
    for array in params:
        array[H : 2 * H] *= -1
    return params


CONVENTION = (
    Mistake(
        "weights replaced by 1 - weights",
        "It is the gate that becomes 1 - z, after the sigmoid. Which change before the sigmoid does that?",
        _one_minus_weights,
    ),
    *(
        Mistake(
            f"{what} of z that keep their sign: {', '.join(kept.split())}",
            "Everything inside the sigmoid changes its sign: two products and two biases.",
            lambda params, kept=kept: _flip(params, kept),
        )
        for what, kept in (
            ("rows", "b_hh"),
            ("rows", "b_ih"),
            ("biases", "b_ih b_hh"),
            ("rows", "W_hh"),
            ("rows", "W_hh b_hh"),
        )
    ),
    Mistake(
        "the rows of r negated in place of those of z",
        "The blocks are in the order r, z, n. z is the middle one.",
        lambda params: _flip(params, block=0),
    ),
    Mistake(
        "every row negated",
        "Only z changes its meaning. r and n stay as they are.",
        lambda params: Params(*(-array for array in params)),
    ),
    Mistake(
        "the same weights again",
        "The two conventions share their equations for r and n, not for z.",
        lambda params: Params(*(array.copy() for array in params)),
    ),
    Mistake(
        "weights that are changed in place",
        "Copy each array first: the caller goes on using the old weights.",
        _flip_in_place,
    ),
)


# Counting.


def _count(D: int, H: int, blocks: int = 3, biases: int = 2) -> int:
    return blocks * (D * H + H * H + biases * H)


COUNT = (
    Mistake(
        "one bias per gate",
        "PyTorch has two biases, b_ih and b_hh. One is enough in papers, and in Keras with reset_after=False.",
        lambda D, H: _count(D, H, biases=1),
    ),
    Mistake("no biases", "Each of the two products has a bias of 3H.", lambda D, H: _count(D, H, biases=0)),
    Mistake(
        "only the weights that act on the input",
        "There is a second matrix: the one that acts on the old state.",
        lambda D, H: 3 * (D * H + 2 * H),
    ),
    Mistake(
        "a recurrent matrix with one number per unit",
        "Every unit sees the old state of every unit: W_hh h is a matrix product, not an element-wise one.",
        lambda D, H: 3 * (D * H + H + 2 * H),
    ),
    Mistake(
        "two blocks of rows, one per gate",
        "Two gates and one candidate: three blocks. A GRU has two gates, but three sets of weights.",
        lambda D, H: _count(D, H, blocks=2),
    ),
    Mistake(
        "four blocks of rows, as in an LSTM",
        "A GRU has two gates and a candidate. The LSTM has three gates and a candidate.",
        lambda D, H: _count(D, H, blocks=4),
    ),
    Mistake(
        "one block of rows",
        "That is a vanilla RNN. Count the candidate and both gates.",
        lambda D, H: _count(D, H, blocks=1),
    ),
)
