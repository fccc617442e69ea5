"""The tasks of the experiments, each with its sizes, its batches, and the data on which a run is judged."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from coursekit.sources.tasks import Batch, adding, counting, one_hot
from coursekit.sources.text import Vocabulary, standard_library_text
from coursekit.topics.claims.experiments.settings import Settings

_JUDGED = 10_000  # seed of the data that is never trained on
_LETTERS = Vocabulary(" abcdefghijklmnopqrstuvwxyz")
_TEXT_T = 24  # characters that a window of text shows
_MOTIF = 5  # steps that a hidden waveform lasts


@dataclass(frozen=True)
class Problem:
    """Something to learn. D inputs, K outputs; `batches(settings, seed)` draws what is trained on."""

    name: str
    D: int
    K: int
    batches: Callable[[Settings, int], Callable[[np.random.Generator], Batch]]
    judged: Callable[[Settings], Batch]
    steps: Callable[[Settings], int]
    text: bool = False  # then the larger of the two budgets

    def budget(self, settings: Settings) -> int:
        """How many parameters a model for this problem may have."""
        return settings.text_budget if self.text else settings.budget


def _fresh(task: Callable[[np.random.Generator, int, Settings], Batch]) -> dict:
    """Data without end: a new batch for every step."""
    return {
        "batches": lambda settings, seed: lambda rng: task(rng, settings.N, settings),
        "judged": lambda settings: task(np.random.default_rng(_JUDGED), 300, settings),
    }


def _few_sequences(settings: Settings, seed: int) -> Callable[[np.random.Generator], Batch]:
    """Batches from one small data set, which the seed decides."""
    data = adding(np.random.default_rng(1000 + seed), settings.few_sequences, settings.T)

    def draw(rng: np.random.Generator) -> Batch:
        rows = rng.choice(len(data.x), min(settings.N, len(data.x)), replace=False)
        return Batch(data.x[rows], data.y[rows])

    return draw


@functools.cache
def letters() -> np.ndarray:
    """The course's text as ids (n,): lower-case letters and single spaces, 27 symbols."""
    return _LETTERS.encode(re.sub("[^a-z]+", " ", standard_library_text().characters.lower()))


def _windows(ids: np.ndarray, starts: np.ndarray) -> Batch:
    rows = ids[starts[:, None] + np.arange(_TEXT_T + 1)]
    return Batch(one_hot(rows[:, :-1], len(_LETTERS)), rows[:, 1:])


def _text(settings: Settings, seed: int) -> Callable[[np.random.Generator], Batch]:
    """Windows from anywhere in the first three quarters."""
    ids = letters()[: 3 * len(letters()) // 4]
    return lambda rng: _windows(ids, rng.integers(0, len(ids) - _TEXT_T, settings.N // 2))


def _few_characters(settings: Settings, seed: int) -> Callable[[np.random.Generator], Batch]:
    """Windows from one short piece of the first half, which the seed decides."""
    start = np.random.default_rng(1000 + seed).integers(0, len(letters()) // 2)
    ids = letters()[start : start + settings.few_characters]
    return lambda rng: _windows(ids, rng.integers(0, len(ids) - _TEXT_T, settings.N // 2))


def _unseen_text(settings: Settings) -> Batch:
    """100 windows from the last quarter."""
    ids = letters()[3 * len(letters()) // 4 :]
    return _windows(ids, np.arange(100) * (len(ids) - _TEXT_T) // 100)


def _without_spaces(ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A text with spaces (n,) -> its letters (m,), and whether a word ends with each (m,)."""
    space = ids == 0
    return ids[~space], np.roll(space, -1)[~space]


def _word_ends(letters_alone: np.ndarray, ends: np.ndarray, starts: np.ndarray) -> Batch:
    """Letters without the spaces: does a word end here? The text as from `_without_spaces`."""
    at = starts[:, None] + np.arange(_TEXT_T)
    return Batch(one_hot(letters_alone[at], len(_LETTERS)), ends[at].astype(np.int64))


def _word_ends_batches(settings: Settings, seed: int) -> Callable[[np.random.Generator], Batch]:
    text = _without_spaces(letters()[: 3 * len(letters()) // 4])
    count = len(text[0]) - _TEXT_T
    return lambda rng: _word_ends(*text, rng.integers(0, count, settings.N // 2))


def _unseen_word_ends(settings: Settings) -> Batch:
    text = _without_spaces(letters()[3 * len(letters()) // 4 :])
    return _word_ends(*text, np.arange(100) * (len(text[0]) - _TEXT_T) // 100)


def _motif(rng: np.random.Generator, N: int, settings: Settings) -> Batch:
    """A waveform of five steps, one of four, somewhere in noise: which one was it? x (N, T, 1), y (N,)."""
    t = np.arange(_MOTIF) / (_MOTIF - 1)
    shapes = np.stack([t, 1 - t, np.sin(np.pi * t), 1 - np.sin(np.pi * t)]).astype(np.float32)
    x = 0.3 * rng.standard_normal((N, settings.T_wave, 1), dtype=np.float32)
    y, start = rng.integers(0, 4, N), rng.integers(0, settings.T_wave - _MOTIF + 1, N)
    x[np.arange(N)[:, None], start[:, None] + np.arange(_MOTIF), 0] += 2 * shapes[y]
    return Batch(x, y)


def _count_steps(settings: Settings) -> int:
    return settings.count_steps


ADDING = Problem("adding", 2, 1, **_fresh(lambda rng, N, s: adding(rng, N, s.T)), steps=lambda s: s.steps)
LONG_ADDING = Problem(
    "adding, long", 2, 1, **_fresh(lambda rng, N, s: adding(rng, N, s.T_long)), steps=lambda s: s.long_steps
)
COUNTING = Problem("counting", 2, 2, **_fresh(lambda rng, N, s: counting(rng, N, s.T_count)), steps=_count_steps)
LONGER_COUNTING = Problem(
    "counting, longer than trained",
    2,
    2,
    batches=COUNTING.batches,
    judged=lambda s: counting(np.random.default_rng(_JUDGED), 300, 2 * s.T_count, shortest=s.T_count // 2 + 1),
    steps=_count_steps,
)
TEXT = Problem("text", 27, 27, _text, _unseen_text, lambda s: s.text_steps, text=True)
FEW_SEQUENCES = Problem("adding, few sequences", 2, 1, _few_sequences, ADDING.judged, lambda s: s.small_steps)
FEW_CHARACTERS = Problem("text, few characters", 27, 27, _few_characters, _unseen_text, lambda s: s.small_steps, True)
WORD_ENDS = Problem("word ends", 27, 2, _word_ends_batches, _unseen_word_ends, lambda s: s.text_steps, text=True)
MOTIF = Problem("waveform in noise", 1, 4, **_fresh(_motif), steps=lambda s: s.steps)
