"""Lesson 04, the LSTM: one step, a sequence, both backwards, and weights that begin with an open forget gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.checking.values import Described, NotUsable, as_array, by_names, outline
from coursekit.recurrence.draws import LARGE, SEQUENCE_SIZES, STEP_SIZES, sequence_args, state, step_args, upstream
from coursekit.reference import lstm
from coursekit.topics.lstm import backward_mistakes, init_mistakes, mistakes
from coursekit.topics.lstm.answers import init_lstm, lstm_backward, lstm_forward, lstm_step, lstm_step_backward

LESSON = "04_lstm"

GATES = ("i", "f", "g", "o")
WEIGHTS = (
    Tensor("dW_ih", ("4H", "D"), blocks=GATES),
    Tensor("dW_hh", ("4H", "H"), blocks=GATES),
    Tensor("db_ih", ("4H",), blocks=GATES),
    Tensor("db_hh", ("4H",), blocks=GATES),
)

PARTS = {
    "i": "the input gate i",
    "f": "the forget gate f",
    "g": "the candidate g",
    "o": "the output gate o",
    "c": "the cell c",
    "h": "the state h",
}


# Forward.


def _cell(rng: np.random.Generator, N: int, H: int, large: bool) -> np.ndarray:
    """A cell (N, H). It is not bounded by 1, so that tanh(c) differs clearly from c; large: but for the first row even
    that is near ±1."""
    c = 1.5 * state(rng, N, H)
    if large:
        c[1:] = np.sign(c[1:]) * rng.uniform(3.5, 5, (N - 1, H))
    return c


def _step_args(rng: np.random.Generator, N: int, D: int, H: int, large: bool = False) -> dict[str, Any]:
    x, h, params = step_args(rng, lstm, N, D, H, large).values()
    return {"x": x, "h": h, "c": _cell(rng, N, H, large), "params": params}


def _draw_step(rng: np.random.Generator) -> Iterator[Draw]:
    for name, sizes in STEP_SIZES.items():
        yield Draw(name, _step_args(rng, **sizes, large=name == LARGE), sizes)


register(
    Exercise(
        name="lstm_step",
        lesson=LESSON,
        asks="One step of an LSTM for a batch: x (N, D), h and c (N, H) give the next h and c (N, H).",
        reference=lstm_step,
        parts=PARTS,
        returns=(Tensor("h", ("N", "H")), Tensor("c", ("N", "H"))),
        draw=_draw_step,
        mistakes=mistakes.STEP,
        hints=(
            "Gates and candidate come out of one sum: x @ W_ih.T + b_ih + h @ W_hh.T + b_hh has the shape (N, 4H).",
            "np.split(a, 4, axis=1) cuts it into the parts of i, f, g, o, in this order. Three of them go through the "
            "sigmoid, and g, the candidate, through tanh.",
            "The new cell is a sum of two products: what f keeps of the old cell, and what i lets in of g. "
            "Which cell does the new h show?",
            "c = f * c + i * g, and then h = o * tanh(c) with this new c. Return h, c.",
        ),
        points=3,
    )
)


def _sequence_args(rng: np.random.Generator, N: int, T: int, D: int, H: int, large: bool = False) -> dict[str, Any]:
    x, h0, params = sequence_args(rng, lstm, N, T, D, H, large).values()
    return {"x": x, "h0": h0, "c0": _cell(rng, N, H, large), "params": params}


def _draw_sequence(rng: np.random.Generator) -> Iterator[Draw]:
    for name, sizes in SEQUENCE_SIZES.items():
        yield Draw(name, _sequence_args(rng, **sizes, large=name == LARGE), sizes)


register(
    Exercise(
        name="lstm_forward",
        lesson=LESSON,
        asks="An LSTM over a sequence: x (N, T, D), h0 and c0 (N, H) give every h and every c, hs and cs (N, T, H).",
        reference=lstm_forward,
        parts=PARTS,
        returns=(
            Tensor("hs", ("N", "T", "H"), sequence="T"),
            Tensor("cs", ("N", "T", "H"), sequence="T"),
        ),
        draw=_draw_sequence,
        uses=("lstm_step",),
        mistakes=mistakes.FORWARD,
        hints=(
            "It is the loop of the vanilla RNN, with two variables that are carried on: h and c.",
            "Start with h, c = h0, c0. Each call of lstm_step takes both and gives both anew. Append both to lists.",
            "In the loop: h, c = lstm_step(x[:, t], h, c, params). At the end np.stack(list_of_h, axis=1) makes "
            "(N, T, H).",
        ),
        points=2,
    )
)


# Backward.


def _draw_step_backward(rng: np.random.Generator) -> Iterator[Draw]:
    for name, sizes in STEP_SIZES.items():
        large = name == LARGE
        *_, cache = lstm.step(*_step_args(rng, **sizes, large=large).values())
        dh, dc = upstream(rng, (2, sizes["N"], sizes["H"]), large)
        yield Draw(name, {"dh": dh, "dc": dc, "cache": cache}, sizes)


register(
    Exercise(
        name="lstm_step_backward",
        lesson=LESSON,
        asks="Back through one step of an LSTM: dh and dc (N, H) and the step's cache give dx, dh_prev, dc_prev and "
        "the gradients of the four weights.",
        reference=lstm_step_backward,
        returns=(
            Tensor("dx", ("N", "D")),
            Tensor("dh_prev", ("N", "H")),
            Tensor("dc_prev", ("N", "H")),
            *WEIGHTS,
        ),
        draw=_draw_step_backward,
        mistakes=backward_mistakes.STEP,
        hints=(
            "Go backwards line by line. The last line was h = o * tanh(c): it sends something to o, and something to "
            "c. What reaches c there is added to dc. Do that first.",
            "With the whole dc: the line c = f * c_prev + i * g has four factors, i, g, f and c_prev. Each gets dc "
            "times the factor that it stood beside.",
            "Each gate then goes back through its function: the sigmoid with value s has the slope s * (1 - s), tanh "
            "with value g has 1 - g**2. Concatenate the four results in the order i, f, g, o: da, (N, 4H).",
            "From da it is as in the vanilla RNN: dx = da @ W_ih, dh_prev = da @ W_hh, dW_ih = da.T @ x, "
            "dW_hh = da.T @ h_prev, and both biases get da.sum(axis=0).",
        ),
        points=5,
    )
)


def _draw_backward(rng: np.random.Generator) -> Iterator[Draw]:
    for name, sizes in SEQUENCE_SIZES.items():
        large = name == LARGE
        x, h0, c0, params = _sequence_args(rng, **sizes, large=large).values()
        h, c, caches = h0, c0, []
        for t in range(sizes["T"]):
            h, c, cache = lstm.step(x[:, t], h, c, params)
            caches.append(cache)
        dhs, dc_T = upstream(rng, x.shape[:2] + h0.shape[1:], large), upstream(rng, h0.shape, large)
        yield Draw(name, {"dhs": dhs, "dc_T": dc_T, "caches": caches}, sizes)


register(
    Exercise(
        name="lstm_backward",
        lesson=LESSON,
        asks="Back-propagation through time of an LSTM: dhs (N, T, H), the gradient of each step's own loss, dc_T "
        "(N, H), that of the last cell, and T caches give dx, dh0, dc0 and the gradients of the four weights.",
        reference=lstm_backward,
        returns=(
            Tensor("dx", ("N", "T", "D"), sequence="T"),
            Tensor("dh0", ("N", "H")),
            Tensor("dc0", ("N", "H")),
            *WEIGHTS,
        ),
        draw=_draw_backward,
        uses=("lstm_step_backward",),
        mistakes=backward_mistakes.SEQUENCE,
        hints=(
            "It is the loop of rnn_backward with two things that are handed over: dh_next and dc_next.",
            "Before the last step nothing arrives by way of h: dh_next is zero. At the last cell dc_T arrives.",
            "What reaches h is a sum of two, as in the RNN. But dc has no loss of its own: it is dc_next as it stands.",
            "dx[:, t], dh_next, dc_next, *dW = lstm_step_backward(dhs[:, t] + dh_next, dc_next, caches[t]), and add "
            "up the four of dW.",
        ),
        points=3,
    )
)


# Initial weights.


def _draw_init(rng: np.random.Generator) -> Iterator[Draw]:
    settings = {"small": (3, 5, 1.0), "an open gate": (3, 5, 3.0), "more inputs than units": (7, 2, 0.5)}
    for name, (D, H, forget_bias) in settings.items():
        args = {"params": lstm.init(D, H, rng), "forget_bias": forget_bias}
        yield Draw(name, args, {"D": D, "H": H})


_PARAMS = lstm.Params._fields


def _biases_added(answer: Callable[..., Any], args: Mapping[str, Any]) -> Any:
    """The two biases as their sum, because nothing else of them is ever used: any split of it is right."""
    value = answer(*args.values())
    if isinstance(value, Mapping):
        if set(value) != set(_PARAMS):
            return Described(by_names(value, f"are the four arrays {', '.join(_PARAMS)}"))
        value = tuple(value[name] for name in _PARAMS)
    if not isinstance(value, (tuple, list)):
        return value
    if len(value) < 4:
        return Described(f"{outline(value)}; asked for are four arrays, W_ih, W_hh, b_ih, b_hh")
    try:
        b_ih, b_hh = (as_array(part).astype(float) for part in value[2:4])
    except NotUsable as reason:
        return value[0], value[1], f"a sum of which one part {reason}", *value[4:]
    if b_ih.shape != b_hh.shape and 1 not in (b_ih.size, b_hh.size):  # the sum of a row and a column can be huge
        return Described(
            f"{len(value)} values, of which the two biases have two shapes; asked for are W_ih, W_hh, b_ih, b_hh"
        )
    return value[0], value[1], b_ih + b_hh, *value[4:]


register(
    Exercise(
        name="init_lstm",
        lesson=LESSON,
        asks="The weights of an LSTM with the whole bias of the forget gate, b_ih + b_hh, set to forget_bias.",
        reference=init_lstm,
        returns=(
            Tensor("W_ih", ("4H", "D"), blocks=GATES),
            Tensor("W_hh", ("4H", "H"), blocks=GATES),
            Tensor("b_ih + b_hh", ("4H",), blocks=GATES),
        ),
        draw=_draw_init,
        own_memory=True,
        mistakes=init_mistakes.INIT,
        hints=(
            "The rows stand in the order i, f, g, o, H of each. Which rows belong to f?",
            "There are two biases, and only their sum matters. If one holds all of it, what must the other one hold?",
            "Copy both biases, set rows H to 2H of one to forget_bias and those of the other to 0.",
        ),
        points=1,
        apply=_biases_added,
    )
)
