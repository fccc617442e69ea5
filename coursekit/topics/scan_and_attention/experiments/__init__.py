"""The experiments of lesson 19: QUICK settings in the notebook, FULL ones recorded.

    from coursekit.topics.scan_and_attention import experiments
    found = experiments.measure("parity")                  # plain numbers, by model and seed
    full = experiments.recorded()                          # the latest full run, or None

    OMP_NUM_THREADS=1 python -m coursekit.topics.scan_and_attention.experiments      # makes one

problems.py, models.py   two generated tasks, and one skeleton in which only what mixes the steps differs
training.py              how a model is trained and judged
parity.py, recall.py     what can be counted, and what can be found again
cost.py                  time against length, bytes kept, digits lost by logarithms
newton.py                a GRU solved for all its states at once
settings.py, record.py   how large, and the file of the full run
"""

from __future__ import annotations

import importlib
from typing import Any

from coursekit.topics.scan_and_attention.experiments.record import Record, recorded
from coursekit.topics.scan_and_attention.experiments.settings import FULL, QUICK, Settings

_PLACES = {  # experiment: (file, function)
    "newton": ("newton", "measure"),
    "digits": ("cost", "digits"),
    "memory": ("cost", "memory"),
    "times": ("cost", "times"),
    "parity": ("parity", "measure"),
    "recall": ("recall", "measure"),
}
EXPERIMENTS = tuple(_PLACES)


def measure(name: str, settings: Settings = QUICK, **more: Any) -> dict[str, Any]:
    """Run one experiment. more: arguments of its function. Raises ValueError for an unknown name."""
    if name not in _PLACES:
        raise ValueError(f"experiment: expected one of {', '.join(EXPERIMENTS)}, got {name!r}")
    file, function = _PLACES[name]
    return getattr(importlib.import_module(f"{__name__}.{file}"), function)(settings, **more)


__all__ = ["EXPERIMENTS", "FULL", "QUICK", "Record", "Settings", "measure", "recorded"]
