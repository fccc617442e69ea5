"""Claim: the LSTM is better on long sequences. Long in two senses: to learn from, and to go on to."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.topics.claims.experiments import runs
from coursekit.topics.claims.experiments.problems import LONG_ADDING, LONGER_COUNTING
from coursekit.topics.claims.experiments.result import Measurement, Result
from coursekit.topics.claims.experiments.settings import Settings
from coursekit.topics.claims.experiments.widths import said


def lstm_better_on_long_sequences(settings: Settings, seeds: Sequence[int]) -> Result:
    """Loss of the GRU over loss of the LSTM: trained on long sequences, and tested on longer ones than trained."""
    panels = {problem.name: runs.cells(problem, settings, seeds) for problem in (LONG_ADDING, LONGER_COUNTING)}
    n = settings.T_count // 2
    return Result(
        name="long_sequences",
        title="LSTM better on long sequences",
        claim="On long sequences an LSTM is better than a GRU.",
        quantity="loss of the GRU divided by loss of the LSTM",
        claimed=(1.0, float("inf")),
        conditions=f"{said(settings.budget, 2, 1)}; adding over T = {settings.T_long}; counting up to "
        f"{n}, tested from {n + 1} to {2 * n}; {len(seeds)} seeds, paired",
        measurements=tuple(
            Measurement(name, runs.ratios(group["GRU"], group["LSTM"]), ratio=True) for name, group in panels.items()
        ),
        picture=runs.curves(panels),
    )
