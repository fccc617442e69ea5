"""Right cells with a guard at one place, which no ordinary inputs reach: a clipped state, a gate that never closes, an
exponential that is cut off. Each is rejected on every seed; guards so wide that they change nothing are right."""

import functools
import itertools

import numpy as np
import pytest

from coursekit.checking import registry
from coursekit.checking.compare import accepts
from coursekit.checking.drawn import expected
from coursekit.recurrence.backward_mistakes import back
from coursekit.recurrence.draws import LARGE
from coursekit.reference import gru, lstm, rnn

SEEDS = range(20)


@functools.cache
def large(name):
    """The draws of large numbers, one a seed, with what is expected there."""
    exercise = registry.get(name)
    draws = [next(d for d in exercise.draws(seed) if d.name.startswith(LARGE)) for seed in SEEDS]
    return [(draw, expected(exercise, draw)) for draw in draws]


def passed(name, answer):
    """On how many seeds an answer counts as right where the numbers are large."""
    exercise = registry.get(name)
    return sum(right(exercise, answer(*draw.args.values()), want) for draw, want in large(name))


def right(exercise, value, want):
    parts = zip(exercise.returns, value if len(want) > 1 else (value,), strict=True)
    return all(accepts(exercise, tensor, part, want[tensor.name]) for tensor, part in parts)


def sigmoid(a):
    return 0.5 * (1 + np.tanh(a / 2))


def unguarded(name, value):
    return value


# Forward. at(name, value) stands behind every value; a is what goes into a function.


def rnn_cell(x, h, params, at=unguarded):
    W_ih, W_hh, b_ih, b_hh = params
    return at("h", np.tanh(at("a tanh", x @ W_ih.T + b_ih + h @ W_hh.T + b_hh)))


def gru_cell(x, h, params, at=unguarded, before=False):
    W_ih, W_hh, b_ih, b_hh = params
    (xr, xz, xn), (hr, hz, hn) = (np.split(a, 3, axis=1) for a in (x @ W_ih.T + b_ih, h @ W_hh.T + b_hh))
    r, z = (at("gate", sigmoid(at("a sigmoid", a))) for a in (xr + hr, xz + hz))
    rest = (r * h) @ np.split(W_hh, 3)[2].T + np.split(b_hh, 3)[2] if before else r * hn
    n = at("candidate", np.tanh(at("a tanh", xn + rest)))
    return at("h", (1 - z) * n + z * h)


def lstm_cell(x, h, c, params, at=unguarded):
    W_ih, W_hh, b_ih, b_hh = params
    ai, af, ag, ao = np.split(x @ W_ih.T + b_ih + h @ W_hh.T + b_hh, 4, axis=1)
    i, f, o = (at("gate", sigmoid(at("a sigmoid", a))) for a in (ai, af, ao))
    c = at("c", f * c + i * at("candidate", np.tanh(at("a tanh", ag))))
    return at("h", o * np.tanh(at("c in tanh", c))), c


def one_state(step):
    """A loop over time with a cell of one state."""

    def forward(x, h0, params, at):
        h, hs = h0, []
        for t in range(x.shape[1]):
            h = step(x[:, t], h, params, at)
            hs.append(h)
        return np.stack(hs, axis=1)

    return forward


def lstm_forward(x, h0, c0, params, at):
    (h, c), found = (h0, c0), []
    for t in range(x.shape[1]):
        h, c = lstm_cell(x[:, t], h, c, params, at)
        found.append((h, c))
    return tuple(np.stack(each, axis=1) for each in zip(*found, strict=True))


def clamped(x, h0, params, gate, value, at):
    gates = iter([])

    def held(name, a):
        nonlocal gates
        if name != "gate":
            return at(name, a)
        which = next(gates, None)
        if which is None:
            gates = iter("z")
            which = "r"
        return np.full_like(a, value) if which == gate else at(name, a)

    return one_state(gru_cell)(x, h0, params, held)


def resets(x, h0, over, params, at):
    h, hs = h0, []
    for t in range(x.shape[1]):
        hs.append(gru_cell(x[:, t], h, params, at))
        h = np.where(over[:, t, None], 0.0, hs[-1])
    return np.stack(hs, axis=1), h


def min_gru(x, h0, W_ih, b_ih, at):
    h, hs = h0, []
    for t in range(x.shape[1]):
        az, n = np.split(x[:, t] @ W_ih.T + b_ih, 2, axis=1)
        z = at("gate", sigmoid(at("a sigmoid", az)))
        h = at("c", z * h + (1 - z) * n)
        hs.append(h)
    return np.stack(hs, axis=1)


FORWARD = {
    "rnn_step": rnn_cell,
    "gru_step": gru_cell,
    "gru_step_reset_before": lambda x, h, params, at: gru_cell(x, h, params, at, before=True),
    "lstm_step": lstm_cell,
    "rnn_forward": one_state(rnn_cell),
    "gru_forward": one_state(gru_cell),
    "lstm_forward": lstm_forward,
    "gru_with_clamped_gate": clamped,
    "states_with_resets": resets,
    "min_gru": min_gru,
}


def limited(low, high=None):
    return lambda a: np.clip(a, -low if high is None else low, low if high is None else high)


def exponentials(a):
    """A sigmoid's argument, where the exponential of it overflowed and became a NaN that something made zero."""
    return np.where(a > 700, -np.inf, a)


GUARDS = {
    "a state within ±0.9": ("h", limited(0.9)),
    "a state within ±0.95": ("h", limited(0.95)),
    "a state through tanh once more": ("h", np.tanh),
    "a candidate within ±0.9": ("candidate", limited(0.9)),
    "a candidate within ±0.99": ("candidate", limited(0.99)),
    "a cell within ±1": ("c", limited(1)),
    "a cell within ±3": ("c", limited(3)),
    "a cell within ±3 inside of tanh": ("c in tanh", limited(3)),
    "gates from 0.05 to 0.95": ("gate", limited(0.05, 0.95)),
    "gates from 0.001 to 0.999": ("gate", limited(0.001, 0.999)),
    "a hard sigmoid": ("a sigmoid", lambda a: np.log((s := np.clip(a / 6 + 0.5, 1e-12, 1 - 1e-12)) / (1 - s))),
    "a sigmoid of at most ±5": ("a sigmoid", limited(5)),
    "a sigmoid of at most ±8": ("a sigmoid", limited(8)),
    "a tanh of at most ±3": ("a tanh", limited(3)),
    "a tanh of at most ±5": ("a tanh", limited(5)),
    "a sigmoid that overflows to zero": ("a sigmoid", exponentials),
}
WIDE = {
    "a sigmoid of at most ±30": ("a sigmoid", limited(30)),
    "a tanh of at most ±8": ("a tanh", limited(8)),
    "a cell within ±8 inside of tanh": ("c in tanh", limited(8)),
    "no NaN and no infinity": ("h", np.nan_to_num),
}


def places(exercise):
    """What an exercise has: a vanilla RNN has no gates, and a GRU no cell."""
    found = {"rnn": {"h", "a tanh"}, "lst": {"c", "c in tanh"}, "min": {"c", "gate", "a sigmoid"}}.get(
        exercise[:3], set()
    )
    return found if exercise[:3] in ("rnn", "min") else found | {"h", "candidate", "gate", "a sigmoid", "a tanh"}


def guarded(exercise, guard):
    place, change = guard
    return lambda *args: FORWARD[exercise](*args, lambda name, a: change(a) if name == place else a)


def of(guards):
    return [(e, name) for e in FORWARD for name, (place, _) in guards.items() if place in places(e)]


@pytest.mark.parametrize(("exercise", "guard"), of(GUARDS))
def test_a_guard_that_large_numbers_reach(exercise, guard):
    assert passed(exercise, guarded(exercise, GUARDS[guard])) == 0


@pytest.mark.parametrize(("exercise", "guard"), of(WIDE))
def test_a_guard_that_changes_nothing_that_counts(exercise, guard):
    assert passed(exercise, guarded(exercise, WIDE[guard])) == len(SEEDS)


# What comes out: of every exercise on sequences, forward and back.

UNIT = {"h", "hs", "h_n", "hs without h0", "last", "h_next"}  # states of a cell, which are never beyond ±1
FREE = {"train_step": {"dW_out", "db_out", "W_out", "b_out", "b_ih", "b_hh", "W_ih", "W_hh"}}  # near what they were
LIMITED = {
    **dict.fromkeys([*FORWARD, "run_packed", "stream", "gru_step_int8"], (0.5, 0.9, 0.95)),
    **dict.fromkeys(
        [f"{cell}_{part}" for cell in ("rnn", "lstm", "gru") for part in ("step_backward", "backward")]
        + ["GRU", "gru_layer_fused", "linear_scan", "newton_step", "discounted_returns", "open_loop"],
        (0.5, 1.0, 5.0, 10.0),
    ),
    "truncated_bptt": (0.5, 0.9, 1.0, 5.0, 10.0),
    "gradient_profile": (0.5, 1.0),
    "train_step": (0.5, 1.0),  # a gradient far beyond needs scores at which a softmax has no probability left
}


@pytest.mark.parametrize("name", LIMITED)
def test_results_that_are_clipped(name):
    exercise = registry.get(name)
    passes = set()
    for seed in SEEDS[:5]:
        shown = set()
        for draw in exercise.draws(seed):
            want = expected(exercise, draw)
            for tensor, limit in itertools.product(exercise.returns, LIMITED[name]):
                array = want[tensor.name]
                if not tensor.exact and not accepts(exercise, tensor, np.clip(array, -limit, limit), array):
                    shown.add((tensor.name, limit))
        passes |= set(itertools.product(want, LIMITED[name])) - shown
    never = {t.name for t in exercise.returns if t.exact} | FREE.get(name, set())
    assert not [(t, limit) for t, limit in passes if t not in never and not (t in UNIT and limit >= 1)]


# Back through time, with something done to what is handed over between the steps.


def handed(cell, change):
    """change(k, array): what becomes of a gradient that is handed on by the k-th step from the end."""

    def answer(dhs, *rest):
        steps = iter(range(1, len(rest[-1]) + 1))

        def pass_on(new, before):
            k = next(steps)
            return [change(k, a) if k < len(rest[-1]) else a for a in new]

        return back(cell.step_backward, dhs, rest[:-1], rest[-1], pass_on=pass_on)

    return answer


HANDED = {f"clipped to ±{c:g}": lambda k, a, c=c: np.clip(a, -c, c) for c in (0.5, 1.0, 5.0, 10.0)}
HANDED |= {f"cut after {reach} steps": lambda k, a, n=reach: 0 * a if k == n else a for reach in range(1, 9)}
HANDED |= {f"cut after every {reach} steps": lambda k, a, n=reach: 0 * a if k % n == 0 else a for reach in range(1, 9)}
HANDED["in the first row alone"] = lambda k, a: np.concatenate([a[:1], 0 * a[1:]])
HANDED["never too small"] = lambda k, a: np.sign(a) * np.maximum(np.abs(a), 1e-2)


@functools.cache
def all_draws(name):
    exercise = registry.get(name)
    return [[(draw, expected(exercise, draw)) for draw in exercise.draws(seed)] for seed in SEEDS]


@pytest.mark.parametrize("change", HANDED)
@pytest.mark.parametrize("cell", [rnn, lstm, gru], ids=["rnn", "lstm", "gru"])
def test_gradients_handed_over(cell, change):
    name = f"{cell.__name__.split('.')[-1]}_backward"
    exercise, answer = registry.get(name), handed(cell, HANDED[change])
    for seed in all_draws(name):
        assert not all(right(exercise, answer(*draw.args.values()), want) for draw, want in seed)


# Forward, with a loop that ends or begins anew too early.

REACH = range(1, 9)


@pytest.mark.parametrize("anew", [False, True], ids=["that stop", "that begin anew"])
@pytest.mark.parametrize("reach", REACH)
@pytest.mark.parametrize(("name", "step"), [("rnn_forward", rnn_cell), ("gru_forward", gru_cell)])
def test_states_after_some_steps(name, step, reach, anew):
    def answer(x, h0, params):
        h, hs = h0, []
        for t in range(x.shape[1]):
            h = 0 * h if anew and t == reach else h
            h = step(x[:, t], h, params) if anew or t < reach else h
            hs.append(h)
        return np.stack(hs, axis=1)

    exercise = registry.get(name)
    for seed in all_draws(name):
        assert not all(right(exercise, answer(*draw.args.values()), want) for draw, want in seed)
