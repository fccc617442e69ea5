"""Lesson 14, classification: from which language is a surname? Counting, logistic regression, and a GRU.

task = split_by_stem(surnames())
table, models = compare(task, seeds=(0, 1, 2))
probabilities(models[0], ["nakamura"])               # (1, K)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from coursekit.baselines.ngram import NGram
from coursekit.nn import GRU
from coursekit.results.comparison import Comparison
from coursekit.topics.text.answers import BEGIN, END, ngram_counts
from coursekit.topics.text.data import LETTERS, Surnames
from coursekit.training.progress import trainings
from coursekit.training.seeded import seeded
from coursekit.training.sequence_classification import cross_entropy
from coursekit.training.torch_loop import train_in_stages, with_seeds

STEPS, BATCH, LEARNING_RATE = 450, 64, 0.004
STEM = 4  # names of one language that share so many first letters go to the same part


class LabelledNames(NamedTuple):
    """words: n of them. label: (n,) from 0 to K - 1."""

    words: tuple[str, ...]
    label: np.ndarray


class NameTask(NamedTuple):
    """Names to learn from, to choose settings with, and to test on."""

    train: LabelledNames
    valid: LabelledNames
    test: LabelledNames
    languages: tuple[str, ...]


def split_by_stem(names: Surnames, shares: tuple[float, float] = (0.7, 0.1), seed: int = 0) -> NameTask:
    """Training, validation and test names, such that relatives stay together: novak and novakova are one name twice."""
    stems = [(int(k), word[:STEM]) for word, k in zip(names.words, names.label, strict=True)]
    kinds = sorted(set(stems))
    place = dict(zip(kinds, np.random.default_rng(seed).permutation(len(kinds)) / len(kinds), strict=True))
    where = np.digitize([place[stem] for stem in stems], np.cumsum(shares))
    parts = []
    for part in range(3):
        rows = np.flatnonzero(where == part)
        parts.append(LabelledNames(tuple(names.words[row] for row in rows), names.label[rows]))
    return NameTask(*parts, names.languages)


def padded(words: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Words as numbers: ids (N, T) with 0 behind the end, 1 to 26 for a to z; lengths (N,)."""
    lengths = np.array([len(word) for word in words])
    ids = np.zeros((len(words), lengths.max()), np.int64)
    for row, word in zip(ids, words, strict=True):
        row[: len(word)] = [LETTERS.index(letter) + 1 for letter in word]
    return ids, lengths


class NameModel(nn.Module):
    """ids (N, T), lengths (N,) -> logits (N, K): letters as vectors, a layer, its last valid state, a read-out.

    layer: called as layer(D, units, batch_first=True), such as coursekit.nn.GRU or a class of your own.
    """

    def __init__(self, K: int, layer: Callable[..., nn.Module] = GRU, D: int = 16, units: int = 96) -> None:
        super().__init__()
        self.letters = nn.Embedding(len(LETTERS) + 1, D)
        self.layer = layer(D, units, batch_first=True)
        self.dropout, self.read_out = nn.Dropout(0.4), nn.Linear(units, K)

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        hs, _ = self.layer(self.letters(ids))
        last = hs[torch.arange(len(ids)), lengths - 1]
        return self.read_out(self.dropout(last))


def train_names(
    task: NameTask,
    seed: int,
    layer: Callable[..., nn.Module] = GRU,
    model: Callable[..., nn.Module] = NameModel,
    steps: int = STEPS,
    progress: bool | None = None,
) -> nn.Module:
    """Three quarters of the steps with a large learning rate, the rest with a small one."""
    with seeded(seed):
        network = model(len(task.languages), layer)

    ids, lengths = padded(task.train.words)

    def batch(rng: np.random.Generator) -> tuple:
        rows = rng.integers(0, len(ids), BATCH)
        longest = lengths[rows].max()  # columns that are padding in all rows are left out
        return ids[rows, :longest], lengths[rows], task.train.label[rows]

    stages = (round(0.75 * steps), LEARNING_RATE), (round(0.25 * steps), 0.1 * LEARNING_RATE)
    return train_in_stages(network, batch, with_seeds(stages, seed), loss=cross_entropy, progress=progress)


def probabilities(model: nn.Module, words: Sequence[str]) -> np.ndarray:
    """(N, K): what the model says about each word."""
    with torch.no_grad():
        return torch.softmax(model(*map(torch.from_numpy, padded(words))), dim=1).numpy()


def accuracy(predicted: np.ndarray, words: LabelledNames) -> float:
    """Per cent of right answers; predicted: (N,)."""
    return 100 * float(np.mean(predicted == words.label))


def ngram_classifier(task: NameTask, order: int = 3) -> Callable[[Sequence[str]], np.ndarray]:
    """One character model by counting for each language: the language under which a word is likeliest (Bayes' rule)."""
    symbols = {character: k for k, character in enumerate(BEGIN + END + LETTERS)}

    def encode(words: Sequence[str]) -> np.ndarray:
        return np.array([symbols[c] for word in words for c in BEGIN * (order - 1) + word + END])

    counts = np.bincount(task.train.label, minlength=len(task.languages))
    models = []
    for k in range(len(task.languages)):
        own = [word for word, label in zip(task.train.words, task.train.label, strict=True) if label == k]
        models.append(NGram(encode(own), order, len(symbols), a=2.0))

    def likelihood(model: NGram, words: Sequence[str]) -> np.ndarray:
        """log p of each word. All are read as one text, in which the first symbols of a word follow another word."""
        starts = np.cumsum([0, *(len(word) + order for word in words[:-1])])
        costs = model.costs(encode(words))
        begins = starts[:, None] + np.arange(order - 1)
        costs[begins] = costs[: order - 1]  # those of the first word, which follow nothing
        return -np.add.reduceat(costs, starts)

    def classify(words: Sequence[str]) -> np.ndarray:
        scores = [likelihood(model, words) + np.log(count) for model, count in zip(models, counts, strict=True)]
        return np.argmax(scores, axis=0)

    return classify


def logistic_classifier(
    task: NameTask, sizes: Sequence[int] = (1, 2, 3), strengths: Sequence[float] = (0.5, 1.5, 5.0), steps: int = 60
) -> Callable[[Sequence[str]], np.ndarray]:
    """Logistic regression on the counts of n-grams; the penalty that is best on the validation names."""
    label = torch.from_numpy(task.train.label)
    counted = [ngram_counts(task.train.words, task.valid.words, n) for n in sizes]
    common = [(seen > 0).sum(axis=0) > 1 for seen, _ in counted]  # what stands in one name only helps no other

    def features(tables: Sequence[np.ndarray]) -> Tensor:
        columns = [table[:, kept] for table, kept in zip(tables, common, strict=True)]
        return torch.from_numpy(np.hstack(columns)).float()

    X, X_valid = (features(tables) for tables in zip(*counted, strict=True))
    filled = X.to_sparse()  # a word has seven in a thousand of all strings: the zeros would be most of the work

    def fit(strength: float) -> nn.Linear:
        linear = nn.Linear(X.shape[1], len(task.languages))
        nn.init.zeros_(linear.weight), nn.init.zeros_(linear.bias)
        descent = torch.optim.LBFGS(linear.parameters(), max_iter=steps, line_search_fn="strong_wolfe")

        def objective() -> Tensor:
            descent.zero_grad()
            penalty = strength * linear.weight.square().sum() / 2
            scores = torch.sparse.mm(filled, linear.weight.T) + linear.bias
            value = (nn.functional.cross_entropy(scores, label, reduction="sum") + penalty) / len(X)
            value.backward()
            return value

        descent.step(objective)
        return linear

    fits = [fit(strength) for strength in strengths]
    with torch.no_grad():
        best = max(fits, key=lambda one: accuracy(one(X_valid).argmax(1).numpy(), task.valid))

    def classify(words: Sequence[str]) -> np.ndarray:
        tables = [ngram_counts(task.train.words, words, n)[1] for n in sizes]
        return best(features(tables)).argmax(1).detach().numpy()

    return classify


def compare(
    task: NameTask,
    seeds: Sequence[int] = (0, 1, 2),
    *,
    layer: Callable[..., nn.Module] = GRU,
    model: Callable[..., nn.Module] = NameModel,
    steps: int = STEPS,
    progress: bool | None = None,
) -> tuple[Comparison, list[nn.Module]]:
    """Accuracy on the test names, in per cent, and the trained networks."""
    table = Comparison(
        "right answers", False, "%", f"{len(task.test.words)} test names, {len(task.languages)} languages"
    )
    commonest = np.full(len(task.test.words), np.bincount(task.train.label).argmax())
    table.add("the commonest language", accuracy(commonest, task.test), baseline=True)
    table.add("3-grams, counted", accuracy(ngram_classifier(task)(task.test.words), task.test), baseline=True)
    table.add("logistic regression", accuracy(logistic_classifier(task)(task.test.words), task.test), baseline=True)
    models = [train_names(task, seed, layer, model, steps) for seed in trainings(seeds, progress)]
    table.add("GRU", [accuracy(probabilities(one, task.test.words).argmax(1), task.test) for one in models])
    return table, models
