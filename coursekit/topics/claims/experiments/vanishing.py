"""Claim: gates solve the vanishing gradient. Measured on fresh networks; nothing is trained."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from coursekit.reference import gradient_flow
from coursekit.topics.claims.experiments.result import Measurement, Result
from coursekit.topics.claims.experiments.settings import Settings
from coursekit.topics.claims.experiments.widths import CELLS
from coursekit.training import with_gate_bias

_D, _H, _N, _WARM_UP = 8, 64, 8, 10
LAG = 50
_STARTS = {  # place: (cell, bias of its keeping gate)
    "RNN": ("RNN", None),
    "LSTM": ("LSTM", None),
    "GRU": ("GRU", None),
    "GRU, b_z = 3": ("GRU", ("z", 3.0)),
    "GRU, b_z = 5": ("GRU", ("z", 5.0)),
}


def solves_vanishing(settings: Settings, seeds: Sequence[int]) -> Result:
    """The share of a gradient that is left LAG steps back; "solved" is taken to mean: at least a hundredth."""
    left = {place: [profile(cell, bias, seed) for seed in seeds] for place, (cell, bias) in _STARTS.items()}
    shown = {place: (list(range(LAG + 1)), some) for place, some in left.items()}
    return Result(
        name="vanishing",
        title="solves the vanishing gradient",
        claim="A GRU solves the vanishing gradient.",
        quantity=f"share of the gradient that is left after {LAG} steps",
        claimed=(0.01, float("inf")),
        conditions=f"fresh networks, equal width ({_H} units), weights as PyTorch draws them, {len(seeds)} seeds; "
        "claimed is at least a hundredth",
        measurements=tuple(
            Measurement(place, tuple(one[LAG] for one in left[place]), ratio=True)
            for place in ("GRU", "GRU, b_z = 3", "GRU, b_z = 5")
        ),
        picture={
            "kind": "curves",
            "x": "lag (steps back)",
            "y": "share of the gradient left",
            "log": ("y",),
            "panels": {
                title: {place: curve for place, curve in shown.items() if ("b_" in place) == with_bias}
                for title, with_bias in (("as PyTorch starts them", False), ("with a gate bias", True))
            },
        },
    )


def profile(cell: str, bias: tuple[str, float] | None, seed: int) -> list[float]:
    """Of one fresh network: the share of the gradient left after 0 ... LAG steps back."""
    rng = np.random.default_rng(seed)
    params = CELLS[cell].init(_D, _H, rng)
    params = params if bias is None else with_gate_bias(params, *bias)
    x, dh = rng.standard_normal((_N, LAG + _WARM_UP, _D)), rng.standard_normal((_N, _H))
    return gradient_flow.surviving(CELLS[cell], params, x, dh)[: LAG + 1].tolist()
