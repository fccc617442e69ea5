"""Which settings of a test hide which mistake of `rnn_backward`, found by running the mistakes.

A test of a backward pass is easily too kind. With one time step nothing is handed over; with a loss on the
last step only, nothing has to be added. `hidden` runs every known mistake in such settings and reports which
of them pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from coursekit.checking import trees
from coursekit.checking.compare import relative_error
from coursekit.recurrence.draws import sequence_args
from coursekit.reference import gradient_flow, rnn
from coursekit.topics.bptt.answers import rnn_backward
from coursekit.topics.bptt.mistakes import SEQUENCE

SIZES = {"N": 4, "T": 6, "D": 3, "H": 5}
ALL = ("dx", "dh0", "dW_ih", "dW_hh", "db_ih", "db_hh")


@dataclass(frozen=True)
class Setting:
    """A way to test a backward pass: how it changes the arguments, which results it compares, how strictly."""

    name: str
    change: Callable[[dict], dict] = lambda drawn: drawn
    steps: int = SIZES["T"]
    compares: tuple[str, ...] = ALL
    tolerance: float = 1e-7


def _without_start(drawn: dict) -> dict:
    return drawn | {"h0": np.zeros_like(drawn["h0"])}


def _without_biases(drawn: dict) -> dict:
    params = drawn["params"]
    return drawn | {"params": params._replace(b_ih=0 * params.b_ih, b_hh=0 * params.b_hh)}


def _small_weights(drawn: dict) -> dict:
    return drawn | {"params": rnn.Params(*(0.01 * p for p in drawn["params"]))}


def _last_step_only(drawn: dict) -> dict:
    dhs = np.zeros_like(drawn["dhs"])
    dhs[:, -1] = drawn["dhs"][:, -1]
    return drawn | {"dhs": dhs}


SETTINGS = (
    Setting("one step, h0 = 0", _without_start, steps=1),
    Setting("one step", steps=1),
    Setting("h0 = 0", _without_start),
    Setting("all biases 0", _without_biases),
    Setting("loss on the last step only", _last_step_only),
    Setting("only dW_ih compared", compares=("dW_ih",)),
    Setting("weights times 0.01", _small_weights, tolerance=1e-6),
)


def hidden(seed: int = 0) -> Mapping[str, Mapping[str, bool]]:
    """For every known mistake of `rnn_backward`, by its name: does it pass in the setting of this name?"""
    return {
        mistake.name: {setting.name: _passes(mistake.implement, setting, seed) for setting in SETTINGS}
        for mistake in SEQUENCE
    }


def _passes(answer: Callable, setting: Setting, seed: int) -> bool:
    rng = np.random.default_rng(seed)
    drawn = sequence_args(rng, rnn, **(SIZES | {"T": setting.steps}))
    drawn["dhs"] = rng.standard_normal((SIZES["N"], setting.steps, SIZES["H"]))
    drawn = setting.change(drawn)
    _, caches = gradient_flow.run(rnn, drawn["params"], drawn["x"], drawn["h0"])
    results = {}
    for who, backward in (("expected", rnn_backward), ("got", answer)):
        results[who] = dict(zip(ALL, backward(trees.copy(drawn["dhs"]), caches), strict=True))
    return all(
        relative_error(results["got"][name], results["expected"][name]) <= setting.tolerance
        for name in setting.compares
    )
