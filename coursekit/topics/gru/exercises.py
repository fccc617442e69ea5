"""Lesson 05, the GRU from scratch: one step, a sequence, the two conventions, clamped gates, counting parameters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.recurrence.draws import LARGE, SEQUENCE_SIZES, sequence_args, sequence_draws, step_draws
from coursekit.recurrence.gru_tensors import PARTS, STATES
from coursekit.reference import gru
from coursekit.topics.gru import mistakes, weight_mistakes
from coursekit.topics.gru.answers import (
    gru_forward,
    gru_parameter_count,
    gru_step,
    gru_step_reset_before,
    gru_with_clamped_gate,
    to_other_convention,
)

LESSON = "05_gru"

STATE = Tensor("h", ("N", "H"))

register(
    Exercise(
        name="gru_step",
        lesson=LESSON,
        asks="One step of a GRU for a batch: x (N, D) and h (N, H) give the next h (N, H).",
        reference=gru_step,
        parts=PARTS,
        returns=(STATE,),
        draw=step_draws(gru),
        mistakes=mistakes.STEP,
        hints=(
            "Begin with the two products that hold all three blocks at once: x @ W_ih.T + b_ih and h @ W_hh.T + b_hh, "
            "both (N, 3H). Print their shapes.",
            "np.split(a, 3, axis=1) cuts each product into the parts of r, z and n. r and z are the sigmoid of the "
            "sum of their two parts.",
            "For the candidate the two parts are not simply added: r multiplies the part that came from h (with its "
            "bias) before the sum. Then comes tanh.",
            "The last line is a weighted mean of the candidate and the old state. The weights are 1 - z and z.",
        ),
        points=4,
    )
)

register(
    Exercise(
        name="gru_forward",
        lesson=LESSON,
        asks="A GRU over a sequence: x (N, T, D) and h0 (N, H) give every state hs (N, T, H).",
        reference=gru_forward,
        parts=PARTS,
        returns=(STATES,),
        draw=sequence_draws(gru),
        uses=("gru_step",),
        mistakes=mistakes.FORWARD,
        hints=(
            "A recurrent layer is a fold: keep one variable h, start it at h0, and replace it at every step.",
            "The input of step t is x[:, t], shape (N, D). Collect the states in a list.",
            "np.stack(states, axis=1) makes (N, T, H) from T arrays (N, H).",
        ),
        points=2,
    )
)

# The two conventions.


def _draw_params(rng: np.random.Generator) -> Iterator[Draw]:
    for name, (D, H) in {"small": (3, 5), "fresh numbers": (3, 5), "more inputs than units": (7, 2)}.items():
        yield Draw(name, {"params": gru.init(D, H, rng)}, {"D": D, "H": H})


_GATES = ("r", "z", "n")

register(
    Exercise(
        name="to_other_convention",
        lesson=LESSON,
        asks="Weights for a GRU in which z writes, h = (1 - z) * h + z * n, that computes the same states.",
        reference=to_other_convention,
        returns=(
            Tensor("W_ih", ("3H", "D"), blocks=_GATES),
            Tensor("W_hh", ("3H", "H"), blocks=_GATES),
            Tensor("b_ih", ("3H",), blocks=_GATES),
            Tensor("b_hh", ("3H",), blocks=_GATES),
        ),
        draw=_draw_params,
        mistakes=weight_mistakes.CONVENTION,
        hints=(
            "The new gate must equal 1 minus the old one for every input.",
            "1 - sigmoid(a) = sigmoid(-a). So which sign must everything inside the sigmoid of z take?",
            "Negate rows H to 2H of all four arrays, in copies.",
        ),
        points=2,
    )
)

register(
    Exercise(
        name="gru_step_reset_before",
        lesson=LESSON,
        asks="One step of the GRU of Cho et al. 2014: r multiplies h before the product with W_hn.",
        reference=gru_step_reset_before,
        parts=PARTS,
        returns=(STATE,),
        draw=step_draws(gru),
        mistakes=mistakes.RESET_BEFORE,
        hints=(
            "Only the line of the candidate changes. Its product with W_hn can no longer be shared with the gates.",
            "The rows of W_hn are the last H rows of W_hh, and b_hn the last H entries of b_hh.",
            "n = tanh(x part + (r * h) @ W_hn.T + b_hn)",
        ),
        points=2,
    )
)


# What a gate does, seen by holding it.


def _draw_clamped(rng: np.random.Generator) -> Iterator[Draw]:
    settings = (("z", 1.0), ("r", 0.0), ("z", 0.0), ("r", 0.3), ("z", 0.8))
    for (name, sizes), (gate, value) in zip(SEQUENCE_SIZES.items(), settings, strict=True):
        args = sequence_args(rng, gru, **sizes, large=name == LARGE) | {"gate": gate, "value": value}
        yield Draw(f"{name}, {gate} = {value:g}", args, sizes)


register(
    Exercise(
        name="gru_with_clamped_gate",
        lesson=LESSON,
        asks='A GRU over a sequence with one gate, "r" or "z", held at a value for all steps: hs (N, T, H).',
        reference=gru_with_clamped_gate,
        parts=PARTS,
        returns=(STATES,),
        draw=_draw_clamped,
        mistakes=mistakes.CLAMPED,
        hints=(
            "Copy your step into the loop, and replace the gate between the line that computes it and the line "
            "that uses it.",
            "np.full_like(z, value) is a gate held at a value.",
        ),
        points=2,
    )
)


# Counting.


def _draw_sizes(rng: np.random.Generator) -> Iterator[Draw]:
    for name, (low, high) in {"small": (2, 9), "a layer": (10, 200), "another layer": (10, 200)}.items():
        D, H = (int(k) for k in rng.choice(np.arange(low, high), 2, replace=False))
        yield Draw(name, {"D": D, "H": H}, {"D": D, "H": H})


register(
    Exercise(
        name="gru_parameter_count",
        lesson=LESSON,
        asks="The number of parameters of a GRU layer with D inputs and H units, both biases counted.",
        reference=gru_parameter_count,
        returns=(Tensor("count", exact=True),),
        draw=_draw_sizes,
        mistakes=weight_mistakes.COUNT,
        hints=(
            "Write down the four shapes: W_ih (3H, D), W_hh (3H, H), b_ih (3H,), b_hh (3H,).",
            "Multiply the sizes of each shape, and add.",
        ),
        points=1,
    )
)
