"""Recall against distance: which value stood behind this key? Trained on short sequences, tested on longer ones too."""

from __future__ import annotations

import numpy as np

from coursekit.topics.scan_and_attention.experiments import problems
from coursekit.topics.scan_and_attention.experiments.models import parameters, sized
from coursekit.topics.scan_and_attention.experiments.settings import Settings
from coursekit.topics.scan_and_attention.experiments.training import answers, each, trained

DICTIONARY, COMMONEST = "a dictionary", "the commonest value seen"
_TESTED = 10_000  # seed of sequences that nobody is trained on


def measure(settings: Settings) -> dict:
    """{"distances": borders of bins, "accuracy": by model, for each seed, the share of right answers in each bin}.

    "whole": the same over all distances up to the trained length. "rivals": by name, the shares of what needs no
    training. Distances beyond `trained` occur in no training sequence.
    """
    sizes = (settings.recall_budget, problems.RECALL_SYMBOLS, problems.VALUES)
    borders = [2]
    while borders[-1] < settings.recall_longest:
        borders.append(2 * borders[-1])
    # Most questions of the longest sequences are far away: the nearer ones come from shorter sequences.
    lengths = [length for length in borders if length >= settings.recall_T]
    rng = np.random.default_rng(_TESTED)
    tests = [problems.recall(rng, settings.tested, length, settings.recall_pairs) for length in lengths]
    distance = np.concatenate([test.distance[test.mask] for test in tests])
    bins = [(distance >= low) & (distance < high) for low, high in zip(borders, borders[1:], strict=False)]

    def shares(right: np.ndarray) -> list[float]:
        return [float(right[inside].mean()) for inside in bins]

    def judged(said: list[np.ndarray]) -> np.ndarray:
        return np.concatenate([(one == test.y)[test.mask] for one, test in zip(said, tests, strict=True)])

    def run(name: str, seed: int) -> list[float]:
        model = trained(
            name,
            sizes,
            lambda rng: problems.recall(rng, settings.N, settings.recall_T, settings.recall_pairs),
            settings.recall_steps,
            settings.recall_lr,
            seed,
        )
        return shares(judged([answers(model, test.ids) for test in tests]))

    accuracy = each(settings.recall_models, settings.recall_seeds, run)
    return {
        "trained": settings.recall_T,
        "pairs": settings.recall_pairs,
        "distances": borders,
        "accuracy": accuracy,
        "rivals": {
            DICTIONARY: shares(judged([problems.looked_up(test.ids) for test in tests])),
            COMMONEST: shares(judged([_commonest(test, settings.recall_pairs) for test in tests])),
        },
        "parameters": {name: parameters(sized(name, *sizes)) for name in settings.recall_models},
    }


def _commonest(test: problems.Asked, pairs: int) -> np.ndarray:
    """For every step, the value that stands most often at the beginning of its sequence. It looks at no key."""
    values = test.ids[:, 1 : 2 * pairs : 2] - problems.KEYS
    counts = (values[..., None] == np.arange(problems.VALUES)).sum(axis=1)
    return np.broadcast_to(counts.argmax(axis=1)[:, None], test.ids.shape)
