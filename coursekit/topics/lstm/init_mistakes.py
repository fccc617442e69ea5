"""The known mistakes of lesson 04 in initial weights, as answers that can be run."""

from __future__ import annotations

import numpy as np

from coursekit.checking import Mistake
from coursekit.reference.lstm import Params
from coursekit.topics.lstm.answers import init_lstm


def _with_bias(params, bias, rows: int = 1, in_b_hh: float = 0.0) -> Params:
    """The weights with b_ih of one block of rows set to `bias`, and b_hh there to `in_b_hh`."""
    H = params.W_hh.shape[1]
    b_ih, b_hh = params.b_ih.copy(), params.b_hh.copy()
    b_ih[rows * H : (rows + 1) * H], b_hh[rows * H : (rows + 1) * H] = bias, in_b_hh
    return params._replace(b_ih=b_ih, b_hh=b_hh)


def _rows_of_f(params) -> slice:
    H = params.W_hh.shape[1]
    return slice(H, 2 * H)


def _added(params, forget_bias):
    H = params.W_hh.shape[1]
    b_ih = params.b_ih.copy()
    b_ih[H : 2 * H] += forget_bias
    return params._replace(b_ih=b_ih)


def _b_hh_left(params, forget_bias):
    return init_lstm(params, forget_bias)._replace(b_hh=params.b_hh.copy())


def _others_zero(params, forget_bias):
    zero = np.zeros_like(params.b_ih)
    return init_lstm(params._replace(b_ih=zero, b_hh=zero), forget_bias)


def _every_block(params, forget_bias):
    return params._replace(b_ih=np.full_like(params.b_ih, forget_bias), b_hh=np.zeros_like(params.b_hh))


def _in_place(params, forget_bias):
    H = params.W_hh.shape[1]
    params.b_ih[H : 2 * H], params.b_hh[H : 2 * H] = forget_bias, 0
    return params


INIT = (
    Mistake(
        "a forget bias in the rows of i",
        "The rows begin with those of i. Those of f come second.",
        lambda params, forget_bias: _with_bias(params, forget_bias, rows=0),
    ),
    Mistake(
        "a forget bias in the rows of g",
        "Count from zero: the order is i, f, g, o.",
        lambda params, forget_bias: _with_bias(params, forget_bias, rows=2),
    ),
    Mistake(
        "a forget bias in the rows of o",
        "The order of the rows is i, f, g, o.",
        lambda params, forget_bias: _with_bias(params, forget_bias, rows=3),
    ),
    Mistake(
        "a forget bias in both b_ih and b_hh",
        "The step adds the two biases. What is their sum in the rows of f?",
        lambda params, forget_bias: _with_bias(params, forget_bias, in_b_hh=forget_bias),
    ),
    Mistake(
        "a forget bias beside a b_hh that keeps its random numbers",
        "The step adds the two biases. What is their sum in the rows of f?",
        _b_hh_left,
    ),
    Mistake(
        "a forget bias added to the random numbers",
        "The whole bias of the gate should be forget_bias, not the random numbers plus forget_bias.",
        _added,
        also=(lambda params, forget_bias: _with_bias(params, params.b_ih[_rows_of_f(params)] + forget_bias),),
    ),
    Mistake(
        "a forget bias of 1, whatever is asked for",
        "1 is what is usual. How open the gate begins is the argument forget_bias.",
        lambda params, forget_bias: init_lstm(params, 1.0),
    ),
    Mistake(
        "all other biases set to zero",
        "Only the rows of f change.",
        _others_zero,
    ),
    Mistake(
        "a forget bias in every row",
        "Only the rows of f change.",
        _every_block,
    ),
    Mistake(
        "a forget bias with the wrong sign",
        "A large positive bias opens the gate, and an open forget gate keeps.",
        lambda params, forget_bias: init_lstm(params, -forget_bias),
    ),
    Mistake(
        "biases that are changed in place",
        "Copy the two biases first: the caller goes on using the old ones.",
        _in_place,
    ),
)
