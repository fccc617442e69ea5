"""Lesson 15: the next chord of a chorale, and new chorales.

parts = split_by_tune(bach_chorales().rolls)
result = compare(parts, seeds=(0, 1, 2))
result.table                                         # a Comparison
roll = compose(result.models[0], start=parts.test[0][:4], T=48, seed=0)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from coursekit.nn import GRU
from coursekit.results.comparison import Comparison
from coursekit.sources.tasks import Batch
from coursekit.topics.music.answers import chord_nll, draw_chord, next_chord_batch
from coursekit.topics.music.data import KEYS
from coursekit.training.progress import trainings
from coursekit.training.seeded import seeded
from coursekit.training.torch_loop import train_in_stages, with_seeds

PUBLISHED = {
    "RNN, Boulanger-Lewandowski et al. 2012": 8.71,
    "GRU, Chung et al. 2014": 8.54,
}
"""Test results on the chorales of Boulanger-Lewandowski et al., in nats per chord: other files, another split."""

SHARES = (0.7, 0.1, 0.2)  # of the pieces: training, validation, test
WIDTH, PIECES, WINDOW = 128, 16, 48  # units; pieces in a batch; quarter notes of each
STEPS, LEARNING_RATE = 600, 0.003


class ChordTask(NamedTuple):
    """Pieces for training, validation and test; each piece (T, 88) bool."""

    train: tuple[np.ndarray, ...]
    valid: tuple[np.ndarray, ...]
    test: tuple[np.ndarray, ...]


class ChordResult(NamedTuple):
    """table: negative log-likelihoods on the test pieces. models: the trained networks, one for each seed."""

    table: Comparison
    models: list[nn.Module]


def tune(roll: np.ndarray, changes: int = 10) -> tuple[int, ...]:
    """The first notes of the top voice, each named once: what two settings of one hymn have in common."""
    top = np.where(roll.any(axis=1), KEYS - 1 - roll[:, ::-1].argmax(axis=1), -1)
    return tuple(top[np.append(True, np.diff(top) != 0)][:changes].tolist())


def split_by_tune(rolls: Sequence[np.ndarray], seed: int = 0) -> ChordTask:
    """A split in which all settings of one tune are in one part: Bach set many tunes more than once."""
    together: dict[tuple[int, ...], list[np.ndarray]] = {}
    for roll in rolls:
        together.setdefault(tune(roll), []).append(roll)
    groups = list(together.values())
    order = np.random.default_rng(seed).permutation(len(groups))
    parts: list[list[np.ndarray]] = [[], [], []]
    for k in order:  # into the part that is furthest from its share
        lacking = [share * len(rolls) - len(part) for share, part in zip(SHARES, parts, strict=True)]
        parts[int(np.argmax(lacking))] += groups[k]
    return ChordTask(*map(tuple, parts))


class ChordModel(nn.Module):
    """Chords before (N, T, 88) -> logits of the next ones (N, T, 88).

    A recurrent layer, and beside it a linear path from the last chord. layer: called as layer(88, units,
    batch_first=True), such as coursekit.nn.GRU or a class of your own. None: the linear path alone.
    """

    def __init__(self, start: np.ndarray, layer: Callable[..., nn.Module] | None = GRU, units: int = WIDTH) -> None:
        super().__init__()
        self.last_chord = nn.Linear(KEYS, KEYS)
        nn.init.zeros_(self.last_chord.weight)
        with torch.no_grad():
            self.last_chord.bias.copy_(torch.as_tensor(start))
        self.layer = layer(KEYS, units, batch_first=True) if layer else None
        if layer:
            self.forget_some, self.dropout = nn.Dropout(0.2), nn.Dropout(0.5)  # of the keys, and of the units
            self.read_out = nn.Linear(units, KEYS, bias=False)
            with torch.no_grad():
                self.read_out.weight *= 0.1

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits = self.last_chord(x)
        if self.layer is not None:
            hs, _ = self.layer(self.forget_some(x))
            logits = logits + self.read_out(self.dropout(hs))
        return logits


def frequencies(rolls: Sequence[np.ndarray]) -> np.ndarray:
    """How often each key sounds, (88,), never 0 or 1: half a chord is added to both sides."""
    chords = np.concatenate(rolls)
    return (chords.sum(axis=0) + 0.5) / (len(chords) + 1)


def chord_loss(model: nn.Module, batch: Batch) -> tuple[torch.Tensor, float]:
    """Nats per chord, as a tensor to differentiate and as a number. For `train_torch`."""
    x, y, mask = (torch.as_tensor(array) for array in batch)
    each = nn.functional.binary_cross_entropy_with_logits(model(x), y, reduction="none")
    loss = each.sum(dim=-1)[mask].mean()
    return loss, loss.item()


def windows(rolls: Sequence[np.ndarray]) -> Callable[[np.random.Generator], Batch]:
    """Draws batches: a stretch of some pieces, begun at any chord as if it were the first; often the real first."""

    def draw(rng: np.random.Generator) -> Batch:
        pieces = [rolls[k] for k in rng.integers(0, len(rolls), PIECES)]
        starts = [int(rng.integers(0, max(1, len(roll) - WINDOW // 2))) * int(rng.random() < 0.7) for roll in pieces]
        return next_chord_batch([roll[a : a + WINDOW] for roll, a in zip(pieces, starts, strict=True)])

    return draw


def train_model(
    parts: ChordTask,
    seed: int,
    layer: Callable[..., nn.Module] | None = GRU,
    model: Callable[..., nn.Module] = ChordModel,
    steps: int = STEPS,
    progress: bool | None = None,
) -> nn.Module:
    """A model after three quarters of its steps with large ones, and the rest with small ones."""
    p = frequencies(parts.train)
    with seeded(seed):
        network = model(np.log(p / (1 - p)), layer)
    lr = LEARNING_RATE if layer else 5 * LEARNING_RATE  # a linear path needs larger steps
    stages = with_seeds([(round(0.75 * steps), lr), (round(0.25 * steps), 0.2 * lr)], seed)
    return train_in_stages(network, windows(parts.train), stages, loss=chord_loss, progress=progress)


def probabilities(model: nn.Module, roll: np.ndarray) -> np.ndarray:
    """What the model expects before each chord of a piece: (T, 88)."""
    with torch.no_grad():
        return torch.sigmoid(model(torch.from_numpy(next_chord_batch([roll]).x)))[0].numpy()


def nats(model: nn.Module, rolls: Sequence[np.ndarray]) -> float:
    """Mean of -log p over all chords of the pieces."""
    x, y, mask = next_chord_batch(rolls)
    with torch.no_grad():
        return chord_nll(model(torch.from_numpy(x)).numpy().astype(float), y, mask)


def held_or_struck(rolls: Sequence[np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """The first-order Markov chain of every key alone: x (N, T, 88) -> logits (N, T, 88)."""
    x, y, mask = next_chord_batch(rolls)
    before, now, p = x[mask], y[mask], frequencies(rolls)
    p_on = ((before * now).sum(0) + 5 * p) / (before.sum(0) + 5)
    p_off = (((1 - before) * now).sum(0) + 5 * p) / ((1 - before).sum(0) + 5)
    on, off = (np.log(q / (1 - q)) for q in (p_on, p_off))
    return lambda x: np.where(x > 0.5, on, off)


def compare(
    parts: ChordTask,
    seeds: Sequence[int] = (0, 1, 2),
    *,
    layer: Callable[..., nn.Module] = GRU,
    model: Callable[..., nn.Module] = ChordModel,
    steps: int = STEPS,
    progress: bool | None = None,
) -> ChordResult:
    """Three baselines and the recurrent model on the same test pieces."""
    chords = sum(map(len, parts.test))
    table = Comparison(
        "negative log-likelihood", True, "nats per chord", f"{len(parts.test)} test pieces, {chords:,} chords"
    )
    x, y, mask = next_chord_batch(parts.test)
    p = frequencies(parts.train)
    always = np.broadcast_to(np.log(p / (1 - p)), y.shape)
    table.add("how often each key sounds", chord_nll(always, y, mask), baseline=True)
    held = held_or_struck(parts.train)
    table.add("each key: held or struck", chord_nll(held(x), y, mask), baseline=True)
    linear, models = [], []
    for kind, seed in trainings([(kind, seed) for kind in ("linear", "GRU") for seed in seeds], progress):
        if kind == "linear":
            linear.append(train_model(parts, seed, None, steps=steps))
        else:
            models.append(train_model(parts, seed, layer, model, steps))
    table.add("linear, from the last chord", [nats(one, parts.test) for one in linear], baseline=True)
    table.add("linear + GRU", [nats(one, parts.test) for one in models])
    return ChordResult(table, models)


def compose(
    model: nn.Module, start: np.ndarray, T: int, seed: int, temperature: float = 0.8, voices: int = 4
) -> np.ndarray:
    """A piece of T chords, (T, 88) bool, that begins with `start` (S, 88) and goes on chord by chord.

    Every chord is drawn from what the model expects after all chords before it. temperature: 1 draws as the model says;
    less keeps to what is likely.
    """
    rng, roll = np.random.default_rng(seed), [*np.asarray(start, bool)]
    while len(roll) < T:
        x = np.concatenate([np.zeros((1, KEYS)), roll]).astype(np.float32)[None]
        with torch.no_grad():
            logits = model(torch.from_numpy(x))[0, -1].numpy().astype(float)
        roll.append(draw_chord(logits, rng.random((200, KEYS)), temperature, voices))
    return np.array(roll[:T])
