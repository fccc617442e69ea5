"""Lesson 22, autocompletion: what counts and GRUs propose while a text is typed, measured in keystrokes saved.

task = typing_task(standard_library_text())
table, networks = compare(task, seeds=(0, 1, 2))
networks[0](task.test[:20], "th")                   # three words that begin so, for the 21st of the text
"""

from __future__ import annotations

import bisect
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from coursekit.nn import GRU
from coursekit.results.comparison import Comparison
from coursekit.sources.text import Text, split
from coursekit.topics.words.answers import UNKNOWN, keystrokes_saved, word_ids
from coursekit.training.progress import trainings
from coursekit.training.seeded import seeded
from coursekit.training.torch_loop import train_in_stages, with_seeds

STAGES = ((160, 0.015), (60, 0.003))  # steps, learning rate
ROWS, LENGTH = 12, 24
KNOWN = 1000  # words that a GRU can propose
SHOWN = 3  # proposals above a keyboard
COUNTS = "the same, and words typed lately"
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")


class TypingTask(NamedTuple):
    """Words to learn from, and words of a later part of the text that are typed."""

    train: list[str]
    test: list[str]


def typing_task(text: Text, typed: int = 2000) -> TypingTask:
    """Nine tenths of the text to learn from, and the first words of the rest; letters alone, in small letters."""
    train, test = (_WORD.findall(part.lower()) for part in split(text.characters))
    return TypingTask(train, test[:typed])


class Proposer:
    """propose(before, typed): the likeliest words that begin so. vocabulary: all words that may come up, sorted.

    A subclass says how likely each word is after the words before it; zero: it does not know the word.
    """

    def __init__(self, vocabulary: Sequence[str], shown: int = SHOWN) -> None:
        self.vocabulary, self.shown = list(vocabulary), shown
        self.place_of = {word: k for k, word in enumerate(self.vocabulary)}
        self._at: tuple[int, np.ndarray] | None = None

    def probabilities(self, before: Sequence[str]) -> np.ndarray:
        """(V,) after these words."""
        raise NotImplementedError

    def __call__(self, before: Sequence[str], typed: str) -> list[str]:
        if self._at is None or self._at[0] != len(before):
            self._at = len(before), self.probabilities(before)
        p = self._at[1]
        first, last = bisect.bisect_left(self.vocabulary, typed), bisect.bisect_left(self.vocabulary, typed + "~")
        best = first + np.argsort(-p[first:last], kind="stable")[: self.shown]
        return [self.vocabulary[k] for k in best if p[k] > 0]


class Counting(Proposer):
    """Counts of the last `order` words, each order mixed with the next lower one (Witten and Bell 1991).

    adapts: whether the words that have been typed are counted too.
    """

    def __init__(self, vocabulary: Sequence[str], train: Sequence[str], order: int, adapts: bool) -> None:
        super().__init__(vocabulary)
        self.order, self.adapts, self._read = order, adapts, 0
        self._after: list[dict[tuple[str, ...], Counter]] = [defaultdict(Counter) for _ in range(order)]
        self._single = np.zeros(len(self.vocabulary))
        self._count(train, 0)

    def _count(self, words: Sequence[str], start: int) -> None:
        for place in range(start, len(words)):
            self._single[self.place_of[words[place]]] += 1
            for n in range(1, min(self.order, place + 1)):
                self._after[n][tuple(words[place - n : place])][self.place_of[words[place]]] += 1

    def probabilities(self, before: Sequence[str]) -> np.ndarray:
        if self.adapts:
            self._count(before, self._read)
            self._read = len(before)
        p = self._single / self._single.sum()
        for n in range(1, min(self.order, len(before) + 1)):
            counts = self._after[n].get(tuple(before[len(before) - n :]))
            if not counts:
                break
            seen, kinds = sum(counts.values()), len(counts)
            p = p * kinds / (seen + kinds)
            p[list(counts)] += np.array(list(counts.values())) / (seen + kinds)
        return p


class Recent(Proposer):
    """The words typed last come first; before them, those of the training text by how common they are."""

    def __init__(self, vocabulary: Sequence[str], train: Sequence[str]) -> None:
        super().__init__(vocabulary)
        counts = Counter(train)
        self._p = np.array([counts[word] / (len(train) + 1) for word in self.vocabulary])
        self._read = 0

    def probabilities(self, before: Sequence[str]) -> np.ndarray:
        for place in range(self._read, len(before)):
            self._p[self.place_of[before[place]]] = 1 + place
        self._read = len(before)
        return self._p


class Fading(Proposer):
    """How often each word was typed, the last ones counting most: a weight that falls to a third in 100 words."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        super().__init__(vocabulary)
        self._weight, self._read = np.zeros(len(self.vocabulary)), 0

    def probabilities(self, before: Sequence[str]) -> np.ndarray:
        for word in before[self._read :]:
            self._weight *= np.exp(-1 / 100)
            self._weight[self.place_of[word]] += 1
        self._read = len(before)
        return self._weight / max(self._weight.sum(), 1e-12)


class WordModel(nn.Module):
    """ids (N, T) -> logits of the next words (N, T, V)."""

    def __init__(self, V: int, D: int = 32, units: int = 64) -> None:
        super().__init__()
        self.words = nn.Embedding(V, D)
        self.layer = GRU(D, units, batch_first=True)
        self.dropout, self.read_out = nn.Dropout(0.3), nn.Linear(units, V)

    def forward(self, ids: Tensor) -> Tensor:
        return self.read_out(self.dropout(self.layer(self.words(ids))[0]))


def train_words(task: TypingTask, seed: int, stages: Sequence[tuple[int, float]] = STAGES) -> WordModel:
    """Stretches of 24 words from anywhere in the training text. Words outside of the vocabulary are one symbol."""
    ids = word_ids([task.train], [task.train], KNOWN)[0][0]
    with seeded(seed):
        network = WordModel(KNOWN + 2)

    def batch(rng: np.random.Generator) -> tuple:
        rows = ids[rng.integers(0, len(ids) - LENGTH, ROWS)[:, None] + np.arange(LENGTH + 1)]
        return rows[:, :-1], rows[:, 1:]

    def loss(model: nn.Module, batch: tuple) -> tuple[Tensor, float]:
        x, y = map(torch.from_numpy, batch)
        value = nn.functional.cross_entropy(model(x).flatten(0, 1), y.flatten(), ignore_index=UNKNOWN)
        return value, value.item()

    return train_in_stages(network, batch, with_seeds(stages, seed), loss=loss, progress=False)


class Network(Proposer):
    """What a trained network says about the words of one text, which is read once, from left to right."""

    def __init__(self, vocabulary: Sequence[str], task: TypingTask, model: WordModel) -> None:
        super().__init__(vocabulary)
        ids = word_ids([task.train], [["<begin>", *task.test]], KNOWN)[0]
        own = word_ids([task.train], [self.vocabulary], KNOWN)[0][0]
        with torch.no_grad():
            p = torch.softmax(model(torch.from_numpy(ids))[0], dim=-1).numpy()
        self._p = np.where(own == UNKNOWN, 0, p[:, own])

    def probabilities(self, before: Sequence[str]) -> np.ndarray:
        return self._p[len(before)]


class Both(Proposer):
    """The mean of what two proposers say."""

    def __init__(self, one: Proposer, other: Proposer) -> None:
        super().__init__(one.vocabulary)
        self._two = one, other

    def probabilities(self, before: Sequence[str]) -> np.ndarray:
        one, other = self._two
        return (one.probabilities(before) + other.probabilities(before)) / 2


def rivals(task: TypingTask) -> dict[str, Proposer]:
    """What needs no training: the commonest words, those typed last, counts of three words, and these with the last."""
    vocabulary = sorted({*task.train, *task.test})
    return {
        "commonest words with that beginning": Counting(vocabulary, task.train, 1, adapts=False),
        "words typed last, then the commonest": Recent(vocabulary, task.train),
        "trigrams with back-off": Counting(vocabulary, task.train, 3, adapts=False),
        "trigrams that go on counting": Counting(vocabulary, task.train, 3, adapts=True),
        COUNTS: all_counts(vocabulary, task),
    }


def all_counts(vocabulary: Sequence[str], task: TypingTask) -> Proposer:
    """The mean of trigrams that go on counting and of what was typed lately."""
    return Both(Counting(vocabulary, task.train, 3, adapts=True), Fading(vocabulary))


def compare(
    task: TypingTask,
    seeds: Sequence[int] = (0, 1, 2),
    *,
    stages: Sequence[tuple[int, float]] = STAGES,
    saved: Callable[[Sequence[str], Callable], float] = keystrokes_saved,
    progress: bool | None = None,
) -> tuple[Comparison, list[Network]]:
    """Keystrokes saved in per cent on the test words. saved: the learner's function, or ours."""
    about = f"{len(task.test):,} words typed, {SHOWN} proposals; seeds {', '.join(map(str, seeds))}"
    table = Comparison("keystrokes saved", False, "%", about)
    known = rivals(task)
    for name, proposer in known.items():
        table.add(name, 100 * saved(task.test, proposer), baseline=True)
    vocabulary = next(iter(known.values())).vocabulary
    networks = [Network(vocabulary, task, train_words(task, seed, stages)) for seed in trainings(seeds, progress)]
    table.add("GRU", [100 * saved(task.test, network) for network in networks])
    together = [Both(network, all_counts(vocabulary, task)) for network in networks]
    table.add("GRU and all counts", [100 * saved(task.test, both) for both in together])
    return table, networks


PRESSED, ACCEPTED, SAVED = 1.0, 0.5, 0.0


def keys(words: Sequence[str], propose: Callable, start: int, stop: int) -> np.ndarray:
    """What becomes of each letter, and of the space after each word, of words[start:stop]: (letters and spaces,).

    PRESSED: typed. ACCEPTED: the key that takes a proposal is pressed here. SAVED: comes with the proposal.
    """
    found: list[float] = []
    for place in range(start, stop):
        word = words[place]
        typed = next((k for k in range(len(word)) if word in propose(list(words[:place]), word[:k])), None)
        row = np.full(len(word) + 1, PRESSED)
        if typed is not None:
            row[typed], row[typed + 1 :] = ACCEPTED, SAVED
        found += row.tolist()
    return np.array(found)
