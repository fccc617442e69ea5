"""The known mistakes of lesson 01 in a step and in a sequence of the vanilla RNN, as answers that can be run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Misconception
from coursekit.reference import rnn
from coursekit.reference.numerics import sigmoid


def _step(x, h, params):
    return rnn.step(x, h, params)[0]


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
    h[...] = _step(x, h, params)
    return h


_TWO_BIASES = "Every product has its own bias: W_ih x + b_ih and W_hh h + b_hh."

STEP = (
    Misconception("a step without any bias", _TWO_BIASES, _wrong_step(b_ih=0, b_hh=0)),
    Misconception("a missing bias b_ih", _TWO_BIASES, _wrong_step(b_hh=1, b_ih=0)),
    Misconception("a missing bias b_hh", _TWO_BIASES, _wrong_step(b_ih=1, b_hh=0)),
    Misconception(
        "a sigmoid in place of tanh",
        "The state may be negative: it lies between -1 and 1, not between 0 and 1.",
        _wrong_step(squash=sigmoid),
    ),
    Misconception(
        "a state without its tanh",
        "Nothing bounds such a state. Print its largest entry: it should be below 1.",
        _wrong_step(squash=lambda a: a),
    ),
    Misconception(
        "a tanh of the part from h only",
        "The tanh goes around the whole sum, the part from x included.",
        _input_outside,
    ),
    Misconception(
        "recurrent weights that are not transposed",
        "Row i of W_hh holds what goes into unit i. With the states as rows of h (N, H), the product is h @ W_hh.T.",
        lambda x, h, params: _step(x, h, params._replace(W_hh=params.W_hh.T)),
    ),
    Misconception(
        "h before x where the weights stand as W_ih before W_hh",
        "One large product is a fine idea. The columns of [x, h] must stand in the order of the columns of "
        "[W_ih, W_hh].",
        _concatenated_the_other_way,
    ),
    Misconception(
        "a step that ignores the old state",
        "Without W_hh h the network has no memory. Where does h enter?",
        _wrong_step(from_h=0),
    ),
    Misconception(
        "a step that ignores its input",
        "The new state depends on x and on h. Where does x enter?",
        _wrong_step(from_x=0),
    ),
    Misconception(
        "a new state that is added to the old one",
        "In the vanilla RNN the tanh is the new state. Nothing of the old one is carried past it.",
        lambda x, h, params: h + _step(x, h, params),
    ),
    Misconception(
        "a step that writes the new state into h itself",
        "`h[:] = ...` and `h += ...` change the caller's array. Return a new one.",
        _changes_h,
    ),
)


# A whole sequence.


def _run(x, h0, params) -> list[np.ndarray]:
    """The states h0, h1, ..., hT."""
    states = [h0]
    for t in range(x.shape[1]):
        states.append(_step(x[:, t], states[-1], params))
    return states


def _each_from(start: Callable) -> Callable:
    """Every step begins at the same state, so that nothing is remembered."""
    return lambda x, h0, params: np.stack([_step(x[:, t], start(h0), params) for t in range(x.shape[1])], axis=1)


def _h0_in_place(x, h0, params):
    hs = np.empty((*x.shape[:2], h0.shape[1]))
    for t in range(x.shape[1]):
        h0[...] = _step(x[:, t], h0, params)
        hs[:, t] = h0
    return hs


def _one_array_for_all(x, h0, params):
    h, states = h0.copy(), []
    for t in range(x.shape[1]):
        h[...] = _step(x[:, t], h, params)
        states.append(h)
    return np.stack(states, axis=1)


def _last_column_before_the_first(x, h0, params):
    hs = np.zeros((*x.shape[:2], h0.shape[1]))
    for t in range(x.shape[1]):
        hs[:, t] = _step(x[:, t], hs[:, t - 1], params)
    return hs


_NO_MEMORY = "The state of one step is the input of the next. Does your loop replace the variable that it passes on?"

FORWARD = (
    Misconception("a loop that starts every step from h0", _NO_MEMORY, _each_from(lambda h0: h0)),
    Misconception("a loop that starts every step from zeros", _NO_MEMORY, _each_from(np.zeros_like)),
    Misconception(
        "a loop that starts from zeros and ignores h0",
        "The first step must receive h0.",
        lambda x, h0, params: np.stack(_run(x, np.zeros_like(h0), params)[1:], axis=1),
    ),
    Misconception(
        "a loop that reads hs[:, t - 1] at t = 0",
        "At t = 0 the index t - 1 is -1, the last time step: it is still zero there, so h0 never enters.",
        _last_column_before_the_first,
    ),
    Misconception(
        "a loop that writes into h0",
        "h0 belongs to the caller. `h0[:] = ...` and `h0 += ...` change it; a new name for the state does not.",
        _h0_in_place,
    ),
    Misconception(
        "one array that stands for all states",
        "The same array is appended at every step and overwritten by the next. Append new arrays.",
        _one_array_for_all,
    ),
    Misconception(
        "states in the order (T, N, H)",
        "The batch comes first. np.stack(states, axis=1) puts time second.",
        lambda x, h0, params: np.stack(_run(x, h0, params)[1:]),
    ),
    Misconception(
        "only the last state",
        "All T states are asked for: keep each of them.",
        lambda x, h0, params: _run(x, h0, params)[-1],
    ),
    Misconception(
        "states that begin with h0, so that there are T + 1",
        "hs[:, t] is the state after step t. h0 is the state before the first step, and is not part of it.",
        lambda x, h0, params: np.stack(_run(x, h0, params), axis=1),
    ),
    Misconception(
        "the state before each step in place of the state after it",
        "hs[:, t] is the state after x[:, t] was read. Append after the step, not before.",
        lambda x, h0, params: np.stack(_run(x, h0, params)[:-1], axis=1),
    ),
    Misconception(
        "a loop that runs backwards in time",
        "Step t sees x[:, t], and t counts up.",
        lambda x, h0, params: np.stack(_run(x[:, ::-1], h0, params)[1:][::-1], axis=1),
    ),
    Misconception(
        "a running sum of the states",
        "The new state replaces the old one. It is not added to it.",
        lambda x, h0, params: np.cumsum(np.stack(_run(x, h0, params)[1:], axis=1), axis=1),
    ),
)
