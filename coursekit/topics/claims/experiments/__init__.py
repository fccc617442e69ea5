"""What popular articles claim about recurrent networks, measured: one file per claim or idea.

    from coursekit.topics.claims import experiments
    result = experiments.measure("parity", experiments.QUICK)
    print(result.text)                  # conditions, intervals, and a verdict that follows from them

Every experiment is a function `(settings, seeds) -> Result`. It trains on tasks of `coursekit.sources`, compares seed
by seed, and returns numbers. `python -m coursekit.topics.claims.experiments` runs all of them with `FULL` settings and
writes what they found, with date, machine and versions, to `benchmarks/results/`; `recorded()` reads it back.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from coursekit.topics.claims.experiments.record import Record, recorded
from coursekit.topics.claims.experiments.result import Measurement, Result, beside, text_beside
from coursekit.topics.claims.experiments.settings import FULL, QUICK, Settings

_PLACES = {  # claim: (file, function)
    "parameters": ("parameters", "fewer_parameters"),
    "speed": ("speed", "trains_faster"),
    "speed_of_rnn": ("speed", "trains_faster_than_an_rnn"),
    "vanishing": ("vanishing", "solves_vanishing"),
    "parity": ("parity", "on_par"),
    "small_data": ("small_data", "better_on_small_data"),
    "long_sequences": ("long_sequences", "lstm_better_on_long_sequences"),
    "less_over_fitting": ("small_data", "over_fits_less"),
    "may_over_fit": ("small_data", "may_over_fit"),
    "latency": ("cost", "lower_latency"),
    "memory": ("cost", "less_memory"),
    "dropout": ("dropout", "dropout_helps"),
    "bidirectional": ("bidirectional", "bidirectional_helps"),
    "layer_norm": ("layer_norm", "layer_norm_helps"),
    "cnn_features": ("cnn_features", "cnn_features_help"),
    "learning_rate": ("learning_rate", "lower_rate_helps"),
}
CLAIMS = tuple(_PLACES)
"""The names of all claims, in the order of the lesson."""


def measure(claim: str, settings: Settings = QUICK, seeds: Sequence[int] | None = None) -> Result:
    """Run the experiment for one claim. Training runs are kept, so that claims share them and an interrupted
    call goes on where it stopped.

    seeds: one comparison for each; None: those of the settings. Raises ValueError for an unknown claim.
    """
    if claim not in _PLACES:
        raise ValueError(f"claim: expected one of {', '.join(CLAIMS)}, got {claim!r}")
    file, function = _PLACES[claim]
    experiment = getattr(importlib.import_module(f"{__name__}.{file}"), function)
    return experiment(settings, tuple(range(settings.seeds)) if seeds is None else tuple(seeds))


__all__ = [
    "CLAIMS",
    "FULL",
    "QUICK",
    "Measurement",
    "Record",
    "Result",
    "Settings",
    "beside",
    "measure",
    "recorded",
    "text_beside",
]
