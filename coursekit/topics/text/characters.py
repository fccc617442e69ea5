"""Lesson 14, generation: a character model, the next word, and the n-grams beside it.

task = halves(standard_library_text())
table, models = compare_characters(task, seeds=(0, 1, 2))
write_on(models[0], task.vocabulary, "The value of ", 80, temperature=0.7, share=0.9, seed=0)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from coursekit.baselines.ngram import NGram, adaptive_cross_entropy, bits_per_character
from coursekit.nn import GRU
from coursekit.results.comparison import Comparison
from coursekit.sources.text import Text, Vocabulary, split
from coursekit.topics.text.answers import nucleus
from coursekit.training.progress import trainings
from coursekit.training.seeded import seeded
from coursekit.training.torch_loop import train_in_stages, with_seeds

STEPS, ROWS, LENGTH, LEARNING_RATE = 450, 32, 64, 0.01
_TEST = 20_000  # characters of the unseen part that are measured


class CharacterTask(NamedTuple):
    """train, test: ids (n,), test from a later part of the text. vocabulary: of the whole text."""

    train: np.ndarray
    test: np.ndarray
    vocabulary: Vocabulary


def halves(text: Text) -> CharacterTask:
    """The first nine tenths to learn from, and the beginning of the rest to test on."""
    vocabulary = Vocabulary(text.characters)
    train, test = (vocabulary.encode(part) for part in split(text.characters))
    return CharacterTask(train, test[:_TEST], vocabulary)


class CharacterModel(nn.Module):
    """ids (N, T), and a state or None -> logits of the next characters (N, T, V), and the state after the last one."""

    def __init__(self, V: int, layer: Callable[..., nn.Module] = GRU, D: int = 32, units: int = 96) -> None:
        super().__init__()
        self.characters = nn.Embedding(V, D)
        self.layer = layer(D, units, batch_first=True)
        self.read_out = nn.Linear(units, V)

    def forward(self, ids: Tensor, h: Tensor | None = None) -> tuple[Tensor, Tensor]:
        hs, h = self.layer(self.characters(ids), h)
        return self.read_out(hs), h


def train_characters(
    task: CharacterTask,
    seed: int,
    layer: Callable[..., nn.Module] = GRU,
    model: Callable[..., nn.Module] = CharacterModel,
    steps: int = STEPS,
    progress: bool | None = None,
) -> nn.Module:
    """Stretches of 64 characters from anywhere in the training text; large steps first, small ones at the end."""
    with seeded(seed):
        network = model(len(task.vocabulary), layer)

    def batch(rng: np.random.Generator) -> tuple:
        rows = task.train[rng.integers(0, len(task.train) - LENGTH, ROWS)[:, None] + np.arange(LENGTH + 1)]
        return rows[:, :-1], rows[:, 1:]

    stages = (round(0.8 * steps), LEARNING_RATE), (round(0.2 * steps), 0.2 * LEARNING_RATE)
    return train_in_stages(network, batch, with_seeds(stages, seed), loss=_loss, progress=progress)


def _loss(model: nn.Module, batch: tuple) -> tuple[Tensor, float]:
    x, y = map(torch.from_numpy, batch)
    loss = nn.functional.cross_entropy(model(x)[0].flatten(0, 1), y.flatten())
    return loss, loss.item()


def character_nll(model: nn.Module, ids: np.ndarray) -> np.ndarray:
    """-log p in nats of every character but the first, each given all before it: (n - 1,)."""
    ids, found, h = torch.from_numpy(ids), [], None
    with torch.no_grad():
        for start in range(0, len(ids) - 1, 1000):
            x, y = ids[start : start + 1000][: len(ids) - 1 - start], ids[start + 1 : start + 1001]
            logits, h = model(x[None], h)
            found.append(nn.functional.cross_entropy(logits[0], y, reduction="none"))
    return torch.cat(found).numpy().astype(float)


def compare_characters(
    task: CharacterTask,
    seeds: Sequence[int] = (0, 1, 2),
    *,
    layer: Callable[..., nn.Module] = GRU,
    model: Callable[..., nn.Module] = CharacterModel,
    steps: int = STEPS,
    progress: bool | None = None,
) -> tuple[Comparison, list[nn.Module]]:
    """Bits per character on the test text, and the trained networks."""
    V = len(task.vocabulary)
    table = Comparison("cross-entropy", True, "bits per character", f"{len(task.test):,} unseen characters")
    for order, name in ((1, "single characters, counted"), (3, "3-grams, counted"), (5, "5-grams, counted")):
        nats = NGram(task.train, order, V).cross_entropy(task.test)
        table.add(name, bits_per_character(nats), baseline=True)
    table.add(
        "5-grams that go on counting",
        bits_per_character(adaptive_cross_entropy(task.train, task.test, 5, V)),
        baseline=True,
        note="in what they have just read",
    )
    models = [train_characters(task, seed, layer, model, steps) for seed in trainings(seeds, progress)]
    table.add("GRU", [bits_per_character(character_nll(one, task.test).mean()) for one in models])
    return table, models


def write_on(
    model: nn.Module,
    vocabulary: Vocabulary,
    start: str,
    n: int,
    *,
    temperature: float = 1.0,
    share: float = 1.0,
    seed: int = 0,
) -> str:
    """The text `start` and n characters more. share: the nucleus that characters are drawn from; 1: all of them."""
    rng, text, h = np.random.default_rng(seed), start, None
    ids = torch.from_numpy(vocabulary.encode(start))[None]
    for _ in range(n):
        p, h = _next(model, ids, h, temperature)
        chosen = int(rng.choice(len(p), p=nucleus(p, share)))
        text, ids = text + vocabulary.characters[chosen], torch.tensor([[chosen]])
    return text


def next_words(
    model: nn.Module, vocabulary: Vocabulary, start: str, most: int = 3, width: int = 12, longest: int = 14
) -> list[tuple[str, float]]:
    """The likeliest ways to end the word that `start` breaks off in, or to begin the next: (word, probability) each.

    A search that keeps the `width` likeliest beginnings at every step (beam search). A word ends before the first
    character that is no letter; the probability includes that end.
    """
    begun = start[len(start.rstrip("".join(filter(str.isalpha, vocabulary.characters)))) :]
    p, h = _next(model, torch.from_numpy(vocabulary.encode(start))[None], None)
    letters = np.array([character.isalpha() for character in vocabulary.characters])
    open_words, ended = [(begun, 1.0, p, h)], []
    for _ in range(longest):
        grown = []
        for word, q, p, h in open_words:
            if word:
                ended.append((word, q * float(p[~letters].sum())))
            grown += [(word, q * float(p[k]), h, int(k)) for k in np.flatnonzero(letters)]
        best = sorted(grown, key=lambda one: -one[1])[:width]
        if len(ended) >= most and best[0][1] < sorted(q for _, q in ended)[-most]:
            break  # no longer word can be likelier than those that have ended
        open_words = [
            (word + vocabulary.characters[k], q, *_next(model, torch.tensor([[k]]), h)) for word, q, h, k in best
        ]
    return sorted(ended, key=lambda one: -one[1])[:most]


def _next(model: nn.Module, ids: Tensor, h: Tensor | None, temperature: float = 1.0) -> tuple[np.ndarray, Tensor]:
    """Probabilities (V,) of the next character, and the state."""
    with torch.no_grad():
        logits, h = model(ids, h)
    return torch.softmax(logits[0, -1].double() / temperature, dim=0).numpy(), h
