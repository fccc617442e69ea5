"""Lesson 02, back-propagation through time: one step back, a sequence, pieces of a sequence, and clipping."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.checking.values import Described, by_names, outline
from coursekit.recurrence.draws import (
    LARGE,
    SEQUENCE_SIZES,
    STEP_SIZES,
    inputs,
    sequence_args,
    state,
    step_args,
    upstream,
)
from coursekit.reference import gradient_flow, rnn
from coursekit.topics.bptt import mistakes
from coursekit.topics.bptt.answers import clip_by_global_norm, rnn_backward, rnn_step_backward, truncated_bptt

LESSON = "02_bptt"

WEIGHTS = (
    Tensor("dW_ih", ("H", "D")),
    Tensor("dW_hh", ("H", "H")),
    Tensor("db_ih", ("H",)),
    Tensor("db_hh", ("H",)),
)

PARTS = {"da": "da, the gradient at the argument of tanh", "dh": "dh, the whole gradient of a state"}


def _draw_step(rng: np.random.Generator) -> Iterator[Draw]:
    for name, sizes in STEP_SIZES.items():
        large = name == LARGE
        _, cache = rnn.step(*step_args(rng, rnn, **sizes, large=large).values())
        yield Draw(name, {"dh": upstream(rng, cache.h.shape, large), "cache": cache}, sizes)


register(
    Exercise(
        name="rnn_step_backward",
        lesson=LESSON,
        asks="Back through one step of an RNN: dh (N, H) and the step's cache give dx, dh_prev and the "
        "gradients of the four weights.",
        reference=rnn_step_backward,
        parts=PARTS,
        returns=(Tensor("dx", ("N", "D")), Tensor("dh_prev", ("N", "H")), *WEIGHTS),
        draw=_draw_step,
        mistakes=mistakes.STEP,
        hints=(
            "Write the step as two lines: a = x W_ihᵀ + b_ih + h_prev W_hhᵀ + b_hh, then h = tanh(a). "
            "Go back through the second line first.",
            "The derivative of tanh at a, written with its value h, is 1 - h². That gives da from dh, of shape (N, H).",
            "Each product gives two gradients. Shapes decide which side is transposed: dx is (N, D), dW_ih is (H, D).",
            "dx = da @ W_ih, and dW_ih = da.T @ x. The other product is the same with W_hh and h_prev. "
            "The biases were added to every row: add up the rows of da.",
        ),
        points=3,
    )
)


def backward_args(rng: np.random.Generator, N: int, T: int, D: int, H: int, large: bool = False) -> dict[str, Any]:
    """Arguments dhs (N, T, H) and caches (a list of T step caches) of a backward pass."""
    x, h0, params = sequence_args(rng, rnn, N, T, D, H, large).values()
    _, caches = gradient_flow.run(rnn, params, x, h0)
    return {"dhs": upstream(rng, (N, T, H), large), "caches": caches}


def _draw_sequence(rng: np.random.Generator) -> Iterator[Draw]:
    for name, sizes in SEQUENCE_SIZES.items():
        yield Draw(name, backward_args(rng, **sizes, large=name == LARGE), sizes)


register(
    Exercise(
        name="rnn_backward",
        lesson=LESSON,
        asks="Back-propagation through time: dhs (N, T, H), the gradient of each step's own loss, and the "
        "caches of the T steps give dx, dh0 and the gradients of the four weights.",
        reference=rnn_backward,
        parts=PARTS,
        returns=(Tensor("dx", ("N", "T", "D"), sequence="T"), Tensor("dh0", ("N", "H")), *WEIGHTS),
        draw=_draw_sequence,
        uses=("rnn_step_backward",),
        mistakes=mistakes.SEQUENCE,
        hints=(
            "Begin at the last step. What reaches its state? Only its own loss, dhs[:, -1].",
            "Every earlier state is used twice: by its own loss, and by the next step. The two gradients are added.",
            "What a step passes on is the dh_prev of rnn_step_backward. Before the last step it is zero, "
            "after the first one it is dh0.",
            "In the loop over reversed(range(T)): dh = dhs[:, t] + dh_next, then call rnn_step_backward(dh, "
            "caches[t]), keep its dx at position t, and add its four weight gradients to their sums.",
        ),
        points=4,
    )
)


def _draw_pieces(rng: np.random.Generator) -> Iterator[Draw]:
    settings = {
        "one step, one piece": {"N": 4, "T": 1, "D": 3, "H": 5, "k": 2},
        "two pieces": {"N": 4, "T": 3, "D": 2, "H": 5, "k": 2},
        "a shorter last piece": {"N": 4, "T": 7, "D": 3, "H": 5, "k": 3},
        LARGE: {"N": 4, "T": 8, "D": 3, "H": 5, "k": 3},
        "a batch of one": {"N": 1, "T": 10, "D": 6, "H": 3, "k": 8},
    }
    for name, sizes in settings.items():
        N, T, D, H, k = sizes.values()
        args = {
            "series": inputs(rng, (N, T + 1, D), name == LARGE),
            "h0": state(rng, N, H, name == LARGE),
            "params": rnn.init(D, H, rng),
            "W_out": rng.uniform(-1, 1, (D, H)),
            "k": k,
        }
        yield Draw(name, args, sizes)


register(
    Exercise(
        name="truncated_bptt",
        lesson=LESSON,
        asks="Loss, last state and weight gradients of predicting the next value of a series, with the "
        "gradient cut after every k steps.",
        reference=truncated_bptt,
        returns=(Tensor("loss"), Tensor("h", ("N", "H")), *WEIGHTS),
        draw=_draw_pieces,
        uses=("rnn_backward",),
        mistakes=mistakes.PIECES,
        hints=(
            "Loop over the first step of each piece: range(0, T, k). A piece ends at min(start + k, T).",
            "Inside, do what you would do for a short sequence of its own: forward, error, loss, backward. "
            "Begin the forward pass at the last state of the piece before.",
            "The error at step t is the read-out minus the value at t + 1. Go back through the read-out by the "
            "rule for products: what does the state get?",
            "The error is hs[:, t] @ W_out.T minus the value at t + 1, and the state gets error @ W_out. "
            "rnn_backward starts with dh_next = 0 in every piece: that is the cut. Add up the losses and the "
            "gradients.",
        ),
        points=4,
    )
)


def _draw_clip(rng: np.random.Generator) -> Iterator[Draw]:
    D, H = 3, 5
    shapes = ((H, D), (H, H), (H,), (H,))
    lengths = {
        "too long": (7.1, 3.3),  # no number or quotient of these is one that is written into an answer
        "short enough": (1.7, 3.1),
        "exploded": (4.3e5, 5.2),
        "all zero": (0.0, 3.1),
    }
    for name, (length, max_norm) in lengths.items():
        grads = [rng.standard_normal(shape) for shape in shapes]
        _, norm = clip_by_global_norm(grads, np.inf)
        factor = length / norm
        yield Draw(name, {"grads": [g * factor for g in grads], "max_norm": max_norm}, {"D": D, "H": H})


def _clip_and_flatten(answer: Callable[..., Any], args: Mapping[str, Any]) -> Any:
    """(list of four arrays, norm) as five values, so that each is compared by its name."""
    value = answer(*args.values())
    names = [tensor.name for tensor in WEIGHTS] + ["norm"]
    if isinstance(value, Mapping) and not value.keys() >= set(names):
        return Described(by_names(value, "is the pair (list of gradients, norm)"))
    if not isinstance(value, (tuple, list)) or not any(isinstance(part, (tuple, list)) for part in value):
        return value
    first = value[0]
    if len(value) < 2 or not isinstance(first, (tuple, list)) or len(first) != len(args["grads"]):
        return Described(f"{outline(value)}; asked for is the pair (list of gradients, norm)")
    return (*first, *value[1:])


register(
    Exercise(
        name="clip_by_global_norm",
        lesson=LESSON,
        asks="Gradients (a list of arrays) made shorter by one factor if their norm, taken over all of "
        "them, exceeds max_norm; and the norm before.",
        reference=clip_by_global_norm,
        returns=(*WEIGHTS, Tensor("norm")),
        draw=_draw_clip,
        mistakes=mistakes.CLIP,
        hints=(
            "Think of all arrays as one long vector. Its norm is the square root of the sum of all squared entries.",
            "Only if that norm exceeds max_norm is there anything to do. Then every array is multiplied by "
            "the same factor.",
            "The factor is max_norm / norm. Return new arrays, and the norm that you measured before.",
        ),
        points=2,
        apply=_clip_and_flatten,
    )
)
