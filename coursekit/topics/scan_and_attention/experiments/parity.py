"""Parity, trained on short sequences and asked for on longer ones: which recurrence has learnt to count?"""

from __future__ import annotations

import numpy as np

from coursekit.topics.scan_and_attention.experiments import problems
from coursekit.topics.scan_and_attention.experiments.models import parameters, sized
from coursekit.topics.scan_and_attention.experiments.settings import Settings
from coursekit.topics.scan_and_attention.experiments.training import answers, each, trained

_TESTED = 10_000  # seed of sequences that nobody is trained on


def measure(settings: Settings) -> dict:
    """{"lengths", "accuracy": by model, for each seed, the share of right last answers at each length, "parameters",
    "trained": the longest that was trained on}.
    """
    sizes = (settings.parity_budget, problems.PARITY_SYMBOLS, problems.PARITY_CLASSES)
    tests = [
        problems.parity(np.random.default_rng(_TESTED), settings.tested, length) for length in settings.parity_lengths
    ]

    def run(name: str, seed: int) -> list[float]:
        model = trained(
            name,
            sizes,
            lambda rng: problems.parity(rng, settings.N, settings.parity_T),
            settings.parity_steps,
            settings.parity_lr,
            seed,
        )
        return [float((answers(model, test.ids)[:, -1] == test.y[:, -1]).mean()) for test in tests]

    return {
        "trained": settings.parity_T,
        "lengths": list(settings.parity_lengths),
        "accuracy": each(settings.parity_models, settings.seeds, run),
        "parameters": {name: parameters(sized(name, *sizes)) for name in settings.parity_models},
    }
