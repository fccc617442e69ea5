"""Advice: use a lower learning rate. Lower than what? Losses after equally many steps, over several rates."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.topics.claims.experiments import runs
from coursekit.topics.claims.experiments.problems import ADDING
from coursekit.topics.claims.experiments.result import Measurement, Result
from coursekit.topics.claims.experiments.settings import Settings
from coursekit.topics.claims.experiments.widths import said

_COMPARED = ((1.0, 0.1), (0.1, 0.01), (0.01, 0.001))


def lower_rate_helps(settings: Settings, seeds: Sequence[int]) -> Result:
    """Loss at a rate over loss at a tenth of it, for the GRU on the adding problem."""
    names = {f"{rate:g}": rate for rate in settings.rates}
    found = {
        cell: runs.each(
            seeds, names, lambda name, seed, cell=cell: runs.run(ADDING, cell, settings, seed, lr=names[name])
        )
        for cell in ("LSTM", "GRU")
    }
    gru = found["GRU"]
    return Result(
        name="learning_rate",
        title="a lower learning rate helps",
        claim="A lower learning rate gives a better GRU.",
        quantity="loss at the higher rate divided by loss at the lower one",
        claimed=(1.0, float("inf")),
        conditions=f"{said(settings.budget, 2, 1)}; adding, T = {settings.T}, Adam, gradient clipped to norm 1, "
        f"{settings.steps} steps at every rate; {len(seeds)} seeds, paired",
        measurements=tuple(
            Measurement(f"{high:g} against {low:g}", runs.ratios(gru[f"{high:g}"], gru[f"{low:g}"]), ratio=True)
            for high, low in _COMPARED
        ),
        picture={
            "kind": "curves",
            "x": "learning rate",
            "y": "loss on unseen data at the end",
            "log": ("x", "y"),
            "panels": {
                "adding": {
                    cell: (settings.rates, [[by_rate[name][k].last for name in names] for k in range(len(seeds))])
                    for cell, by_rate in found.items()
                }
            },
        },
    )
