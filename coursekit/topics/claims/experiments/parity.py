"""Claim: a GRU is on par with an LSTM. What "on par" means is fixed before: losses within 10 %."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.topics.claims.experiments import runs
from coursekit.topics.claims.experiments.problems import ADDING, COUNTING, TEXT
from coursekit.topics.claims.experiments.result import Measurement, Result
from coursekit.topics.claims.experiments.settings import Settings
from coursekit.topics.claims.experiments.widths import said

_MARGIN = 1.1
_LSTM_WITH_BIAS = "LSTM, b_f = 1"


def on_par(settings: Settings, seeds: Sequence[int]) -> Result:
    """Loss of the LSTM over loss of the GRU after equally many steps: three tasks, and the LSTM's usual start."""
    panels = {problem.name: runs.cells(problem, settings, seeds) for problem in (ADDING, COUNTING, TEXT)}
    panels["adding"] |= runs.each(
        seeds,
        [_LSTM_WITH_BIAS],
        lambda _, seed: runs.run(ADDING, "LSTM", settings, seed, gate_bias=(("f", 1.0),)),
    )
    pairs = [(name, group["LSTM"], group["GRU"]) for name, group in panels.items()]
    pairs.insert(1, (f"adding, {_LSTM_WITH_BIAS}", panels["adding"][_LSTM_WITH_BIAS], panels["adding"]["GRU"]))
    return Result(
        name="parity",
        title="on par with the LSTM",
        claim="A GRU performs on par with an LSTM.",
        quantity="loss of the LSTM divided by loss of the GRU",
        claimed=(1 / _MARGIN, _MARGIN),
        conditions=f"{said(settings.budget, ADDING.D, ADDING.K)}, for text {settings.text_budget:,}; equally many "
        f"steps ({settings.steps}, {settings.count_steps}, {settings.text_steps}); {len(seeds)} seeds, paired",
        measurements=tuple(Measurement(name, runs.ratios(a, b), ratio=True) for name, a, b in pairs),
        picture=runs.curves(panels),
        border='"on par"',
    )
