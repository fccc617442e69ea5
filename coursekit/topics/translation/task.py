"""Lesson 13: dates in six languages to their ISO form, and numbers in English words to French ones.

task = date_task(dates(days=600))
result = measure(task, seeds=(0, 1, 2))
result.table                                    # a Comparison: translations that are right in every symbol
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import torch

from coursekit.nn import GRU, DotAttention
from coursekit.results.comparison import Comparison
from coursekit.topics.translation.answers import judge_translations, split_by_day
from coursekit.topics.translation.baselines import date_rule, nearest_text, number_rule, word_for_word
from coursekit.topics.translation.data import Pairs
from coursekit.topics.translation.model import UNITS, Translator, shifted, symbol_loss
from coursekit.topics.translation.vocabulary import END, PAD, START, joined, numbered, pieces, vocabulary_of
from coursekit.training.progress import trainings
from coursekit.training.seeded import seeded
from coursekit.training.torch_loop import train_torch

BATCH, LEARNING_RATE = 64, 0.005
STEPS = 140
NEAREST, RULE, WORDS = "nearest training text", "rule written by hand", "word for word"
ATTENTION, ONE_VECTOR = "GRU with attention", "GRU, one vector"


class TranslationPart(NamedTuple):
    """Pairs as numbers and as texts. source (N, T), target (N, S): symbols, END after a target, then PAD."""

    source: np.ndarray
    target: np.ndarray
    source_texts: list[str]
    target_texts: list[str]


@dataclass(frozen=True)
class TranslationTask:
    """What is learnt from and judged by. The symbols are those of the training part; others become "<?>".

    words: symbols are words and signs; else characters. rules: name -> baseline that learns from training texts.
    """

    title: str
    train: TranslationPart
    test: TranslationPart
    source_symbols: tuple[str, ...]
    target_symbols: tuple[str, ...]
    words: bool
    rules: dict[str, Callable]

    @property
    def sizes(self) -> tuple[int, int]:
        return len(self.source_symbols), len(self.target_symbols)

    def text(self, symbols: np.ndarray) -> str:
        """Target symbols (S,) up to the first END, as in `target_texts`."""
        ended = np.flatnonzero(symbols == END)
        said = [self.target_symbols[k] for k in symbols[: ended[0] if len(ended) else None]]
        return joined(said) if self.words else "".join(said)


def date_task(pairs: Pairs, test_days: int = 100) -> TranslationTask:
    """Character by character; no day of the test occurs in training, in no language."""
    return make_task(pairs, test_days, words=False, rules={NEAREST: nearest_text, RULE: date_rule})


def number_task(pairs: Pairs, test_numbers: int = 1000) -> TranslationTask:
    """Word by word."""
    return make_task(
        pairs, test_numbers, words=True, rules={NEAREST: nearest_text, WORDS: word_for_word, RULE: number_rule}
    )


def make_task(pairs: Pairs, test_meanings: int, *, words: bool, rules: dict[str, Callable]) -> TranslationTask:
    """Split by meaning (`split_by_day`), and turn texts into numbers with the symbols of the training part."""
    split = split_by_day(pairs.meaning, shuffled(pairs), test_meanings)
    return task_of(pairs, *split, words=words, rules=rules)


def shuffled(pairs: Pairs, seed: int = 1) -> np.ndarray:
    """The different meanings in random order; the test takes them from the front."""
    return np.random.default_rng(seed).permutation(np.unique(pairs.meaning))


def own_task(pairs: Pairs, *, words: bool = True) -> TranslationTask:
    """A learner's own pairs; every fifth meaning, drawn at random, is for the test."""
    return make_task(pairs, len(np.unique(pairs.meaning)) // 5, words=words, rules={NEAREST: nearest_text})


def task_of(
    pairs: Pairs, train: np.ndarray, test: np.ndarray, *, words: bool, rules: dict[str, Callable]
) -> TranslationTask:
    """A task from a split that is given: train, test (n,) truth values."""
    texts = [[[side[k] for k in np.flatnonzero(part)] for side in pairs[:2]] for part in (train, test)]
    vocabularies = [vocabulary_of(texts[0][side], words) for side in (0, 1)]
    parts = []
    for source, target in texts:
        x = numbered(source, vocabularies[0], words, end=False)
        parts.append(TranslationPart(x, numbered(target, vocabularies[1], words, end=True), source, target))
    return TranslationTask(pairs.provenance.title, *parts, *vocabularies, words, rules)


def train_translator(
    task: TranslationTask,
    seed: int,
    *,
    steps: int = STEPS,
    layer: Callable = GRU,
    attention: bool = True,
    units: int = UNITS,
    model: Callable[..., Translator] = Translator,
    progress: bool | None = None,
):
    """Train a fresh model on the training part, with teacher forcing; returns the History.

    layer: as for `Translator`. attention: scaled dot attention, or none. model: `Translator`, or a class like it.
    """
    with seeded(seed):
        module = model(*task.sizes, units, layer, DotAttention(scaled=True) if attention else None)
    x, y = task.train.source, task.train.target
    lengths = {"x": (x != PAD).sum(axis=1), "y": (y != PAD).sum(axis=1)}

    def batches(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        chosen = rng.integers(len(x), size=BATCH)  # columns that are padding in all rows are left out
        return x[chosen, : lengths["x"][chosen].max()], y[chosen, : lengths["y"][chosen].max()]

    return train_torch(module, batches, steps, LEARNING_RATE, seed=seed, progress=progress, loss=symbol_loss)


def translate(model: Translator, part: TranslationPart) -> tuple[np.ndarray, np.ndarray]:
    """What a model writes by itself for each source, (N, S), and whether it is right in every symbol, (N,)."""
    model.eval()
    step, state = model.start(part.source)
    return judge_translations(step, state, ended(part.target), START, END)


def ended(target: np.ndarray) -> np.ndarray:
    """Targets filled up with END in place of PAD."""
    return np.where(target == PAD, END, target)


def right_by_place(model: Translator, part: TranslationPart, *, forced: bool) -> np.ndarray:
    """The share of right symbols at each place of the target, in %. (S,)

    forced: the decoder reads the right symbols, as in training; else what it wrote itself.
    """
    if forced:
        with torch.no_grad():
            scores, _ = model.eval()(torch.as_tensor(part.source), torch.as_tensor(shifted(ended(part.target))))
        written = scores.argmax(dim=2).numpy()
    else:
        written = translate(model, part)[0]
    real = part.target != PAD
    right = (written == part.target) & real
    return 100 * right.sum(axis=0) / real.sum(axis=0)


def attention_of(model: Translator, task: TranslationTask, text: str) -> tuple[np.ndarray, list[str], list[str]]:
    """What a model writes for one text, and where it looks: weights (S, T), the S target and the T source symbols."""
    source = numbered([text], task.source_symbols, task.words, end=False)
    step, state = model.eval().start(source)
    longest = 2 * task.train.target.shape[1]
    written, _ = judge_translations(step, state, np.full((1, longest), END), START, END)
    count = min(longest, int((written[0] != END).sum()) + 1)
    with torch.no_grad():
        _, weights = model(torch.as_tensor(source), torch.as_tensor(shifted(written[:, :count])))
    if weights is None:
        raise ValueError("this model has no attention to show: train one with attention=True")
    return weights[0].numpy(), [task.target_symbols[k] for k in written[0, :count]], pieces(text, task.words)


@dataclass
class TranslationResult:
    """table: exact translations. said: name -> what each method wrote for the test, as texts, of the first seed.

    models: name -> the trained models, one for each seed.
    """

    table: Comparison
    said: dict[str, list[str]] = field(default_factory=dict)
    models: dict[str, list[Translator]] = field(default_factory=dict)


def measure(
    task: TranslationTask,
    seeds: Sequence[int] = (0, 1, 2),
    *,
    one_vector: bool = False,
    progress: bool | None = None,
    **training,
) -> TranslationResult:
    """All methods on the same test texts: the share that is right in every symbol.

    one_vector: with the model that has no attention, too. training: more arguments of `train_translator`.
    """
    wanted = task.test.target_texts
    about = f"{task.title}; {len(wanted):,} test texts; seeds {', '.join(map(str, seeds))}"
    result = TranslationResult(Comparison("translations without any mistake", False, "%", about))
    for name, learn in task.rules.items():
        said = learn(task.train.source_texts, task.train.target_texts)(task.test.source_texts)
        result.said[name] = said
        result.table.add(name, exact(said, wanted), baseline=True)
    kinds = {ONE_VECTOR: False, ATTENTION: True} if one_vector else {ATTENTION: True}
    shares: dict[str, list[float]] = {}
    for name, seed in trainings([(name, seed) for name in kinds for seed in seeds], progress):
        history = train_translator(task, seed, attention=kinds[name], progress=False, **training)
        written, right = translate(history.model, task.test)
        shares.setdefault(name, []).append(100 * float(right.mean()))
        result.models.setdefault(name, []).append(history.model)
        result.said.setdefault(name, [task.text(row) for row in written])
    for name, values in shares.items():
        result.table.add(name, values)
    return result


def by_days(
    pairs: Pairs,
    days: Sequence[int],
    *,
    test_days: int = 100,
    seed: int = 0,
    progress: bool | None = None,
    **training,
) -> dict[str, list[float]]:
    """Exact translations in %, of the network and of the rule, after so many days of training: name -> (len(days),).

    The test is that of `date_task`, always the same; a smaller training part is contained in a larger one.
    """
    order = shuffled(pairs)
    if max(days) > len(order) - test_days:
        raise ValueError(f"days: at most {len(order) - test_days} beside a test of {test_days}, got {max(days)}")
    test = split_by_day(pairs.meaning, order, test_days)[1]
    shares: dict[str, list[float]] = {ATTENTION: [], RULE: []}
    for count in trainings(days, progress):
        train = np.isin(pairs.meaning, order[test_days : test_days + count])
        task = task_of(pairs, train, test, words=False, rules={RULE: date_rule})
        model = train_translator(task, seed, progress=False, **training).model
        shares[ATTENTION].append(100 * float(translate(model, task.test)[1].mean()))
        said = date_rule(task.train.source_texts, task.train.target_texts)(task.test.source_texts)
        shares[RULE].append(exact(said, task.test.target_texts))
    return shares


def exact(said: Sequence[str], wanted: Sequence[str]) -> float:
    """How many texts are right in every character, in %."""
    return 100 * float(np.mean([a == b for a, b in zip(said, wanted, strict=True)]))
