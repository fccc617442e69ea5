"""Lesson 06, back through the GRU: one step, a sequence, a step of training, and a check of other people's GRUs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.registry import register
from coursekit.checking.values import Described, by_names, outline
from coursekit.recurrence.draws import LARGE, SEQUENCE_SIZES, STEP_SIZES, inputs, sequence_args, step_args, upstream
from coursekit.reference import gradient_flow, gru
from coursekit.topics.gru_backward import check_mistakes, mistakes
from coursekit.topics.gru_backward.answers import gru_backward, gru_step_backward, train_step, write_check
from coursekit.topics.gru_backward.candidates import RIGHT, mutants

LESSON = "06_gru_backward"

GATES = ("r", "z", "n")
WEIGHTS = (
    Tensor("dW_ih", ("3H", "D"), blocks=GATES),
    Tensor("dW_hh", ("3H", "H"), blocks=GATES),
    Tensor("db_ih", ("3H",), blocks=GATES),
    Tensor("db_hh", ("3H",), blocks=GATES),
)

PARTS = {
    "dan": "dan, the gradient at the argument of the candidate's tanh",
    "daz": "daz, the gradient at the argument of z's sigmoid",
    "dar": "dar, the gradient at the argument of r's sigmoid",
    "dax": "dax, the gradient at W_ih x + b_ih",
    "dah": "dah, the gradient at W_hh h + b_hh",
}


def _draw_step(rng: np.random.Generator) -> Iterator[Draw]:
    for name, sizes in STEP_SIZES.items():
        large = name == LARGE
        h, cache = gru.step(*step_args(rng, gru, **sizes, large=large).values())
        yield Draw(name, {"dh": upstream(rng, h.shape, large), "cache": cache}, sizes)


register(
    Exercise(
        name="gru_step_backward",
        lesson=LESSON,
        asks="Back through one step of a GRU: dh (N, H) and the step's cache give dx, dh_prev and the gradients of the "
        "four weights.",
        reference=gru_step_backward,
        parts=PARTS,
        returns=(Tensor("dx", ("N", "D")), Tensor("dh_prev", ("N", "H")), *WEIGHTS),
        draw=_draw_step,
        mistakes=mistakes.STEP,
        hints=(
            "Go backwards line by line. h = (1 - z) * n + z * h_prev sends a gradient to n, to z and to h_prev. Write "
            "down these three first: two of them are dh times one factor, one has a difference in it.",
            "Then the line of n: through tanh to its argument, dan. From there, r * hn sends dan * hn to r, and "
            "dan * r to hn.",
            "z and r each go back through a sigmoid: the slope is s * (1 - s). Now build two arrays (N, 3H): one at "
            "W_ih x + b_ih, one at W_hh h + b_hh. They differ in the part of n only.",
            "With dax and dah: dx = dax @ W_ih, dh_prev = dh * z + dah @ W_hh, dW_ih = dax.T @ x, "
            "dW_hh = dah.T @ h_prev, and each bias gets the sum of the rows of its own array.",
        ),
        points=5,
    )
)


def _draw_sequence(rng: np.random.Generator) -> Iterator[Draw]:
    for name, sizes in SEQUENCE_SIZES.items():
        large = name == LARGE
        x, h0, params = sequence_args(rng, gru, **sizes, large=large).values()
        hs, caches = gradient_flow.run(gru, params, x, h0)
        yield Draw(name, {"dhs": upstream(rng, hs.shape, large), "caches": caches}, sizes)


register(
    Exercise(
        name="gru_backward",
        lesson=LESSON,
        asks="Back-propagation through time of a GRU: dhs (N, T, H), the gradient of each step's own loss, and the "
        "caches of the T steps give dx, dh0 and the gradients of the four weights.",
        reference=gru_backward,
        parts=PARTS,
        returns=(Tensor("dx", ("N", "T", "D"), sequence="T"), Tensor("dh0", ("N", "H")), *WEIGHTS),
        draw=_draw_sequence,
        uses=("gru_step_backward",),
        mistakes=mistakes.SEQUENCE,
        hints=(
            "It is the loop of rnn_backward. Nothing in it knows which cell it is.",
            "Every state is used by its own loss and by the next step, so two gradients meet at it. Before the "
            "last step the second of them is zero.",
            "dx[:, t], dh_next, *dW = gru_step_backward(dhs[:, t] + dh_next, caches[t]), for t from T-1 down to 0, and "
            "the four of dW are added up.",
        ),
        points=3,
    )
)


# A step of training.


_SURE = 80.0  # between the scores of two classes: float32 holds a probability of exp(-80), too


def _draw_training(rng: np.random.Generator) -> Iterator[Draw]:
    settings = {
        "one time step, a short gradient": (4, 1, 3, 5, 2, 100.0),
        LARGE: (4, 6, 3, 5, 2, 1e6),
        "a long gradient, clipped": (4, 6, 3, 5, 2, 0.2),
        "a batch of one, clipped": (1, 9, 2, 6, 3, 0.1),
    }
    for name, (N, T, D, H, K, max_norm) in settings.items():
        weights = [*gru.init(D, H, rng), rng.uniform(-1, 1, (K, H)), rng.uniform(-1, 1, K)]
        x, y = inputs(rng, (N, T, D), name == LARGE), rng.integers(0, K, N)
        while name == LARGE:  # sure of what is wrong, but not so sure that a plain softmax has a zero for what is right
            weights[4] = rng.uniform(-1, 1, (K, H))
            states, _ = gru.forward(x, np.zeros((N, H)), gru.Params(*weights[:4]))
            weights[4] *= _SURE / np.ptp(states[:, -1] @ weights[4].T, axis=1).max()
            y = (states[:, -1] @ weights[4].T + weights[5]).argmin(axis=1)
            if 2 * y.sum() != N:  # else both classes are wrong equally often, and rounding is all of db_out
                break
        args = {
            "weights": weights,
            "grads": [0.1 * rng.standard_normal(w.shape) for w in weights],
            "x": x,
            "y": y,
            "lr": 0.3,
            "max_norm": max_norm,
        }
        yield Draw(name, args, {"N": N, "T": T, "D": D, "H": H, "K": K})


def _flatten(answer: Callable[..., Any], args: Mapping[str, Any]) -> Any:
    """(six weights, six gradients, loss) as thirteen values, so that each is compared by its name."""
    value = answer(*args.values())
    if isinstance(value, Mapping) and not value.keys() >= set(_SIX):
        return Described(by_names(value, "is the triple (weights, gradients, loss)"))
    if not isinstance(value, (tuple, list)):
        return value
    six = len(args["weights"])
    if len(value) > 2 * six and not any(isinstance(part, (tuple, list)) for part in value[: 2 * six + 1]):
        return value  # one after the other already
    if len(value) < 3 or not all(isinstance(part, (tuple, list)) and len(part) == six for part in value[:2]):
        return Described(f"{outline(value)}; asked for are three values, (weights, gradients, loss)")
    return (*value[0], *value[1], *value[2:])


_SIX = {"W_ih": GATES, "W_hh": GATES, "b_ih": GATES, "b_hh": GATES, "W_out": (), "b_out": ()}

register(
    Exercise(
        name="train_step",
        lesson=LESSON,
        asks="One step of gradient descent for a GRU that names a class after the last step: the new weights, the "
        "gradients that were used, and the loss before the step.",
        reference=train_step,
        returns=(
            *(Tensor(name, blocks=blocks) for name, blocks in _SIX.items()),
            *(Tensor(f"d{name}", blocks=blocks) for name, blocks in _SIX.items()),
            Tensor("loss"),
        ),
        draw=_draw_training,
        uses=("gru_backward",),
        mistakes=mistakes.TRAINING,
        hints=(
            "The order: forward, loss, all six gradients, clip, update. Change nothing before the last.",
            "The read-out is scores = hs[:, -1] @ W_out.T + b_out. The two rules of lesson 02 give three "
            "gradients there: that of W_out, that of b_out, and that of the last state.",
            "Only the last state has a loss of its own, so dhs is zero but for the last step. gru_backward "
            "takes it from there. Of the six gradients make one norm, and one factor that is never above 1.",
            "dW_out = dscores.T @ hs[:, -1], db_out = dscores.sum(axis=0), dhs[:, -1] = dscores @ W_out; dx, "
            "dh0, *d_cell = gru_backward(dhs, caches). norm = np.sqrt(sum(np.sum(g**2) for g in new)), one "
            "factor min(1, max_norm / norm) for all six, and w - lr * g for each. What lies in `grads` is not "
            "part of this step.",
        ),
        points=4,
        apply=_flatten,
    )
)


# Be the autograder.

ENOUGH = 10
"""So many of the twelve wrong candidates have to be rejected for full marks."""

_RIGHT, _WRONG = "right: ", "wrong: "  # how the names of the draws begin


def _draw_candidates(rng: np.random.Generator) -> Iterator[Draw]:
    draws = [
        Draw(f"{_RIGHT}{name}", {"candidate": forward}, advice="This GRU is right, and has to be accepted.")
        for name, forward in RIGHT.items()
    ]
    draws += [
        Draw(f"{_WRONG}{mutant.name}", {"candidate": mutant.forward}, advice=f"To see it, {mutant.shown_by}.")
        for mutant in mutants()
    ]
    # In any order in which no two right ones follow each other, so that an answer can go neither by the order nor by
    # what was right before.
    right, wrong = (list(rng.permutation(part)) for part in (range(len(RIGHT)), range(len(RIGHT), len(draws))))
    before = set(rng.choice(len(wrong) + 1, len(right), replace=False).tolist())
    for k in range(len(wrong) + 1):
        yield from (draws[part.pop()] for part in ([right] if k in before else []) + ([wrong] if wrong else []))


def _marks(cases: Sequence) -> float:
    """The share of right candidates accepted, times that of wrong ones rejected, where ENOUGH of them are all."""
    right = [case.credit for case in cases if case.name.startswith(_RIGHT)]
    wrong = [case.credit for case in cases if case.name.startswith(_WRONG)]
    return sum(right) / len(right) * min(1.0, sum(wrong) / ENOUGH)


register(
    Exercise(
        name="write_check",
        lesson=LESSON,
        asks="A check of somebody else's GRU: True if candidate(x, h0, params) gives the right hs (N, T, H). It must "
        f"accept right ones in any style, and reject at least {ENOUGH} of 12 wrong ones.",
        reference=write_check,
        returns=(Tensor("accepted", exact=True),),
        draw=_draw_candidates,
        uses=("gru_forward",),
        mistakes=check_mistakes.CHECKS,
        hints=(
            "Draw x, h0 and four weight arrays from np.random.default_rng(0). Call the candidate and your own "
            "gru_forward with them, and compare. Return True or False.",
            "Ask of every input: which mistake would it hide? A zero hides whatever multiplies it or is added to it; "
            "a size of 1 hides everything that happens between two of its kind.",
            "Compare all states, not only the last. Allow for rounding: right code in float32 differs by about 1e-6.",
            "x (4, 6, 3), h0 (4, 5) not zero, weights uniform on ±1/sqrt(5), b_ih and b_hh different, and "
            "np.abs(got - want).max() < 1e-4, after a look at got.shape.",
        ),
        points=4,
        marking=_marks,
    )
)
