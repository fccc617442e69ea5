"""Runnable mistakes of lesson 19 in recurrences: scans that lose something, gates the wrong way, half a Newton step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from coursekit.checking import Mistake
from coursekit.recurrence.squashing_mistakes import gate_mistake
from coursekit.topics.scan_and_attention.answers import linear_scan, min_gru


def _rounds(
    *,
    earlier_b: Callable = lambda b, reach: b[:, :-reach],
    factor: Callable = lambda a, joined_a, reach: a[:, reach:],
    join_a: Callable = lambda a, reach: a[:, reach:] * a[:, :-reach],
    reaches: Callable[[int], list[int]] = lambda T: [2**k for k in range(T.bit_length()) if 2**k < T],
    start: Callable = lambda a, b, h0: np.concatenate([b[:, :1] + a[:, :1] * h0[:, None], b[:, 1:]], axis=1),
) -> Callable:
    """A scan with one part exchanged."""

    def answer(a: np.ndarray, b: np.ndarray, h0: np.ndarray) -> np.ndarray:
        b = start(a, b, h0)
        for reach in reaches(a.shape[1]):
            joined_a = join_a(a, reach)
            joined_b = b[:, reach:] + factor(a, joined_a, reach) * earlier_b(b, reach)
            b = np.concatenate([b[:, :reach], joined_b], axis=1)
            a = np.concatenate([a[:, :reach], joined_a], axis=1)
        return b

    return answer


def _rolled(a, b, h0):
    b = np.concatenate([b[:, :1] + a[:, :1] * h0[:, None], b[:, 1:]], axis=1)
    reach = 1
    while reach < a.shape[1]:
        b, a = b + a * np.roll(b, reach, axis=1), a * np.roll(a, reach, axis=1)
        reach *= 2
    return b


def _by_division(products: Callable) -> Callable:
    """h_t = A_t (h0 + sum b_s / A_s), A the running products of a."""

    def answer(a, b, h0):
        with np.errstate(all="ignore"):
            A = products(a)
            return A * (h0[:, None] + np.cumsum(b / A, axis=1))

    return answer


def _off_by_one(a, b, h0):
    """The products up to the step before, in the place of those up to the step."""
    hs, h = [], h0
    before = np.concatenate([np.ones_like(a[:, :1]), a[:, :-1]], axis=1)
    for t in range(a.shape[1]):
        h = before[:, t] * h + b[:, t]
        hs.append(h)
    return np.stack(hs, axis=1)


def _before(a, b, h0):
    return np.concatenate([h0[:, None], linear_scan(a, b, h0)[:, :-1]], axis=1)


def _in_place(a, b, h0):
    b[:, 0] += a[:, 0] * h0
    return linear_scan(a, b, np.zeros_like(h0))


SCAN = (
    Mistake(
        "a scan that forgets h0",
        "The first step has something before it as well: h0.",
        lambda a, b, h0: linear_scan(a, b, np.zeros_like(h0)),
    ),
    Mistake(
        "h0 added at the first step without its factor",
        "What does the recurrence do to h0 in step 0?",
        _rounds(start=lambda a, b, h0: np.concatenate([b[:, :1] + h0[:, None], b[:, 1:]], axis=1)),
    ),
    Mistake(
        "h0 added at every step",
        "h0 comes in once, at step 0. Later steps get it through the recurrence.",
        _rounds(start=lambda a, b, h0: b + a * h0[:, None]),
    ),
    Mistake(
        "every step started from h0",
        "The state before step t is h_(t-1). Is anything handed on?",
        lambda a, b, h0: a * h0[:, None] + b,
    ),
    Mistake(
        "a scan that wraps around: np.roll brings the end to the beginning",
        "Steps that have nobody so far before them stay as they are. np.roll gives them the last ones.",
        _rolled,
    ),
    Mistake(
        "a scan whose a is joined before b uses it",
        "Both halves of a round read the a of the round before.",
        _rounds(factor=lambda a, joined_a, reach: joined_a),
    ),
    Mistake(
        "a scan whose a is never joined",
        "After a round a stretch of steps multiplies by the product of all its a.",
        _rounds(join_a=lambda a, reach: a[:, reach:]),
    ),
    Mistake(
        "the earlier a in place of the later one",
        "h_(t-1) is multiplied by the a of the later stretch, which comes after it.",
        _rounds(factor=lambda a, joined_a, reach: a[:, :-reach]),
    ),
    Mistake(
        "a reach that grows by one in each round",
        "After a round every stretch is twice as long. How far back is the next one that has not been joined yet?",
        _rounds(reaches=lambda T: list(range(1, T))),
    ),
    Mistake(
        "a scan that is one round short where T is no power of two",
        "Nine steps need as many rounds as sixteen. When has the last step met the first one?",
        _rounds(reaches=lambda T: [2**k for k in range(T.bit_length() - 1)]),
    ),
    Mistake(
        "a scan of a single round",
        "One round joins each step with the one before it. Go on, with a longer reach, until all are joined.",
        _rounds(reaches=lambda T: [1] if T > 1 else []),
    ),
    Mistake(
        "running products that are off by one step",
        "Step t multiplies the state before it by a_t, not by a_(t-1).",
        _off_by_one,
    ),
    Mistake(
        "a and b exchanged",
        "Which of the two multiplies the state before, and which is added?",
        lambda a, b, h0: linear_scan(b, a, h0),
    ),
    Mistake(
        "a mean of the state before and b: a * h + (1 - a) * b",
        "In this recurrence b is added as it is. A minGRU makes such a mean by what it hands in as b.",
        lambda a, b, h0: linear_scan(a, (1 - a) * b, h0),
    ),
    Mistake(
        "a division by the running products of a",
        "A product of small gates becomes zero, and one shut gate makes it zero at once. The rounds need no division.",
        _by_division(lambda a: np.cumprod(a, axis=1)),
    ),
    Mistake(
        "the logarithm of a negative number",
        "The sum of logarithms is for positive a alone. Here a has either sign.",
        _by_division(lambda a: np.exp(np.cumsum(np.log(a), axis=1))),
    ),
    Mistake(
        "the states before each step",
        "hs[:, t] is the state after step t; h0 is not among them.",
        _before,
    ),
    Mistake(
        "a recurrence that runs from the end",
        "Step 0 comes first.",
        lambda a, b, h0: linear_scan(a[:, ::-1], b[:, ::-1], h0)[:, ::-1],
    ),
    Mistake(
        "the last state alone",
        "The exercise asks for the states after all steps, (N, T, H).",
        lambda a, b, h0: linear_scan(a, b, h0)[:, -1],
    ),
    Mistake(
        "a first step that is written into b",
        "The states are right, and b belongs to the caller. Make an array of your own.",
        _in_place,
    ),
)


def _min_gru(
    *,
    keep: Callable = lambda z: z,
    write: Callable = lambda z: 1 - z,
    candidate: Callable = lambda n: n,
    gate: Callable = lambda a: 1 / (1 + np.exp(-a)),
    blocks: tuple[int, int] = (0, 1),
    scan: Callable = linear_scan,
) -> Callable:
    """A minGRU with one part exchanged."""

    def answer(x: np.ndarray, h0: np.ndarray, W_ih: np.ndarray, b_ih: np.ndarray) -> np.ndarray:
        parts = np.split(x @ W_ih.T + b_ih, 2, axis=2)
        z, n = gate(parts[blocks[0]]), candidate(parts[blocks[1]])
        return scan(keep(z), write(z) * n, h0)

    return answer


MIN_GRU = (
    Mistake(
        "a z that writes, as in the paper",
        "Feng et al. let z write. In this course, as in PyTorch, z keeps the old state.",
        _min_gru(keep=lambda z: 1 - z, write=lambda z: z),
    ),
    Mistake(
        "a tanh on the candidate, as in a GRU",
        "The candidate of a minGRU is the linear map itself.",
        _min_gru(candidate=np.tanh),
    ),
    Mistake(
        "the positive candidate of the form with logarithms",
        "g(n) is for logarithms. A scan needs none.",
        _min_gru(candidate=lambda n: np.where(n >= 0, n + 0.5, 1 / (1 + np.exp(-n)))),
    ),
    Mistake("blocks in the order n, z", "The first H rows of W_ih are those of z.", _min_gru(blocks=(1, 0))),
    Mistake("a gate without its sigmoid", "z is a share between 0 and 1.", _min_gru(gate=lambda a: a)),
    Mistake("a gate that is a tanh", "z is a share between 0 and 1.", _min_gru(gate=np.tanh)),
    gate_mistake(lambda hard: _min_gru(gate=hard)),
    Mistake(
        "a candidate that is not weighted by 1 - z",
        "The new state is a mean of the old state and the candidate: the two weights add up to 1.",
        _min_gru(write=np.ones_like),
    ),
    Mistake(
        "one and the same weight z for the old state and the candidate",
        "The new state is a mean of the old state and the candidate: the two weights add up to 1.",
        _min_gru(write=lambda z: z),
    ),
    Mistake(
        "an old state that is not weighted by z",
        "The new state is a mean of the old state and the candidate: the two weights add up to 1.",
        _min_gru(keep=np.ones_like),
    ),
    Mistake(
        "an initial state that is ignored",
        "h0 is the state before the first step.",
        lambda x, h0, W_ih, b_ih: min_gru(x, np.zeros_like(h0), W_ih, b_ih),
    ),
    Mistake(
        "every step started from h0",
        "The state before step t is h_(t-1). Is anything handed on?",
        _min_gru(scan=lambda a, b, h0: a * h0[:, None] + b),
    ),
    Mistake("a bias that is left out", "b_ih belongs to both blocks.", lambda x, h0, W, b: min_gru(x, h0, W, 0 * b)),
    Mistake(
        "the last state alone",
        "The exercise asks for the states after all steps, (N, T, H).",
        lambda x, h0, W_ih, b_ih: min_gru(x, h0, W_ih, b_ih)[:, -1],
    ),
)


def _newton(
    *,
    around: Callable = lambda guess, t: guess[:, t - 1],
    times: Callable = lambda J, d: np.einsum("nij,nj->ni", J, d),
    jacobian: Callable = lambda J, t: J[:, t],
    base: Callable = lambda guess, f: f,
    before: Callable = lambda hs, f, t: hs[-1],
    first: Callable = lambda guess, f, J: f[:, 0],
    sign: int = 1,
) -> Callable:
    """A Newton step with one part exchanged."""

    def answer(guess: np.ndarray, f: np.ndarray, J: np.ndarray) -> np.ndarray:
        hs = [first(guess, f, J)]
        for t in range(1, f.shape[1]):
            correction = times(jacobian(J, t), before(hs, f, t) - around(guess, t))
            hs.append(base(guess, f)[:, t] + sign * correction)
        return np.stack(hs, axis=1)

    return answer


def _writes_into_guess(guess, f, J):
    for t in reversed(range(1, f.shape[1])):
        guess[:, t] = guess[:, t - 1]  # the old guess, where the loop will look for it
    guess[:, 0] = f[:, 0]
    for t in range(1, f.shape[1]):
        guess[:, t] = f[:, t] + np.einsum("nij,nj->ni", J[:, t], guess[:, t - 1] - guess[:, t])
    return guess


NEWTON = (
    Mistake(
        "f itself: one round of fixed-point iteration",
        "f is the cell's answer to the old guess. Newton's method also says how f changes with the state before.",
        lambda guess, f, J: f.copy(),
    ),
    Mistake(
        "a linear recurrence without - J h: J multiplies the whole state",
        "f already contains the guessed state before it. J is for how far the new one lies from that.",
        _newton(around=lambda guess, t: 0 * guess[:, 0]),
    ),
    Mistake(
        "the guess of the same step in place of the one before",
        "f[:, t] was computed from the guess at step t - 1.",
        _newton(around=lambda guess, t: guess[:, t]),
    ),
    Mistake(
        "a Jacobian that is transposed",
        "J[n, t, i, j] is the derivative of f[n, t, i] with respect to entry j of the state: which axis is summed?",
        _newton(times=lambda J, d: np.einsum("nji,nj->ni", J, d)),
    ),
    Mistake(
        "the diagonal of the Jacobian alone",
        "That is a quasi-Newton method, with a cheaper scan and more rounds. The exercise asks for the whole product.",
        _newton(times=lambda J, d: np.einsum("nii,ni->ni", J, d)),
    ),
    Mistake(
        "the Jacobian of the step before",
        "f[:, t] and J[:, t] belong to the same step.",
        _newton(jacobian=lambda J, t: J[:, t - 1]),
    ),
    Mistake(
        "a correction with the wrong sign",
        "If the state before lies above its guess, f rises by J times as much.",
        _newton(sign=-1),
    ),
    Mistake(
        "the guess corrected in place of f",
        "The linearisation of the cell around the guess begins with the cell's answer there, f.",
        _newton(base=lambda guess, f: guess),
    ),
    Mistake(
        "corrections that are not passed on",
        "The state before step t is the new one, which has been corrected itself, not f[:, t - 1].",
        _newton(before=lambda hs, f, t: f[:, t - 1]),
    ),
    Mistake(
        "a first state that is corrected by the end of the guess",
        "Before step 0 is h0, which is known. At t = 0 the index t - 1 is -1, the last step.",
        _newton(first=lambda guess, f, J: f[:, 0] - np.einsum("nij,nj->ni", J[:, 0], guess[:, -1])),
    ),
    Mistake(
        "a first state that is left as it was guessed",
        "Before step 0 is h0, which is known: what does the cell say there?",
        _newton(first=lambda guess, f, J: guess[:, 0]),
    ),
    Mistake(
        "a step that is written into the guess",
        "The states are right, and the guess belongs to the caller. Make an array of your own.",
        _writes_into_guess,
    ),
)
