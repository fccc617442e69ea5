"""Lesson 05, the GRU from scratch: one step, a sequence, the two conventions, clamped gates, counting parameters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from coursekit.checking import Draw, Exercise, Mistake, Tensor
from coursekit.checking.registry import register
from coursekit.recurrence.draws import SEQUENCE_SIZES, sequence_args, sequence_draws, step_draws
from coursekit.reference import conventions, gru
from coursekit.reference.gru import Params
from coursekit.topics.gru import mistakes

LESSON = "05_gru"

STATE = Tensor("h", ("N", "H"))
STATES = Tensor("hs", ("N", "T", "H"), sequence="T")

register(
    Exercise(
        name="gru_step",
        lesson=LESSON,
        asks="One step of a GRU for a batch: x (N, D) and h (N, H) give the next h (N, H).",
        reference=mistakes.right_step,
        returns=(STATE,),
        draw=step_draws(gru),
        mistakes=mistakes.STEP,
        hints=(
            "Begin with the two products that hold all gates at once: x @ W_ih.T + b_ih and h @ W_hh.T + b_hh, "
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
        reference=lambda x, h0, params: gru.forward(x, h0, params)[0],
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


def _draw_params(rng: np.random.Generator) -> Iterator[Draw]:
    for name, (D, H) in {"small": (3, 5), "fresh numbers": (3, 5), "more inputs than units": (7, 2)}.items():
        yield Draw(name, {"params": gru.init(D, H, rng)}, {"D": D, "H": H})


_GATES = ("r", "z", "n")

register(
    Exercise(
        name="to_other_convention",
        lesson=LESSON,
        asks="Weights for a GRU in which z writes, h = (1 - z) * h + z * n, that computes the same states.",
        reference=conventions.flip_update_gate,
        returns=(
            Tensor("W_ih", ("3H", "D"), blocks=_GATES),
            Tensor("W_hh", ("3H", "H"), blocks=_GATES),
            Tensor("b_ih", ("3H",), blocks=_GATES),
            Tensor("b_hh", ("3H",), blocks=_GATES),
        ),
        draw=_draw_params,
        mistakes=(
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
                "The blocks stand in the order r, z, n. z is the middle one.",
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
        ),
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
        reference=mistakes.reset_before,
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
        args = sequence_args(rng, gru, **sizes) | {"gate": gate, "value": value}
        yield Draw(f"{name}, {gate} = {value:g}", args, sizes)


register(
    Exercise(
        name="gru_with_clamped_gate",
        lesson=LESSON,
        asks='A GRU over a sequence with one gate, "r" or "z", held at a value for all steps: hs (N, T, H).',
        reference=mistakes.clamped,
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


def _count(D: int, H: int, blocks: int = 3, biases: int = 2) -> int:
    return blocks * (D * H + H * H + biases * H)


def _draw_sizes(rng: np.random.Generator) -> Iterator[Draw]:
    for name, (low, high) in {"small": (2, 9), "a layer": (10, 200), "another layer": (10, 200)}.items():
        D, H = (int(k) for k in rng.choice(np.arange(low, high), 2, replace=False))
        yield Draw(name, {"D": D, "H": H}, {"D": D, "H": H})


register(
    Exercise(
        name="gru_parameter_count",
        lesson=LESSON,
        asks="The number of parameters of a GRU layer with D inputs and H units, both biases counted.",
        reference=_count,
        returns=(Tensor("count", exact=True),),
        draw=_draw_sizes,
        mistakes=(
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
                "Every unit sees the old state of every unit: W_hh h is a matrix product, and no element-wise one.",
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
        ),
        hints=(
            "Write down the four shapes: W_ih (3H, D), W_hh (3H, H), b_ih (3H,), b_hh (3H,).",
            "Multiply the sizes of each shape, and add.",
        ),
        points=1,
    )
)
