"""The known mistakes of lesson 04 on the way back, as answers that can be run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.recurrence.backward_mistakes import back, backward_mistakes
from coursekit.recurrence.squashing_mistakes import gate_slope_mistake, state_slope_mistake
from coursekit.reference.numerics import sigmoid
from coursekit.topics.lstm.answers import lstm_step_backward

# One step back. Two things are computed: the whole gradient at c, then the one at the arguments of the gates.


def _at_c(dh, dc, k):
    return dc + dh * k.o * (1 - k.tanh_c**2)


def _at_gates(dh, dc, k, i=None, f=None, g=None, o=None) -> np.ndarray:
    """Gradients at the arguments of the gates, (N, 4H); dc is the whole one. Each gate's line can be another."""
    lines = (
        i or (lambda: dc * k.g * k.i * (1 - k.i)),
        f or (lambda: dc * k.c_prev * k.f * (1 - k.f)),
        g or (lambda: dc * k.i * (1 - k.g**2)),
        o or (lambda: dh * k.tanh_c * k.o * (1 - k.o)),
    )
    return np.concatenate([line() for line in lines], axis=1)


def _finish(da, dc_prev, k, h_prev=None, over: int = 1):
    """From the gates to everything that is asked for."""
    W_ih, W_hh, _, _ = k.params
    db = da.sum(axis=0) / over
    dW_hh = da.T @ (k.h_prev if h_prev is None else h_prev) / over
    return da @ W_ih, da @ W_hh, dc_prev, da.T @ k.x / over, dW_hh, db, db.copy()


def _wrong(
    at_c: Callable = _at_c,
    to_c_prev: Callable = lambda dc, k: dc * k.f,
    finish: Callable = _finish,
    **gates: Callable,
) -> Callable:
    """One step back with another line: at c, at a gate (i, f, g, o), on the way to c_prev, or at the end."""

    def step(dh, dc, cache):
        dc = at_c(dh, dc, cache)
        lines = {name: lambda line=line: line(dh, dc, cache) for name, line in gates.items()}
        return finish(_at_gates(dh, dc, cache, **lines), to_c_prev(dc, cache), cache)

    return step


def _no_parentheses(dh, dc, k):
    """dc + dh * o * (1 - tanh(c)^2) written out in every line, but not bracketed."""
    from_h = dh * k.o * (1 - k.tanh_c**2)
    da = _at_gates(
        dh,
        dc,
        k,
        i=lambda: dc + from_h * k.g * k.i * (1 - k.i),
        f=lambda: dc + from_h * k.c_prev * k.f * (1 - k.f),
        g=lambda: dc + from_h * k.i * (1 - k.g**2),
    )
    return _finish(da, dc + from_h * k.f, k)


def _slope_twice(gate: str) -> Callable:
    """The line of a gate whose slope is taken at its value, as if that were the argument."""

    def line(dh, dc, k):
        beside = {"i": dc * k.g, "f": dc * k.c_prev, "g": dc * k.i, "o": dh * k.tanh_c}[gate]
        value = getattr(k, gate)
        return beside * (1 - np.tanh(value) ** 2 if gate == "g" else sigmoid(value) * (1 - sigmoid(value)))

    return line


def _at_c_with(slope: Callable) -> Callable:
    """The whole gradient at c with another slope for its tanh."""
    return lambda dh, dc, k: dc + dh * k.o * slope(k.tanh_c)


def _parts_to_c_prev(dh, dc, k):
    """Only what arrived at c from the future goes on; what came by way of h stops."""
    return _finish(_at_gates(dh, _at_c(dh, dc, k), k), dc * k.f, k)


def _dc_in_place(dh, dc, cache):
    right = lstm_step_backward(dh, dc, cache)
    dc += dh * cache.o * (1 - cache.tanh_c**2)
    return right


def _reordered(order: tuple[int, int, int, int]) -> Callable:
    def finish(da, dc_prev, k):
        blocks = np.split(da, 4, axis=1)
        return _finish(np.concatenate([blocks[place] for place in order], axis=1), dc_prev, k)

    return finish


STEP = (
    Mistake(
        "missing parentheses: dc + dh * o * (1 - tanh(c)^2) * ...",
        "Everything that reaches c has to be added up first; only then comes the factor of each gate. With dc = 0 "
        "the mistake would not show.",
        _no_parentheses,
    ),
    Mistake(
        "a dc from the future that is dropped",
        "Two things reach the cell: its own way out to h, and dc, which came from the next step.",
        _wrong(at_c=lambda dh, dc, k: _at_c(dh, 0 * dc, k)),
    ),
    Mistake(
        "a cell that gets nothing by way of h",
        "h = o * tanh(c): so dh reaches c too, and is added to dc.",
        _wrong(at_c=lambda dh, dc, k: dc),
    ),
    Mistake(
        "a dc_prev from the future alone",
        "Whatever reached the cell goes on to c_prev, including what came by way of h.",
        _parts_to_c_prev,
    ),
    Mistake(
        "a way from h to c without the slope of tanh",
        "h = o * tanh(c). On the way back to c, which slope has to be passed?",
        _wrong(at_c=lambda dh, dc, k: dc + dh * k.o),
    ),
    Mistake(
        "a way from h to c with tanh taken twice: 1 - tanh(tanh(c))^2",
        "The cache holds tanh(c) already.",
        _wrong(at_c=lambda dh, dc, k: dc + dh * k.o * (1 - np.tanh(k.tanh_c) ** 2)),
    ),
    Mistake(
        "a way from h to c without the output gate",
        "h = o * tanh(c). What multiplies tanh(c)?",
        _wrong(at_c=lambda dh, dc, k: dc + dh * (1 - k.tanh_c**2)),
    ),
    Mistake(
        "a dc_prev without the forget gate",
        "c = f * c_prev + i * g. What multiplies c_prev?",
        _wrong(to_c_prev=lambda dc, k: dc),
    ),
    Mistake(
        "a candidate with the slope of the sigmoid: g * (1 - g)",
        "g went through tanh. What is the slope of tanh, in terms of its value?",
        _wrong(g=lambda dh, dc, k: dc * k.i * k.g * (1 - k.g)),
    ),
    Mistake(
        "slopes of the sigmoid at the values of the gates: sigmoid(i) * (1 - sigmoid(i))",
        "The cache holds i, f and o after their sigmoid. Their slope, written with such a value, needs no further one.",
        _wrong(i=_slope_twice("i"), f=_slope_twice("f"), o=_slope_twice("o")),
        also=(_wrong(i=_slope_twice("i"), f=_slope_twice("f"), o=_slope_twice("o"), g=_slope_twice("g")),),
    ),
    Mistake(
        "a slope of tanh at the value of the candidate: 1 - tanh(g)^2",
        "The cache holds g after its tanh. The slope, written with g itself, needs no further tanh.",
        _wrong(g=_slope_twice("g")),
    ),
    Mistake(
        "i and f exchanged on the way back from c",
        "c = f * c_prev + i * g. Which of the two stood beside g, and which beside c_prev?",
        _wrong(
            i=lambda dh, dc, k: dc * k.c_prev * k.i * (1 - k.i),
            f=lambda dh, dc, k: dc * k.g * k.f * (1 - k.f),
        ),
    ),
    Mistake(
        "a forget gate that is given the new cell in place of the old one",
        "Which cell did f multiply: the old one or the new one?",
        _wrong(f=lambda dh, dc, k: dc * k.c * k.f * (1 - k.f)),
    ),
    Mistake(
        "an output gate that is given c in place of tanh(c)",
        "h = o * tanh(c). What did o multiply?",
        _wrong(o=lambda dh, dc, k: dh * k.c * k.o * (1 - k.o)),
    ),
    Mistake(
        "an input gate without the slope of its sigmoid",
        "The gradient at i is not yet the one at its argument. Each of the four blocks has a slope to pass.",
        _wrong(i=lambda dh, dc, k: dc * k.g),
    ),
    Mistake(
        "a forget gate without the slope of its sigmoid",
        "The gradient at f is not yet the one at its argument. Each of the four blocks has a slope to pass.",
        _wrong(f=lambda dh, dc, k: dc * k.c_prev),
    ),
    Mistake(
        "an output gate without the slope of its sigmoid",
        "The gradient at o is not yet the one at its argument. Each of the four blocks has a slope to pass.",
        _wrong(o=lambda dh, dc, k: dh * k.tanh_c),
    ),
    Mistake(
        "blocks in the order i, f, o, g",
        "The rows of the weights are in the order i, f, g, o, and so do their gradients.",
        _wrong(finish=_reordered((0, 1, 3, 2))),
    ),
    Mistake(
        "blocks in the order f, i, g, o",
        "The rows of the weights are in the order i, f, g, o, and so do their gradients.",
        _wrong(finish=_reordered((1, 0, 2, 3))),
    ),
    Mistake(
        "a gradient of W_hh built from the new state",
        "Which state did W_hh multiply in this step?",
        _wrong(finish=lambda da, dc_prev, k: _finish(da, dc_prev, k, h_prev=k.o * k.tanh_c)),
    ),
    Mistake(
        "weight gradients that are a mean over the sequences",
        "The loss already says whether it is a sum or a mean. Going back, the sequences of a batch are added.",
        _wrong(finish=lambda da, dc_prev, k: _finish(da, dc_prev, k, over=len(da))),
    ),
    Mistake(
        "a step that adds to dc itself",
        "`dc += ...` changes the caller's array, and the numbers that you return are right all the same. Make a new "
        "one: `dc = dc + ...`.",
        _dc_in_place,
    ),
    gate_slope_mistake(
        lambda slope: _wrong(
            i=lambda dh, dc, k: dc * k.g * slope(k.i),
            f=lambda dh, dc, k: dc * k.c_prev * slope(k.f),
            o=lambda dh, dc, k: dh * k.tanh_c * slope(k.o),
        )
    ),
    state_slope_mistake(
        lambda slope: _wrong(at_c=_at_c_with(slope), g=lambda dh, dc, k: dc * k.i * slope(k.g)),
        lambda slope: _wrong(g=lambda dh, dc, k: dc * k.i * slope(k.g)),
        lambda slope: _wrong(at_c=_at_c_with(slope)),
    ),
)


# A whole sequence back.


def _dW_hh(dh, dc, cache, h):
    return _at_gates(dh, _at_c(dh, dc, cache), cache).T @ h


def _dc(first: Callable = lambda dc_T: dc_T, handed: Callable = lambda dc_prev, dc_before, dc_T: dc_prev) -> Callable:
    """Back through time with another start for dc, or another hand-over of it."""

    def wrong(dhs, dc_T, caches):
        return back(
            lstm_step_backward,
            dhs,
            (first(dc_T),),
            caches,
            pass_on=lambda new, before: [new[0], handed(new[1], before[1], dc_T)],
        )

    return wrong


SEQUENCE = (
    *backward_mistakes(lstm_step_backward, _dW_hh, lambda cache: cache.o * cache.tanh_c),
    Mistake(
        "no hand-over of dc",
        "Two things are handed from step to step. The path through the cell is the one that keeps gradients alive.",
        _dc(handed=lambda dc_prev, dc_before, dc_T: 0 * dc_prev),
    ),
    Mistake(
        "a dc_T that is ignored",
        "What reaches the last cell from outside the sequence?",
        _dc(first=lambda dc_T: 0 * dc_T),
    ),
    Mistake(
        "a dc_T that arrives at every step",
        "dc_T belongs to the last cell alone. Every earlier cell gets what the step after it hands over.",
        _dc(handed=lambda dc_prev, dc_before, dc_T: dc_T),
    ),
    Mistake(
        "a dc_T that is added again at every step",
        "dc_T belongs to the last cell alone. Every earlier cell gets what the step after it hands over.",
        _dc(handed=lambda dc_prev, dc_before, dc_T: dc_prev + dc_T),
    ),
    Mistake(
        "a hand-over of dc that piles up: dc_next += dc_prev",
        "dc_prev of step t holds everything from the future already. It takes the place of the old dc_next.",
        _dc(handed=lambda dc_prev, dc_before, dc_T: dc_prev + dc_before),
    ),
)
