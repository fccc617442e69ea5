"""The known mistakes of lesson 01 in a step and in a sequence of the vanilla RNN, as answers that can be run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.recurrence.forward_mistakes import forward_mistakes
from coursekit.recurrence.squashing_mistakes import state_mistakes
from coursekit.reference.numerics import sigmoid
from coursekit.topics.vanilla_rnn.answers import rnn_forward, rnn_step


def _wrong_step(
    squash: Callable = np.tanh, from_x: float = 1, from_h: float = 1, b_ih: float = 1, b_hh: float = 1
) -> Callable:
    """A step with another function than tanh, or with a term left out (0)."""

    def step(x, h, params):
        a = from_x * (x @ params.W_ih.T) + from_h * (h @ params.W_hh.T)
        return squash(a + b_ih * params.b_ih + b_hh * params.b_hh)

    return step


def _concatenated_the_other_way(x, h, params):
    weights = np.concatenate([params.W_ih, params.W_hh], axis=1)
    return np.tanh(np.concatenate([h, x], axis=1) @ weights.T + params.b_ih + params.b_hh)


def _input_outside(x, h, params):
    return x @ params.W_ih.T + params.b_ih + np.tanh(h @ params.W_hh.T + params.b_hh)


def _changes_h(x, h, params):
    h[...] = rnn_step(x, h, params)
    return h


_TWO_BIASES = "Every product has its own bias: W_ih x + b_ih and W_hh h + b_hh."

STEP = (
    Mistake("a step without any bias", _TWO_BIASES, _wrong_step(b_ih=0, b_hh=0)),
    Mistake("a missing bias b_ih", _TWO_BIASES, _wrong_step(b_hh=1, b_ih=0)),
    Mistake("a missing bias b_hh", _TWO_BIASES, _wrong_step(b_ih=1, b_hh=0)),
    Mistake(
        "a sigmoid in place of tanh",
        "The state may be negative: it lies between -1 and 1, not between 0 and 1.",
        _wrong_step(squash=sigmoid),
    ),
    Mistake(
        "a state without its tanh",
        "Nothing bounds such a state. Print its largest entry: it should be below 1.",
        _wrong_step(squash=lambda a: a),
    ),
    *state_mistakes(lambda squash: _wrong_step(squash=squash)),
    Mistake(
        "a tanh of the part from h only",
        "The tanh goes around the whole sum, the part from x included.",
        _input_outside,
    ),
    Mistake(
        "recurrent weights that are not transposed",
        "Row i of W_hh is what goes into unit i. The states are rows of h (N, H): which axis of W_hh is summed over?",
        lambda x, h, params: rnn_step(x, h, params._replace(W_hh=params.W_hh.T)),
    ),
    Mistake(
        "h before x where the weights stand as W_ih before W_hh",
        "One large product is a fine idea. The columns of [x, h] must be in the order of the columns of [W_ih, W_hh].",
        _concatenated_the_other_way,
    ),
    Mistake(
        "a step that ignores the old state",
        "Without W_hh h the network has no memory. Where does h enter?",
        _wrong_step(from_h=0),
    ),
    Mistake(
        "a step that ignores its input",
        "The new state depends on x and on h. Where does x enter?",
        _wrong_step(from_x=0),
    ),
    Mistake(
        "a new state that is added to the old one",
        "In the vanilla RNN the tanh is the new state. Nothing of the old one is carried past it.",
        lambda x, h, params: h + rnn_step(x, h, params),
    ),
    Mistake(
        "a step that writes the new state into h itself",
        "`h[:] = ...` and `h += ...` change the caller's array. Return a new one.",
        _changes_h,
    ),
)


# A whole sequence.


def _summed(x, h0, params):
    return np.cumsum(rnn_forward(x, h0, params), axis=1)


FORWARD = (
    *forward_mistakes(rnn_step),
    Mistake("a running sum of the states", "The new state replaces the old one. It is not added to it.", _summed),
)
