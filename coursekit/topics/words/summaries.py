"""Lesson 22, a summary: which sentence of a docstring's body says what its first line says? Lead, counts, and a GRU.

task = summary_task()
table, chosen = compare(task, seeds=(0, 1, 2))
chosen["GRU over the sentences"]                  # (M, seeds): ROUGE-1 of each test document

A summary of one sentence, taken from the text: extractive. The GRU reads sentence after sentence, as in SummaRuNNer
(Nallapati et al. 2017), in a small form.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from coursekit.baselines.ridge import ridge_fit
from coursekit.nn import GRU
from coursekit.results.comparison import Comparison
from coursekit.results.intervals import Interval, bootstrap_interval
from coursekit.topics.words.answers import word_ids
from coursekit.topics.words.docstrings import Document, docstrings
from coursekit.training.progress import trainings
from coursekit.training.seeded import seeded
from coursekit.training.torch_loop import train_in_stages, with_seeds

STAGES = ((90, 0.01), (30, 0.002))  # steps, learning rate
BATCH = 24
MOST = 1000  # words in the vocabulary
LONGEST = 12  # sentences of a document that are read
LEAD, CENTRE, FORMULA, NETWORK = (
    "lead: the first sentence",
    "most words in common with the rest",
    "ridge on place, length and words in common",
    "GRU over the sentences",
)
RANDOM, BEST = "a sentence at random", "the best sentence there is"
_WORD = re.compile(r"[a-z]+")
_COMMON = frozenset(
    ("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "if", "in", "is", "it", "its", "not", "of", "on")
    + ("or", "that", "the", "this", "to", "with")
)


class SummaryTask(NamedTuple):
    """Documents to learn from and others, of other modules, to be judged by. source: where they come from."""

    train: list[Document]
    test: list[Document]
    source: str


def summary_task(share: float = 0.7, seed: int = 0) -> SummaryTask:
    """Split by module: what stands in one file is often said twice."""
    documents, source = docstrings()
    modules = sorted({document.module for document in documents})
    place = dict(zip(modules, np.random.default_rng(seed).random(len(modules)), strict=True))
    parts = ([one for one in documents if (place[one.module] < share) == side] for side in (True, False))
    return SummaryTask(*parts, source)


def content_words(text: str) -> list[str]:
    """Its words in small letters, without those that stand everywhere."""
    return [word for word in _WORD.findall(text.lower()) if word not in _COMMON]


def rouge_1(said: str, summary: str) -> float:
    """The F1 of the words that both have, from 0 to 1 (Lin 2004), counted on `content_words`."""
    ours, theirs = Counter(content_words(said)), Counter(content_words(summary))
    both = sum((ours & theirs).values())
    return 2 * both / max(1, ours.total() + theirs.total())


def features(document: Document) -> np.ndarray:
    """What a formula can know of each sentence, (S, 5): first or not, place, length, words in common, per word."""
    sentences = [content_words(one) for one in document.sentences[:LONGEST]]
    everywhere = Counter(word for words in sentences for word in set(words))
    rows = []
    for place, words in enumerate(sentences):
        common = sum(everywhere[word] > 1 for word in set(words))
        rows.append((place == 0, place / LONGEST, np.log1p(len(words)) / 3, common / 5, common / max(1, len(words))))
    return np.array(rows, float)


class SummaryModel(nn.Module):
    """ids (N, S, T), features (N, S, 5) -> a score for each sentence (N, S).

    A sentence is the mean of its words' vectors and its features; the GRU reads the sentences both ways.
    """

    def __init__(self, V: int, D: int = 16, units: int = 24) -> None:
        super().__init__()
        self.words = nn.Embedding(V, D, padding_idx=0)
        self.layer = GRU(D + 5, units, bidirectional=True, batch_first=True)
        self.dropout, self.read_out = nn.Dropout(0.3), nn.Linear(2 * units, 1)

    def forward(self, ids: Tensor, features: Tensor) -> Tensor:
        count = (ids > 0).sum(dim=2, keepdim=True).clamp(min=1)
        sentences = torch.cat([self.words(ids).sum(dim=2) / count, features], dim=2)
        return self.read_out(self.dropout(self.layer(sentences)[0]))[..., 0]


class _Arrays(NamedTuple):
    """ids (n, S, T), features (n, S, 5), there (n, S): whether there is such a sentence, rouge (n, S)."""

    ids: np.ndarray
    features: np.ndarray
    there: np.ndarray
    rouge: np.ndarray


def _arrays(task: SummaryTask, documents: Sequence[Document]) -> _Arrays:
    known = [content_words(one) for document in task.train for one in document.sentences]
    texts = [content_words(one)[:20] for document in documents for one in document.sentences[:LONGEST]]
    rows, _ = word_ids(known, texts, MOST)
    n, at = len(documents), 0
    made = _Arrays(
        np.zeros((n, LONGEST, rows.shape[1]), np.int64), np.zeros((n, LONGEST, 5)), *np.zeros((2, n, LONGEST))
    )
    for k, document in enumerate(documents):
        S = len(document.sentences[:LONGEST])
        made.ids[k, :S], made.features[k, :S], made.there[k, :S] = rows[at : at + S], features(document), 1
        made.rouge[k, :S] = [rouge_1(one, document.summary) for one in document.sentences[:S]]
        at += S
    return made


def _train(data: _Arrays, seed: int, stages: Sequence[tuple[int, float]]) -> nn.Module:
    """The target is how much of the summary each sentence holds, as shares of a whole."""
    useful = np.flatnonzero(data.rouge.sum(axis=1) > 0)
    with seeded(seed):
        network = SummaryModel(MOST + 2)

    def batch(rng: np.random.Generator) -> tuple:
        chosen = rng.choice(useful, BATCH)
        return tuple(part[chosen] for part in data)

    def loss(model: nn.Module, batch: tuple) -> tuple[Tensor, float]:
        ids, features, there, rouge = map(torch.from_numpy, batch)
        scores = model(ids, features.float()).masked_fill(there == 0, -1e9)
        target = rouge**2 / (rouge**2).sum(dim=1, keepdim=True)
        value = nn.functional.cross_entropy(scores, target.float())
        return value, value.item()

    return train_in_stages(network, batch, with_seeds(stages, seed), loss=loss, progress=False)


def over_modules(task: SummaryTask, apart: np.ndarray, draws: int = 2000) -> Interval:
    """The mean of a difference for each test document (M,), and its 95 % interval over the modules, each with all its
    documents, because these are alike."""
    modules, of = np.unique([one.module for one in task.test], return_inverse=True)
    total, count = np.bincount(of, apart), np.bincount(of)
    return bootstrap_interval(lambda of: total[of].sum() / count[of].sum(), len(modules), draws)


def compare(
    task: SummaryTask,
    seeds: Sequence[int] = (0, 1, 2),
    *,
    stages: Sequence[tuple[int, float]] = STAGES,
    progress: bool | None = None,
) -> tuple[Comparison, dict[str, np.ndarray]]:
    """ROUGE-1 in per cent on the test documents, and for each method that of each document and seed, (M, seeds)."""
    known, asked = _arrays(task, task.train), _arrays(task, task.test)
    about = f"{len(task.test)} test documents of other modules; seeds {', '.join(map(str, seeds))}"
    table, found = Comparison("ROUGE-1 of one sentence", False, "%", about), {}
    real = asked.there > 0

    def add(name: str, scores: Sequence[np.ndarray], **how) -> None:
        chosen = [np.where(real, one, -np.inf).argmax(axis=1) for one in scores]
        found[name] = 100 * np.stack([asked.rouge[np.arange(len(rows)), rows] for rows in chosen], axis=1)
        table.add(name, found[name].mean(axis=0), **how)

    found[RANDOM] = 100 * (asked.rouge.sum(axis=1) / asked.there.sum(axis=1))[:, None]
    table.add(RANDOM, found[RANDOM].mean(), baseline=True, note="the mean over all sentences")
    add(LEAD, [-np.arange(LONGEST) + np.zeros(real.shape)], baseline=True)
    add(CENTRE, [asked.features[..., 3]], baseline=True)
    fit = ridge_fit(known.features[known.there > 0], known.rouge[known.there > 0], 1.0)
    add(FORMULA, [fit(asked.features)], baseline=True)
    networks = [_train(known, seed, stages) for seed in trainings(seeds, progress)]
    with torch.no_grad():
        inputs = torch.from_numpy(asked.ids), torch.from_numpy(asked.features).float()
        add(NETWORK, [network(*inputs).numpy() for network in networks])
    found[BEST] = 100 * asked.rouge.max(axis=1)[:, None]
    return table, found
