"""Claim: 30 to 40 % fewer parameters. This is arithmetic: the counts are exact, and nothing is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from coursekit.topics.claims.experiments.result import Measurement, Result
from coursekit.topics.claims.experiments.settings import Settings
from coursekit.topics.claims.experiments.widths import BLOCKS, layer_parameters

_D = _H = 128
_VOCABULARY = 10_000


def fewer_parameters(settings: Settings, seeds: Sequence[int]) -> Result:
    """Parameters of an LSTM that a GRU of equal width does without: of the layer, and of a model around it."""
    layer = {cell: layer_parameters(blocks, _D, _H) for cell, blocks in BLOCKS.items()}
    around = 2 * _VOCABULARY * _D + _VOCABULARY  # an embedding and a softmax with bias
    model = {cell: count + around for cell, count in layer.items()}
    places = {"the layer": layer, f"model with {_VOCABULARY:,} words": model}
    return Result(
        name="parameters",
        title="30 to 40 % fewer parameters",
        claim="A GRU has 30 to 40 % fewer parameters than an LSTM.",
        quantity="parameters saved by the GRU, in % of the LSTM's",
        claimed=(30.0, 40.0),
        conditions=f"equal width: {_D} inputs, {_H} units, both biases; arithmetic, so there is no interval",
        measurements=tuple(
            Measurement(where, (100 * (1 - counts["GRU"] / counts["LSTM"]),), exact=True)
            for where, counts in places.items()
        ),
        picture={"kind": "bars", "y": "parameters", "panels": {where: dict(c) for where, c in places.items()}},
    )
