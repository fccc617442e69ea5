"""Lesson 19, recurrence in 2026: a scan, minGRU, Newton's method on a GRU, and a head of causal attention."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from coursekit.checking import Draw, Exercise, Tensor
from coursekit.checking.exercise import Scored
from coursekit.checking.registry import register
from coursekit.recurrence.draws import LARGE, SEQUENCE_SIZES, far_out, inputs, state
from coursekit.topics.scan_and_attention import attention_mistakes, mistakes
from coursekit.topics.scan_and_attention.answers import causal_attention, linear_scan, min_gru, newton_step

LESSON = "19_scan_and_attention"

_STATES = Tensor("hs", ("N", "T", "H"), sequence="T")

_FACTOR = 20.0
"""By which the states of a linear recurrence are larger in the draw of large numbers."""


def _draw_recurrences(rng: np.random.Generator) -> Iterator[Draw]:
    """Gates of either sign and away from zero, but for one that is shut; lengths that are powers of two, and others.
    Nothing bounds the states of such a recurrence: in one draw they are large."""
    cases = {
        "one step": (4, 1, 3),
        "two steps": (4, 2, 3),
        "three steps": (4, 3, 5),
        "four steps": (2, 4, 3),
        LARGE: (4, 6, 5),
        "a gate that is shut": (3, 11, 2),
        "a batch of one": (1, 21, 3),
    }
    for name, (N, T, H) in cases.items():
        a = rng.uniform(0.4, 1.1, (N, T, H)) * rng.choice([-1.0, 1.0], (N, T, H))
        a[0, 0, 0] = -abs(a[0, 0, 0])  # a logarithm fails in every draw
        if name == "a gate that is shut":
            a[int(rng.integers(N)), 4, int(rng.integers(H))] = 0.0
        factor = _FACTOR if name == LARGE else 1.0
        args = {"a": a, "b": factor * rng.standard_normal((N, T, H)), "h0": factor * state(rng, N, H)}
        yield Draw(name, args, {"N": N, "T": T, "H": H})


register(
    Exercise(
        name="linear_scan",
        lesson=LESSON,
        asks="The states of h_t = a_t * h_(t-1) + b_t for all t, from h0.",
        reference=linear_scan,
        parts={"reach": "how many steps a stretch has"},
        returns=(_STATES,),
        draw=_draw_recurrences,
        mistakes=mistakes.SCAN,
        hints=(
            "Two steps in a row are one step of the same kind. Write h_2 with h_0 in place of h_1: what multiplies "
            "h_0, and what is added?",
            "Begin by putting h0 where it belongs: it changes the b of one step, and then nothing stands before the "
            "first step any more.",
            "In a round with a given reach, every step t that has a step t - reach is joined with it; the others stay "
            "as they are. b[:, :-reach] are the earlier ones, and b[:, reach:] the later ones.",
            "Compute the new b and the new a from the old a, then replace both. Double the reach until it is T or "
            "more. In doubt, write a loop over t first, and compare.",
        ),
        points=3,
    )
)


def _draw_min_grus(rng: np.random.Generator) -> Iterator[Draw]:
    for name, sizes in SEQUENCE_SIZES.items():
        (N, T, D, H), large = sizes.values(), name == LARGE
        args = {
            "x": inputs(rng, (N, T, D), large),
            "h0": (_FACTOR if large else 1.0) * state(rng, N, H),
            "W_ih": rng.uniform(-1, 1, (2 * H, D)),
            "b_ih": rng.uniform(0.2, 1, 2 * H) * rng.choice([-1.0, 1.0], 2 * H),
        }
        if large:
            args["x"][-1, 0] = far_out(rng, args["W_ih"], H)
        yield Draw(name, args, sizes)


register(
    Exercise(
        name="min_gru",
        lesson=LESSON,
        asks="The states of a minGRU: a gate and a candidate from the input alone, and a linear recurrence.",
        reference=min_gru,
        parts={"z": "the update gate z", "b": "what the recurrence adds"},
        returns=(_STATES,),
        draw=_draw_min_grus,
        uses=("linear_scan",),
        mistakes=mistakes.MIN_GRU,
        hints=(
            "One product and the bias give the inputs of both blocks for all steps at once. Which shape has that?",
            "z is the sigmoid of the first block. The second block is the candidate, as it is.",
            "Compare h_t = z_t * h_(t-1) + (1 - z_t) * n_t with h_t = a_t * h_(t-1) + b_t. Which is a, and which is b? "
            "Then linear_scan does the rest.",
        ),
        points=2,
    )
)


def _draw_newton(rng: np.random.Generator) -> Iterator[Draw]:
    cases = {
        "one step": (4, 1, 3),
        "two steps": (4, 2, 3),
        "three steps": (2, 3, 5),
        "full size": (4, 6, 5),
        LARGE: (4, 6, 5),
        "a batch of one": (1, 9, 3),
    }
    for name, (N, T, H) in cases.items():
        factor = _FACTOR if name == LARGE else 1.0
        args = {
            "guess": factor * rng.uniform(-1, 1, (N, T, H)),
            "f": factor * rng.uniform(-1, 1, (N, T, H)),
            "J": rng.uniform(-1, 1, (N, T, H, H)),
        }
        yield Draw(name, args, {"N": N, "T": T, "H": H})


register(
    Exercise(
        name="newton_step",
        lesson=LESSON,
        asks="One Newton step for all states of a recurrence at once: the next guess, from f and its Jacobians J at "
        "the old one.",
        reference=newton_step,
        parts={"correction": "how far the new state before step t lies from the guessed one", "h": "the new state"},
        returns=(_STATES,),
        draw=_draw_newton,
        mistakes=mistakes.NEWTON,
        hints=(
            "Linearise the cell around the guessed state before step t: what it said there, plus J times how far the "
            "new state before step t lies from the guessed one.",
            "That is a recurrence in the new states, with matrices in place of gates. What is its first state? Before "
            "step 0 nothing was guessed.",
            "A loop over t will do here. It needs the new state of step t - 1, and the guess of step t - 1.",
            'A product of a matrix and a vector for each of the N sequences: np.einsum("nij,nj->ni", ...).',
        ),
        points=3,
    )
)


def _draw_heads(rng: np.random.Generator) -> Iterator[Draw]:
    """Without a past and with one; in one draw the best scores are beyond what exp can hold, and they are visible."""
    cases = {
        "two steps, no past": (3, 2, 0, 4, 5, 1.0),
        "full size, no past": (3, 6, 0, 5, 4, 1.0),
        "one step after four": (3, 1, 4, 5, 2, 1.0),
        "three steps after four": (2, 3, 4, 6, 5, 1.0),
        "large scores": (2, 4, 3, 5, 3, 900.0),
        "a batch of one": (1, 8, 9, 3, 4, 1.0),
    }
    for name, (N, S, P, A, V, size) in cases.items():
        q, k, past_k = (rng.uniform(-2, 2, (N, steps, A)) for steps in (S, S, P))
        if size > 1:  # by far the best key of the first queries lies in the past, that of the last one is its own
            q = rng.choice([-1.0, 1.0], (N, S, A)) * np.linspace(1, 3, S)[:, None]
            best = 3 * np.sign(q) * rng.uniform(0.95, 1, q.shape)
            past_k, k = best[:, :P], np.concatenate([k[:, :P] / 4, best[:, P:]], axis=1)
            q = size * q
        v, past_v = (rng.standard_normal((N, steps, V)) for steps in (S, P))
        args = {"q": q, "k": k, "v": v, "past_k": past_k, "past_v": past_v}
        yield Draw(name, args, {"N": N, "S": S, "P": P, "A": A, "V": V})


def _context_first(cases: Sequence[Scored]) -> float:
    """A draw counts if its context is right; two fifths of it are for the cache. Two arrays joined are no attention."""
    marks = [
        (0.6 + 0.2 * ("keys" in case.right) + 0.2 * ("values" in case.right)) * ("context" in case.right)
        for case in cases
    ]
    return sum(marks) / len(marks)


register(
    Exercise(
        name="causal_attention",
        lesson=LESSON,
        asks="One head of causal attention over S new steps after P old ones: the context, and keys and values of all "
        "P + S steps.",
        reference=causal_attention,
        parts={
            "keys": "the array of all keys",
            "visible": "which key each query may see",
            "weights": "the array of weights",
        },
        returns=(
            Tensor("context", ("N", "S", "V"), sequence="S"),
            Tensor("keys", ("N", "P+S", "A"), sequence="P+S"),
            Tensor("values", ("N", "P+S", "V"), sequence="P+S"),
        ),
        draw=_draw_heads,
        mistakes=attention_mistakes.ATTENTION,
        marking=_context_first,
        hints=(
            "First make the cache longer: old keys, then new ones, along the axis of the steps. So with the values.",
            "One product of q and all keys gives all scores, (N, S, P + S): which axes of the keys change places? As "
            "in lesson 13 the scores are divided by the square root of how many numbers a dot product adds up.",
            "New step s stands at position P + s among the keys. Which positions may it see? A table (S, P + S) of "
            "truth values, from two np.arange, says so for all at once.",
            "np.where with -np.inf hides scores before the softmax, which is over the keys. Subtract the largest score "
            "of each query first.",
        ),
        points=3,
    )
)
