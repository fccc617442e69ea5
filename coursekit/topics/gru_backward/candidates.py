"""GRU implementations that a check written by a learner has to judge: right ones in several styles, and wrong ones.

A candidate is called as `candidate(x, h0, params)` and returns hs (N, T, H). A way to test candidates is a `Setting`;
`hidden` reports which wrong candidates pass which setting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from coursekit.checking import registry
from coursekit.reference import fast_gru, gru
from coursekit.reference.gru import Params
from coursekit.reference.numerics import sigmoid

Candidate = Callable[..., np.ndarray]


def _fold(step: Callable) -> Candidate:
    """A step (x, h, params) -> h over a whole sequence."""

    def forward(x, h0, params):
        h, hs = h0, []
        for t in range(x.shape[1]):
            h = step(x[:, t], h, params)
            hs.append(h)
        return np.stack(hs, axis=1)

    return forward


def _tidy(forward: Candidate) -> Candidate:
    """A candidate for arguments of any kind (arrays, tuples of four arrays), which it copies before use."""

    def candidate(x, h0, params):
        arrays = [np.array(p, dtype=float) for p in params]
        if len(arrays) != 4:
            raise ValueError(f"params: expected the four arrays W_ih, W_hh, b_ih, b_hh, got {len(arrays)}")
        return np.array(forward(np.array(x, dtype=float), np.array(h0, dtype=float), Params(*arrays)))

    return candidate


# Right, in several styles.


def _one_large_product(x, h, params):
    """All that is linear in one product with [x, h, 1]; the candidate's two parts keep columns of their own."""
    W_ih, W_hh, b_ih, b_hh = params
    H, zero = h.shape[1], np.zeros_like
    gates = np.hstack([W_ih[: 2 * H], W_hh[: 2 * H], (b_ih + b_hh)[: 2 * H, None]])
    from_x = np.hstack([W_ih[2 * H :], zero(W_hh[2 * H :]), b_ih[2 * H :, None]])
    from_h = np.hstack([zero(W_ih[2 * H :]), W_hh[2 * H :], b_hh[2 * H :, None]])
    v = np.hstack([x, h, np.ones((len(x), 1))])
    r, z, xn, hn = np.split(v @ np.vstack([gates, from_x, from_h]).T, 4, axis=1)
    r, z = sigmoid(r), sigmoid(z)
    return z * h + (1 - z) * np.tanh(xn + r * hn)


def _with_einsum(x, h, params):
    W_ih, W_hh, b_ih, b_hh = (p.reshape(3, -1, *p.shape[1:]) for p in params)
    a = np.einsum("nd,ghd->gnh", x, W_ih) + b_ih[:, None]
    b = np.einsum("nk,ghk->gnh", h, W_hh) + b_hh[:, None]
    r, z = 1 / (1 + np.exp(-a[:2] - b[:2]))
    n = np.tanh(a[2] + r * b[2])
    return n + z * (h - n)


def _in_float32(x, h0, params):
    x, h0, *arrays = (a.astype(np.float32) for a in (x, h0, *params))
    return gru.forward(x, h0, Params(*arrays))[0]


def _sequence_by_sequence(x, h0, params):
    step = _fold(lambda x, h, p: gru.step(x, h, p)[0])
    return np.concatenate([step(x[n : n + 1], h0[n : n + 1], params) for n in range(len(x))])


RIGHT: Mapping[str, Candidate] = {
    "a loop over the steps": _tidy(_fold(lambda x, h, params: gru.step(x, h, params)[0])),
    "all products with x at once, before the loop": _tidy(lambda *args: fast_gru.forward(*args)[0]),
    "one large product": _tidy(_fold(_one_large_product)),
    "einsum, and h = n + z * (h - n)": _tidy(_fold(_with_einsum)),
    "float32 arithmetic": _tidy(_in_float32),
    "one sequence after the other": _tidy(_sequence_by_sequence),
}


# Wrong, each with the setting that shows it.


def _b_ih_twice(x, h, params):
    return gru.step(x, h, params._replace(b_hh=params.b_ih))[0]


def _first_h0_for_all(x, h0, params):
    return gru.forward(x, np.repeat(h0[:1], len(h0), axis=0), params)[0]


@dataclass(frozen=True)
class Mutant:
    """A wrong GRU. shown_by completes "...; to see it, ...": what a check has to do to reject it."""

    name: str
    forward: Candidate
    shown_by: str


def mutants() -> tuple[Mutant, ...]:
    """The twelve wrong GRUs. Most are known mistakes of the exercises gru_step and gru_forward."""
    return (
        _known("gru_forward", "a loop that starts every step from h0", "use at least two time steps"),
        _known("gru_forward", "a loop that runs backwards in time", "use at least two time steps"),
        _known(
            "gru_forward",
            "one array that stands for all states",
            "use at least two time steps, and compare every state, not the last one alone",
        ),
        _known("gru_forward", "a loop that starts from zeros and ignores h0", "begin with an h0 that is not zero"),
        Mutant(
            "the h0 of the first sequence for all sequences",
            _tidy(_first_h0_for_all),
            "use at least two sequences, each with its own h0",
        ),
        _known("gru_step", "a missing bias b_hn", "give b_hh numbers that are not zero"),
        _known("gru_step", "a bias b_hn outside the reset gate", "give b_hh numbers that are not zero"),
        Mutant(
            "b_ih in place of b_hh",
            _tidy(_fold(_b_ih_twice)),
            "give b_ih and b_hh different numbers",
        ),
        _known(
            "gru_step",
            "a reset gate before the product",
            "use states that are not zero (a given h0, or more steps) and weights that are not tiny",
        ),
        _known(
            "gru_step",
            "a candidate without its tanh",
            "use weights and inputs that are not tiny: tanh(a) is nearly a for small a",
        ),
        _known(
            "gru_step",
            "an old state that is dropped",
            "use states that are not zero: a given h0, or more than one step",
        ),
        _known("gru_step", "an update gate that is swapped", "compare the numbers: any ordinary input shows it"),
    )


def _known(exercise: str, name: str, shown_by: str) -> Mutant:
    """A mistake of another exercise, found by how its name begins."""
    found = [m for m in registry.get(exercise).mistakes if m.name.startswith(name)]
    if len(found) != 1:
        raise LookupError(f"{exercise}: expected one known mistake whose name begins with {name!r}, got {len(found)}")
    wrong = found[0].implement
    return Mutant(found[0].name, _tidy(wrong if exercise == "gru_forward" else _fold(wrong)), shown_by)


# Ways to test a candidate.


@dataclass(frozen=True)
class Setting:
    """A way to test a candidate: on which inputs, what is compared, how strictly.

    scale multiplies all weights. tolerance is the largest difference that is accepted, in units of the largest
    state; absolute: as it stands.
    """

    name: str
    N: int = 4
    T: int = 6
    zero_h0: bool = False
    zero_biases: bool = False
    same_biases: bool = False
    last_only: bool = False
    scale: float = 1.0
    tolerance: float = 1e-5
    absolute: bool = False

    def accepts(self, candidate: Candidate, seed: int = 0) -> bool:
        """What a check with this setting says about a candidate."""
        rng = np.random.default_rng(seed)
        x, h0 = rng.standard_normal((self.N, self.T, 3)), rng.uniform(-0.9, 0.9, (self.N, 5))
        params = Params(*(self.scale * p for p in gru.init(3, 5, rng)))
        if self.zero_h0:
            h0 = np.zeros_like(h0)
        if self.zero_biases:
            params = params._replace(b_ih=0 * params.b_ih, b_hh=0 * params.b_hh)
        if self.same_biases:
            params = params._replace(b_hh=params.b_ih)
        # With the additions of gru_forward, so that a check for equal bits accepts what a learner's does.
        got, want = candidate(x, h0, params), gru.forward(x, h0, params)[0]
        if got.shape != want.shape:
            return False
        if self.last_only:
            got, want = got[:, -1], want[:, -1]
        unit = 1.0 if self.absolute else np.abs(want).max()
        return bool(np.abs(got - want).max() <= self.tolerance * unit)


SETTINGS = (
    Setting("one step, h0 = 0", T=1, zero_h0=True),
    Setting("one step", T=1),
    Setting("h0 = 0", zero_h0=True),
    Setting("N = 1", N=1),
    Setting("zero biases", zero_biases=True),
    Setting("b_ih = b_hh", same_biases=True),
    Setting("last state only", last_only=True),
    Setting("tiny weights", scale=0.01, tolerance=0.01, absolute=True),
    Setting("none of these"),
)


def hidden(seed: int = 0) -> Mapping[str, Mapping[str, bool]]:
    """For every wrong candidate, by its name: does it pass in the setting of this name?"""
    return {m.name: {s.name: s.accepts(m.forward, seed) for s in SETTINGS} for m in mutants()}
