"""The known mistakes of lesson 04 on the way forward, as answers that can be run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.recurrence.squashing_mistakes import gate_mistake, state_mistakes
from coursekit.reference.numerics import sigmoid
from coursekit.topics.lstm.answers import lstm_forward, lstm_step

# One step: every known mistake is the same step with one line changed.


def _arguments(x, h, params) -> list[np.ndarray]:
    """What goes into the functions of the four blocks, (N, H) each, in the order of the rows."""
    W_ih, W_hh, b_ih, b_hh = params
    return np.split(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh, 4, axis=1)


def _wrong(
    order: tuple[int, int, int, int] = (0, 1, 2, 3),
    candidate: Callable = np.tanh,
    gate: Callable = sigmoid,
    cell: Callable = lambda i, f, g, c: f * c + i * g,
    output: Callable = lambda o, c, c_prev: o * np.tanh(c),
) -> Callable:
    """A step with another order of the rows, or another line for the candidate, the gates, the cell or the output."""

    def step(x, h, c, params):
        a = _arguments(x, h, params)
        ai, af, ag, ao = (a[k] for k in order)
        i, f, g, o = gate(ai), gate(af), candidate(ag), gate(ao)
        new = cell(i, f, g, c)
        return output(o, new, c), new

    return step


def _reshaped(cut: Callable) -> Callable:
    """A step whose sum a (N, 4H) is cut into the four blocks by another rule."""

    def step(x, h, c, params):
        a = np.concatenate(_arguments(x, h, params), axis=1)
        i, f, g, o = cut(a)
        new = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        return sigmoid(o) * np.tanh(new), new

    return step


def _state_first(x, h, c, params):
    W = np.concatenate([params.W_ih, params.W_hh], axis=1)
    D = x.shape[1]
    joined = params._replace(W_ih=W[:, :D], W_hh=W[:, D:])
    hx = np.concatenate([h, x], axis=1)
    return lstm_step(hx[:, :D], hx[:, D:], c, joined)


def _overflowing(a):
    with np.errstate(all="ignore"):
        return np.exp(a) / (1 + np.exp(a))


def _untransposed(x, h, c, params):
    H = h.shape[1]
    blocks = params.W_hh.reshape(4, H, H).transpose(0, 2, 1)
    return lstm_step(x, h, c, params._replace(W_hh=blocks.reshape(4 * H, H)))


def _with_peepholes(gates: str = "h and c", candidate_sees: str = "h", output: str = "new") -> Callable:
    """A step whose gates see the cell, beside the state or in its place. output: which cell the output gate sees."""

    def step(x, h, c, params):
        sees_c = _arguments(x, c, params)
        ai, af, ag, ao = a = _arguments(x, h, params)
        ag = {"h": ag, "c": sees_c[2], "x": _arguments(x, 0 * h, params)[2]}[candidate_sees]
        ai, af, ao = (a[k] + c if gates == "h and c" else sees_c[k] for k in (0, 1, 3))
        new = sigmoid(af) * c + sigmoid(ai) * np.tanh(ag)
        if output == "new":
            ao = a[3] + new if gates == "h and c" else _arguments(x, new, params)[3]
        return sigmoid(ao) * np.tanh(new), new

    return step


def _changes_c(x, h, c, params):
    new_h, new_c = lstm_step(x, h, c, params)
    c[...] = new_c
    return new_h, c


def _raised_forget_bias(x, h, c, params):
    H = h.shape[1]
    raised = params.b_ih.copy()
    raised[H : 2 * H] += 1
    return lstm_step(x, h, c, params._replace(b_ih=raised))


STEP = (
    Mistake(
        "an input gate and a forget gate that are exchanged",
        "The rows begin with i, then comes f. And f multiplies the old cell.",
        _wrong(order=(1, 0, 2, 3)),
    ),
    Mistake(
        "weight rows read in the order i, f, o, g",
        "The rows are in the order i, f, g, o, as in PyTorch. Which block goes through tanh?",
        _wrong(order=(0, 1, 3, 2)),
    ),
    Mistake(
        "weight rows read in the order i, o, f, g",
        "That is the order of ONNX. Here the rows are in the order i, f, g, o, as in PyTorch.",
        _wrong(order=(0, 2, 3, 1)),
    ),
    Mistake(
        "a forget gate with 1 added to its argument",
        "Such a bias belongs into the weights when training starts, as in a later exercise. A step takes b_ih and b_hh "
        "as they are.",
        _raised_forget_bias,
    ),
    Mistake(
        "a candidate with sigmoid in place of tanh",
        "Three of the four are gates and lie in (0, 1). The candidate is what gets written, and may be negative.",
        _wrong(candidate=sigmoid),
    ),
    Mistake(
        "a candidate without its tanh",
        "The candidate must lie in (-1, 1).",
        _wrong(candidate=lambda a: a),
    ),
    Mistake(
        "an output without its tanh: h = o * c",
        "The cell may grow beyond 1, the state may not. What keeps it inside?",
        _wrong(output=lambda o, c, c_prev: o * c),
    ),
    Mistake(
        "an output made from the old cell",
        "The new cell comes first. The output gate looks at that one.",
        _wrong(output=lambda o, c, c_prev: o * np.tanh(c_prev)),
    ),
    Mistake(
        "an old cell that is dropped: c = i * g",
        "The new cell is a sum. What does the forget gate keep of the old one?",
        _wrong(cell=lambda i, f, g, c: i * g),
    ),
    Mistake(
        "an old cell without the forget gate: c = c + i * g",
        "That is the LSTM of 1997. The forget gate came in 2000: what does it multiply?",
        _wrong(cell=lambda i, f, g, c: c + i * g),
    ),
    Mistake(
        "a candidate without the input gate: c = f * c + g",
        "How much of the candidate is written? One of the gates decides it.",
        _wrong(cell=lambda i, f, g, c: f * c + g),
    ),
    Mistake(
        "1 - f in place of the input gate",
        "A GRU couples the two. In an LSTM the input gate has rows of its own.",
        _wrong(cell=lambda i, f, g, c: f * c + (1 - f) * g),
    ),
    Mistake(
        "a tanh around the old cell: f * tanh(c)",
        "The old cell enters as it is. Any function on this path would shrink it at every step.",
        _wrong(cell=lambda i, f, g, c: f * np.tanh(c) + i * g),
    ),
    Mistake(
        "a tanh around the new cell: c = tanh(f * c + i * g)",
        "The cell itself passes through no function. Only its way out to h does.",
        _wrong(cell=lambda i, f, g, c: np.tanh(f * c + i * g), output=lambda o, c, c_prev: o * c),
    ),
    Mistake(
        "1 - i in place of the forget gate",
        "A GRU couples the two. In an LSTM the forget gate has rows of its own.",
        _wrong(cell=lambda i, f, g, c: (1 - i) * c + i * g),
    ),
    Mistake(
        "blocks cut by reshape(4, N, H), which mixes the sequences",
        "Each row of the sum (N, 4H) belongs to one sequence, and has the four blocks side by side. np.split with "
        "axis=1 cuts them there.",
        _reshaped(lambda a: a.reshape(4, len(a), -1)),
    ),
    Mistake(
        "every fourth column taken for a block, as reshape(N, H, 4) cuts",
        "The H columns of one block stand side by side: first all of i, then all of f.",
        _reshaped(lambda a: np.moveaxis(a.reshape(len(a), -1, 4), 2, 0)),
    ),
    Mistake(
        "h before x where the weights stand as W_ih before W_hh",
        "One large product is a fine idea. The columns of [x, h] must be in the order of the columns of [W_ih, W_hh].",
        _state_first,
    ),
    Mistake(
        "the old cell returned beside the new state",
        "The next step needs the new cell.",
        lambda x, h, c, params: (lstm_step(x, h, c, params)[0], c.copy()),
    ),
    Mistake(
        "a missing bias b_ih",
        "Every product has its bias: W_ih x + b_ih and W_hh h + b_hh.",
        lambda x, h, c, params: lstm_step(x, h, c, params._replace(b_ih=np.zeros_like(params.b_ih))),
    ),
    Mistake(
        "a missing bias b_hh",
        "Every product has its bias: W_ih x + b_ih and W_hh h + b_hh.",
        lambda x, h, c, params: lstm_step(x, h, c, params._replace(b_hh=np.zeros_like(params.b_hh))),
    ),
    Mistake(
        "recurrent weights that are not transposed",
        "Rows of W_hh belong to the new units. The states are the rows of h (N, H): which axis of W_hh is summed over?",
        _untransposed,
    ),
    Mistake(
        "a step that ignores the old state h",
        "The old state enters all four blocks, through W_hh.",
        lambda x, h, c, params: lstm_step(x, np.zeros_like(h), c, params),
    ),
    Mistake(
        "h and c returned in the wrong order",
        "Return the state first and the cell second: h, c.",
        lambda *args: lstm_step(*args)[::-1],
    ),
    Mistake(
        "a step that writes the new cell into c itself",
        "`c *= f` and `c += ...` change the caller's array. Make a new one: `c = f * c + ...`.",
        _changes_c,
    ),
    Mistake(
        "a sigmoid exp(a) / (1 + exp(a)) that overflows",
        "For a large number both exponentials are infinite, and infinity / infinity is not a number. Lesson 00 has a "
        "sigmoid that never overflows.",
        _wrong(gate=_overflowing),
    ),
    gate_mistake(lambda hard: _wrong(gate=hard)),
    *state_mistakes(
        lambda squash: _wrong(candidate=squash, output=lambda o, c, c_prev: o * squash(c)),
        lambda squash: _wrong(candidate=squash),
        lambda squash: _wrong(output=lambda o, c, c_prev: o * squash(c)),
    ),
    Mistake(
        "an LSTM with peepholes, whose gates look at the cell",
        "That is another model, of 2000. Here every gate sees x and h, and the cell is what they act on.",
        _with_peepholes(),
        also=tuple(
            _with_peepholes(gates, candidate_sees, output)
            for gates, candidate_sees, output in (
                ("h and c", "h", "old"),
                ("c", "h", "old"),
                ("c", "h", "new"),
                ("c", "c", "old"),
                ("c", "c", "new"),
                ("c", "x", "old"),
                ("c", "x", "new"),
            )
        ),
    ),
)


# A whole sequence.


def _each_from(start: Callable) -> Callable:
    """A loop in which every step starts from the pair start(h, c, h0, c0)."""

    def forward(x, h0, c0, params):
        h, c, hs, cs = h0, c0, [], []
        for t in range(x.shape[1]):
            h, c = lstm_step(x[:, t], *start(h, c, h0, c0), params)
            hs.append(h)
            cs.append(c)
        return np.stack(hs, axis=1), np.stack(cs, axis=1)

    return forward


def _into_arguments(x, h0, c0, params):
    hs, cs = [], []
    for t in range(x.shape[1]):
        h0[...], c0[...] = lstm_step(x[:, t], h0, c0, params)
        hs.append(h0.copy())
        cs.append(c0.copy())
    return np.stack(hs, axis=1), np.stack(cs, axis=1)


def _before_each_step(x, h0, c0, params):
    hs, cs = lstm_forward(x, h0, c0, params)
    return tuple(np.concatenate([a0[:, None], a[:, :-1]], axis=1) for a0, a in ((h0, hs), (c0, cs)))


def _one_array(x, h0, c0, params):
    hs, cs = lstm_forward(x, h0, c0, params)
    return tuple(np.repeat(a[:, -1:], x.shape[1], axis=1) for a in (hs, cs))


FORWARD = (
    Mistake(
        "a cell that is not carried on: every step starts from c0",
        "Two things go from step to step. Is c replaced in your loop, as h is?",
        _each_from(lambda h, c, h0, c0: (h, c0)),
    ),
    Mistake(
        "a state that is not carried on: every step starts from h0",
        "Two things go from step to step. Is h replaced in your loop, as c is?",
        _each_from(lambda h, c, h0, c0: (h0, c)),
    ),
    Mistake(
        "a loop that starts every step from h0 and c0",
        "What one step returns is what the next one starts from.",
        _each_from(lambda h, c, h0, c0: (h0, c0)),
    ),
    Mistake(
        "a loop that ignores h0",
        "The first step must receive h0.",
        lambda x, h0, c0, params: lstm_forward(x, np.zeros_like(h0), c0, params),
    ),
    Mistake(
        "a loop that ignores c0",
        "The first step must receive c0.",
        lambda x, h0, c0, params: lstm_forward(x, h0, np.zeros_like(c0), params),
    ),
    Mistake(
        "a loop that starts from zeros and ignores h0 and c0, or reads hs[:, t - 1] and cs[:, t - 1] at t = 0",
        "The first step must receive h0 and c0. At t = 0 the index t - 1 is -1, the last time step, and it is still "
        "zero there.",
        lambda x, h0, c0, params: lstm_forward(x, np.zeros_like(h0), np.zeros_like(c0), params),
    ),
    Mistake(
        "h0 and c0 exchanged",
        "lstm_step takes h first and c second.",
        lambda x, h0, c0, params: lstm_forward(x, c0, h0, params),
    ),
    Mistake(
        "h and c exchanged at every step",
        "lstm_step takes h first and c second, and gives them back in this order.",
        _each_from(lambda h, c, h0, c0: (c, h)),
    ),
    Mistake(
        "state and cell before each step in place of those after it",
        "hs[:, t] is the state after x[:, t] was read. Append after the step, not before.",
        _before_each_step,
    ),
    Mistake(
        "states that are reshaped to (N, T, H) and not turned",
        "np.array(hs) is (T, N, H). reshape leaves the numbers in that order and cuts them elsewhere; np.stack with "
        "axis=1, swapaxes and transpose move an axis.",
        lambda *args: tuple(a.swapaxes(0, 1).reshape(a.shape) for a in lstm_forward(*args)),
    ),
    Mistake(
        "a loop that runs backwards in time",
        "Step t sees x[:, t], and t counts up.",
        lambda x, *rest: tuple(a[:, ::-1] for a in lstm_forward(x[:, ::-1], *rest)),
    ),
    Mistake(
        "one array that stands for all states",
        "The same array is appended at every step and overwritten by the next. Append new arrays.",
        _one_array,
    ),
    Mistake(
        "a loop that writes into h0 and c0",
        "h0 and c0 belong to the caller. Give the state new names and leave them as they are.",
        _into_arguments,
    ),
    Mistake(
        "states in the order (T, N, H)",
        "The batch comes first. Which axis should np.stack make for time?",
        lambda *args: tuple(a.swapaxes(0, 1) for a in lstm_forward(*args)),
    ),
    Mistake(
        "only the last state and the last cell",
        "All T of them are asked for: keep each.",
        lambda *args: tuple(a[:, -1] for a in lstm_forward(*args)),
    ),
)
