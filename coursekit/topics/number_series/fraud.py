"""Lesson 21, fraud: one payment in two hundred, found by its amount, by rules, by regression and by a GRU.

found = measure(range(4))
found.table                                     # a Comparison of average precision, a fresh world for each value
found.scores["GRU"], found.fraud                # of the first world: (M,) scores, (M,) truth values
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from coursekit.baselines.logistic import logistic_fit
from coursekit.results.comparison import Comparison
from coursekit.results.intervals import Interval, bootstrap_interval
from coursekit.topics.number_series.answers import precision_at_k
from coursekit.topics.number_series.data import Payments, payments
from coursekit.topics.number_series.rare import STEPS, train_reader
from coursekit.training.progress import trainings
from coursekit.training.torch_loop import outputs

CARDS = 20_000
AMOUNT, UNUSUAL, LAST, HISTORY, NETWORK = (
    "the amount",
    "the amount beside the card's mean",
    "logistic regression, last payment",
    "logistic regression, features by hand",
    "GRU",
)


@dataclass
class FraudResult:
    """table: average precision in the test part. Of the first world: scores, name -> (M,), and fraud (M,)."""

    table: Comparison
    fraud: np.ndarray
    scores: dict[str, np.ndarray] = field(default_factory=dict)


def scores(train: Payments, test: Payments, seed: int, *, steps: int = STEPS) -> dict[str, np.ndarray]:
    """What each method says of the last payment of each test card, (M,): the higher, the more suspicious."""
    amounts = test.x[:, :, 0]
    said = {AMOUNT: amounts[:, -1].astype(float), UNUSUAL: amounts[:, -1] - amounts[:, :-1].mean(axis=1).astype(float)}
    for name, features in ((LAST, lambda x: x[:, -1]), (HISTORY, by_hand)):
        fit = logistic_fit(features(train.x).astype(float), train.fraud.astype(int), 1.0)
        said[name] = fit.log_probabilities(features(test.x).astype(float))[:, 1]
    mean, spread = train.x.mean(axis=(0, 1)), train.x.std(axis=(0, 1))
    module = train_reader((train.x - mean) / spread, train.fraud, seed, steps=steps)
    return said | {NETWORK: outputs(module, (test.x - mean) / spread).astype(float)}


def by_hand(x: np.ndarray) -> np.ndarray:
    """What somebody writes who has heard how thieves work. x: (N, T, 4) -> (N, 12)

    Three signs of a theft: the last amount beside the card's mean, the smallest of the three amounts before it beside
    that mean, and how soon the last payment came. Their squares, because each lies in a band (no trial costs a
    thousandth of a cent); their products, because a thief does all three; and what shop it was.
    """
    usual = x[:, :-1, 0].mean(axis=1)
    large, trial, soon = x[:, -1, 0] - usual, usual - x[:, -4:-1, 0].min(axis=1), -x[:, -1, 1]
    signs = np.column_stack([large, trial, soon])
    products = [large * trial, large * soon, trial * soon, large * trial * soon]
    return np.column_stack([signs, signs**2, *products, x[:, -1, 2:]])


def average_precision(score: np.ndarray, fraud: np.ndarray) -> float:
    """The mean of the precisions at the ranks of all fraud: 1 if all of it comes first, its share if order is chance.

    score: (n,) without ties that matter, fraud: (n,) truth values.
    """
    hits = fraud[np.argsort(-score, kind="stable")]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())


def measure(
    worlds: Sequence[int] = (0, 1, 2, 3), *, cards: int = CARDS, steps: int = STEPS, progress: bool | None = None
) -> FraudResult:
    """All methods in each world: fresh cards to learn from, fresh cards to be judged by, a fresh network."""
    about = f"GENERATED payments; {cards:,} cards to learn from and as many to test, in each world"
    table = Comparison("average precision", False, "", about, each="world")
    found: dict[str, list[float]] = {}
    first: tuple = ()
    for world in trainings(list(worlds), progress):
        train, test = payments(2 * world, cards), payments(2 * world + 1, cards)
        said = scores(train, test, world, steps=steps)
        first = first or (test.fraud, said)
        for name, score in said.items():
            found.setdefault(name, []).append(average_precision(score, test.fraud))
    for name, values in found.items():
        table.add(name, values, baseline=name != NETWORK)
    return FraudResult(table, *first)


def precision_interval(score: np.ndarray, fraud: np.ndarray, k: int, draws: int = 300, seed: int = 0) -> Interval:
    """Precision at k, and its 95 % interval over the cases."""
    return bootstrap_interval(lambda of: precision_at_k(score[of], fraud[of], k)[0], len(score), draws, seed)
