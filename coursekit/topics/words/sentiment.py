"""Lesson 22, sentiment: is a review praise or blame? Counts of n-grams, rules, and GRUs with embeddings.

task = sentiment_task()
result = compare(task, seeds=(0, 1, 2))
result.table                                     # right answers in per cent
result.by_kind["GRU, two layers, both ways"]     # kind of review -> per cent
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from coursekit.baselines.logistic import logistic_tuned
from coursekit.nn import GRU
from coursekit.results.comparison import Comparison
from coursekit.topics.words.answers import word_ids
from coursekit.topics.words.reviews import KINDS, Review, reviews
from coursekit.training.progress import trainings
from coursekit.training.seeded import seeded
from coursekit.training.sequence_classification import cross_entropy
from coursekit.training.torch_loop import train_in_stages, with_seeds

STAGES = ((120, 0.015), (40, 0.004))  # steps, learning rate
BATCH = 64
MOST = 200  # words in the vocabulary: more than the grammar has
COUNTED = {1: "counts of words", 2: "counts of 1 and 2 words", 3: "counts of 1 to 3 words"}
PAIRS = "counts of words and pairs, however far apart"
RULES = "signed counts: told the rules"
ONE_WAY, BOTH_WAYS = "GRU, one layer, one way", "GRU, two layers, both ways"
_NEGATIONS, _ENDS, _TIMES = ("not", "nobody"), (".", "and", "but"), {"very": 2.0, "rather": 0.5}


class SentimentTask(NamedTuple):
    """train: to learn from, its last fifth to choose a penalty with. test: the same mix. probes: equally many of each
    kind, that of NEW among them, which is in no other part.
    """

    train: list[Review]
    test: list[Review]
    probes: list[Review]

    def ids(self, texts: Sequence[Sequence[str]]) -> tuple[np.ndarray, np.ndarray]:
        """Words as numbers, with the vocabulary of the training reviews."""
        return word_ids([review.words for review in self.train], texts, MOST)


def sentiment_task(n: int = 1200, m: int = 800, per_kind: int = 100) -> SentimentTask:
    """Generated reviews, none of them twice: the same mix to learn from and to test on, and `per_kind` of each kind."""
    train = reviews(n, seed=0)
    test = reviews(m, seed=1, without=train)
    return SentimentTask(train, test, reviews(per_kind * len(KINDS), seed=2, without=train + test, kinds=KINDS))


class SentimentModel(nn.Module):
    """ids (N, T), lengths (N,) -> scores (N, 2): words as vectors, a layer, its last valid states, a read-out."""

    def __init__(self, V: int, D: int = 16, units: int = 16, layers: int = 2, both_ways: bool = True) -> None:
        super().__init__()
        self.words = nn.Embedding(V, D, padding_idx=0)
        self.layer = GRU(D, units, num_layers=layers, bidirectional=both_ways, batch_first=True)
        self.dropout, self.read_out = nn.Dropout(0.2), nn.Linear(units * (1 + both_ways), 2)

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        packed = pack_padded_sequence(self.words(ids), lengths, batch_first=True, enforce_sorted=False)
        _, last = self.layer(packed)  # (layers * directions, N, units)
        directions = 2 if self.layer.bidirectional else 1
        return self.read_out(self.dropout(torch.cat(list(last[-directions:]), dim=1)))


def train_sentiment(
    task: SentimentTask,
    seed: int,
    model: Callable[..., nn.Module] = SentimentModel,
    stages: Sequence[tuple[int, float]] = STAGES,
    **shape,
) -> nn.Module:
    """A fresh model, trained on random batches. shape: more arguments of the model."""
    ids, lengths = task.ids([review.words for review in task.train])
    label = np.array([review.positive for review in task.train])
    with seeded(seed):
        network = model(MOST + 2, **shape)

    def batch(rng: np.random.Generator) -> tuple:
        rows = rng.integers(0, len(label), BATCH)
        longest = lengths[rows].max()
        return ids[rows, :longest], lengths[rows], label[rows]

    return train_in_stages(network, batch, with_seeds(stages, seed), loss=cross_entropy, progress=False)


def probability_of_praise(model: nn.Module, task: SentimentTask, texts: Sequence[Sequence[str]]) -> np.ndarray:
    """(N,): how sure the model is that each text is praise."""
    with torch.no_grad():
        return torch.softmax(model(*map(torch.from_numpy, task.ids(texts))), dim=1)[:, 1].numpy()


def ngrams(words: Sequence[str], longest: int) -> Counter:
    """How often each string of 1 to `longest` words stands in a text."""
    return Counter(" ".join(words[k : k + n]) for n in range(1, longest + 1) for k in range(len(words) - n + 1))


def pairs(words: Sequence[str]) -> Counter:
    """How often each word stands in a text, and which two stand there one after the other, at any distance."""
    both = {f"{word} .. {later}" for k, word in enumerate(words) for later in words[k + 1 :]}
    return Counter(words) + Counter(both)


def signed_counts(words: Sequence[str]) -> dict[str, float]:
    """What someone counts who knows the grammar: a word twice after "very", half after "rather", with a minus after a
    negation in its clause, and nothing of what stands before "but".
    """
    counts: dict[str, float] = {}
    sign, times = 1, 1.0
    for word in words:
        if word == "but":
            counts = {}
        if word in _ENDS:
            sign, times = 1, 1.0
        elif word in _NEGATIONS:
            sign = -1
        elif word in _TIMES:
            times = _TIMES[word]
        else:
            counts[word] = counts.get(word, 0) + sign * times
            times = 1.0
    return counts


def counted(
    task: SentimentTask, count: Callable[[Sequence[str]], Mapping[str, float]]
) -> Callable[[Sequence[Review]], np.ndarray]:
    """Logistic regression on counts, its penalty chosen on the last fifth of the training reviews.

    Returns a function: reviews -> (N,) 1 for praise.
    """
    known = [count(review.words) for review in task.train]
    stands_in = Counter(feature for one in known for feature in one)
    column = {feature: k for k, feature in enumerate(sorted(f for f, times in stands_in.items() if times > 2))}

    def table(counts: Sequence[Mapping[str, float]]) -> np.ndarray:
        X = np.zeros((len(counts), len(column)))
        for row, one in zip(X, counts, strict=True):
            for feature, times in one.items():
                if feature in column:
                    row[column[feature]] = times
        return X

    label = np.array([review.positive for review in task.train])
    held_out = np.arange(len(label)) >= 0.8 * len(label)
    fit, _ = logistic_tuned(table(known), label, held_out, strengths=(10.0, 100.0))
    return lambda asked: fit.predict(table([count(review.words) for review in asked]))


class SentimentResult(NamedTuple):
    """table: right answers in per cent on the mix. by_kind: method -> kind -> per cent on the probes, mean over seeds.

    models: ONE_WAY or BOTH_WAYS -> the trained networks.
    """

    table: Comparison
    by_kind: dict[str, dict[str, float]]
    models: dict[str, list[nn.Module]]


def compare(
    task: SentimentTask,
    seeds: Sequence[int] = (0, 1, 2),
    *,
    model: Callable[..., nn.Module] = SentimentModel,
    stages: Sequence[tuple[int, float]] = STAGES,
    progress: bool | None = None,
) -> SentimentResult:
    """Counts of n-grams and of pairs, the rules of the grammar, and two GRUs, on the same test reviews."""
    about = (
        f"{len(task.test)} generated test reviews; counts with logistic regression; seeds {', '.join(map(str, seeds))}"
    )
    table, by_kind = Comparison("right answers", False, "%", about), {}
    kinds = np.array([review.kind for review in task.probes])

    def add(name: str, readers: Sequence[Callable[[Sequence[Review]], np.ndarray]], **how) -> None:
        table.add(name, [100 * _right(reader(task.test), task.test).mean() for reader in readers], **how)
        right = 100 * np.mean([_right(reader(task.probes), task.probes) for reader in readers], axis=0)
        by_kind[name] = {kind: float(right[kinds == kind].mean()) for kind in KINDS}

    for longest, name in COUNTED.items():
        fit = counted(task, lambda words, longest=longest: ngrams(words, longest))
        add(name, [fit], baseline=True)
    add(PAIRS, [counted(task, pairs)], baseline=True)
    add(RULES, [counted(task, signed_counts)], baseline=True)
    shapes = {ONE_WAY: {"layers": 1, "both_ways": False}, BOTH_WAYS: {}}
    trained: dict[str, list[nn.Module]] = {name: [] for name in shapes}
    for name, seed in trainings([(name, seed) for name in shapes for seed in seeds], progress):
        trained[name].append(train_sentiment(task, seed, model, stages, **shapes[name]))
    for name, models in trained.items():
        add(name, [_reader(one, task) for one in models])
    return SentimentResult(table, by_kind, trained)


def share_right(model: nn.Module, task: SentimentTask, asked: Sequence[Review]) -> float:
    """The share of these reviews that one network gets right, from 0 to 1."""
    return float(_right(_reader(model, task)(asked), asked).mean())


def _reader(model: nn.Module, task: SentimentTask) -> Callable[[Sequence[Review]], np.ndarray]:
    return lambda asked: (probability_of_praise(model, task, [review.words for review in asked]) > 0.5).astype(int)


def _right(said: np.ndarray, asked: Sequence[Review]) -> np.ndarray:
    return said == np.array([review.positive for review in asked])
