"""Lesson 22, the example of the articles: "The weather is nice today" -> sunny, by a model that has learnt it.

task = weather_task()
model = train_weather(task, seed=0)
said(model, task, ["the weather is nice today"])          # (1, 4): sunny, rainy, snowy, windy

The sentences are generated. The article's own is kept out of the training, as are others of its kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from coursekit.nn import GRU
from coursekit.topics.words.answers import word_ids
from coursekit.training.seeded import seeded
from coursekit.training.sequence_classification import cross_entropy
from coursekit.training.torch_loop import train_in_stages, with_seeds

ARTICLE = "the weather is nice today"
CLASSES = ("sunny", "rainy", "snowy", "windy")
_SIGNS = {
    "sunny": ("nice", "lovely", "bright", "warm"),
    "rainy": ("wet", "grey", "damp", "dripping"),
    "snowy": ("white", "icy", "freezing", "frosty"),
    "windy": ("stormy", "rough", "gusty", "wild"),
}
_SUBJECTS = ("the weather", "the sky", "the morning", "the afternoon", "it")
_TIMES = ("today", "now", "this week", "outside", "here")
_EXTRAS = ("", "really", "rather")
STAGES = ((90, 0.015),)  # steps, learning rate
MOST = 60  # words in the vocabulary: more than there are


class WeatherTask(NamedTuple):
    """Sentences with their labels, an index into CLASSES: to learn from, and to be judged by."""

    train: list[str]
    train_label: np.ndarray
    test: list[str]
    test_label: np.ndarray

    def ids(self, sentences: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Words as numbers, with the vocabulary of the training sentences."""
        return word_ids([one.split() for one in self.train], [one.split() for one in sentences], MOST)


def weather_task(seed: int = 0) -> WeatherTask:
    """All sentences of the grammar, a third of them for the test, that of the article among these."""
    sentences, label = [], []
    for k, weather in enumerate(CLASSES):
        for subject, extra, sign, time in product(_SUBJECTS, _EXTRAS, _SIGNS[weather], _TIMES):
            sentences.append(" ".join(f"{subject} is {extra} {sign} {time}".split()))
            label.append(k)
    in_test = np.random.default_rng(seed).random(len(sentences)) < 1 / 3
    in_test[sentences.index(ARTICLE)] = True
    parts = [np.flatnonzero(in_test == part) for part in (False, True)]
    (train, train_label), (test, test_label) = (([sentences[k] for k in rows], np.array(label)[rows]) for rows in parts)
    return WeatherTask(train, train_label, test, test_label)


class WeatherModel(nn.Module):
    """ids (N, T), lengths (N,) -> scores (N, 4): the model of the articles, words, a GRU, its last valid state."""

    def __init__(self, V: int, D: int = 8, units: int = 12) -> None:
        super().__init__()
        self.words, self.layer = nn.Embedding(V, D, padding_idx=0), GRU(D, units, batch_first=True)
        self.read_out = nn.Linear(units, len(CLASSES))

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        hs, _ = self.layer(self.words(ids))
        return self.read_out(hs[torch.arange(len(ids)), lengths - 1])


def train_weather(task: WeatherTask, seed: int, stages: Sequence[tuple[int, float]] = STAGES) -> nn.Module:
    """A fresh model, trained on random batches of 32 sentences."""
    ids, lengths = task.ids(task.train)
    with seeded(seed):
        network = WeatherModel(MOST + 2)

    def batch(rng: np.random.Generator) -> tuple:
        rows = rng.integers(0, len(ids), 32)
        return ids[rows], lengths[rows], task.train_label[rows]

    return train_in_stages(network, batch, with_seeds(stages, seed), loss=cross_entropy, progress=False)


def said(model: nn.Module, task: WeatherTask, sentences: Sequence[str]) -> np.ndarray:
    """(N, 4): the probability of each class."""
    with torch.no_grad():
        return torch.softmax(model(*map(torch.from_numpy, task.ids(sentences))), dim=1).numpy()


def looked_up(task: WeatherTask, sentences: Sequence[str]) -> np.ndarray:
    """The rival that needs no network: for each word the classes that it stood with, added up. (N,) an index."""
    table: dict[str, np.ndarray] = {}
    for sentence, k in zip(task.train, task.train_label, strict=True):
        for word in sentence.split():
            table.setdefault(word, np.zeros(len(CLASSES)))[k] += 1
    share = {word: counts / counts.sum() for word, counts in table.items()}
    nothing = np.zeros(len(CLASSES))
    return np.array([sum((share.get(word, nothing) for word in one.split()), nothing).argmax() for one in sentences])
