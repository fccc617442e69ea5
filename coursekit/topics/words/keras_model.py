"""Lesson 22, the model of the articles: Embedding, GRU, Dense in Keras, and its twin with equal weights in this course.

weights = KerasModel(*arrays)                      # what `model.get_weights()` lists
twin_of(weights)(ids, lengths)                     # the same numbers as `model.predict(ids)`

Only `built` and what calls it import keras, which the course does not need: `benchmarks/keras_model.py` records what it
computes, and the lesson compares with the record.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from coursekit.nn import GRU
from coursekit.reference import conventions
from coursekit.results import recorded as records
from coursekit.topics.words.sentiment import BATCH, MOST, SentimentTask

KIND = "keras"
D, UNITS, EPOCHS = 16, 24, 6


class KerasModel(NamedTuple):
    """The five arrays of Embedding(V, D), GRU(H) and Dense(1), in the order and layout of Keras."""

    words: np.ndarray  # (V, D)
    kernel: np.ndarray  # (D, 3H), blocks z, r, h
    recurrent_kernel: np.ndarray  # (H, 3H)
    bias: np.ndarray  # (2, 3H) with reset_after=True; (3H,) without
    dense: np.ndarray  # (H, 1)
    dense_bias: np.ndarray  # (1,)


class Twin(nn.Module):
    """ids (N, T), lengths (N,) -> probabilities (N,): what the Keras model says, by a layer of `coursekit.nn`."""

    def __init__(self, V: int, D: int, units: int) -> None:
        super().__init__()
        self.words, self.layer = nn.Embedding(V, D), GRU(D, units, batch_first=True)
        self.read_out = nn.Linear(units, 1)

    def forward(self, ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        hs, _ = self.layer(self.words(ids))
        return torch.sigmoid(self.read_out(hs[torch.arange(len(ids)), lengths - 1]))[:, 0]


def twin_of(weights: KerasModel) -> Twin:
    """The same model with the same weights. Raises ValueError for weights of reset_after=False."""
    params = conventions.gru_from_keras(weights.kernel, weights.recurrent_kernel, weights.bias)
    return _loaded(weights, params)


def carelessly(weights: KerasModel) -> Twin:
    """What happens to someone who only transposes: all shapes fit, and the blocks stay in the order z, r, h."""
    bias = np.broadcast_to(weights.bias, (2, weights.kernel.shape[1]))
    return _loaded(weights, (weights.kernel.T, weights.recurrent_kernel.T, *bias))


def one_bias_as_two(weights: KerasModel) -> Twin:
    """What happens to someone who makes weights of reset_after=False fit: the order is right, the cell is another."""
    bias = np.stack([weights.bias, np.zeros_like(weights.bias)])
    return _loaded(weights, conventions.gru_from_keras(weights.kernel, weights.recurrent_kernel, bias))


def _loaded(weights: KerasModel, layer: Any) -> Twin:
    twin = Twin(*weights.words.shape, len(weights.recurrent_kernel)).double()
    state = {"words.weight": weights.words, "read_out.weight": weights.dense.T, "read_out.bias": weights.dense_bias}
    state |= {f"layer.{key}": one for key, one in zip(conventions.STATE_DICT_KEYS, layer, strict=True)}
    twin.load_state_dict({key: torch.tensor(np.array(value), dtype=torch.float64) for key, value in state.items()})
    return twin


def furthest(twin: Twin, ids: np.ndarray, lengths: np.ndarray, said: np.ndarray) -> float:
    """The largest difference between the twin's probabilities and those that Keras gave. said: (N,)."""
    with torch.no_grad():
        return float(np.abs(twin(torch.as_tensor(ids), torch.as_tensor(lengths)).numpy() - said).max())


def built(V: int, D: int, units: int, reset_after: bool, seed: int) -> Any:
    """The model in Keras, on PyTorch, with first weights by a seed. Raises ImportError if keras is missing.

    mask_zero: the padding, id 0, is not read.
    """
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.layers.Embedding(V, D, mask_zero=True),
            keras.layers.GRU(units, reset_after=reset_after, bias_initializer="random_normal"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.build((None, None))
    return model


def small_example(reset_after: bool) -> dict[str, Any]:
    """Weights of a small model, three sentences as ids, and the probabilities that Keras computes: lists of numbers."""
    model = built(6, 3, 4, reset_after, seed=1)
    spread = np.random.default_rng(1)
    model.set_weights([one + 0.5 * spread.standard_normal(one.shape) for one in model.get_weights()])
    ids = np.array([[2, 3, 4, 5], [5, 4, 3, 0], [2, 1, 0, 0]])
    said = _said(model, ids)
    return {
        "weights": [one.tolist() for one in model.get_weights()],
        "ids": ids.tolist(),
        "lengths": (ids > 0).sum(axis=1).tolist(),
        "said": said.tolist(),
    }


def _said(model: Any, ids: np.ndarray) -> np.ndarray:
    return np.asarray(model.predict(ids, verbose=0), float)[:, 0]


def trained(task: SentimentTask, seed: int, epochs: int = EPOCHS) -> dict[str, Any]:
    """The Keras model fitted to the reviews: right answers on the test reviews in per cent, and how far its twin is."""
    model = built(MOST + 2, D, UNITS, True, seed)
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    model.optimizer.learning_rate = 0.01
    (ids, _), (asked, lengths) = (task.ids([one.words for one in part]) for part in (task.train, task.test))
    label, truth = (np.array([one.positive for one in part]) for part in (task.train, task.test))
    model.fit(ids, label, batch_size=BATCH, epochs=epochs, verbose=0)
    said = _said(model, asked)
    twin = twin_of(KerasModel(*model.get_weights()))
    right = 100 * float(((said > 0.5) == truth).mean())
    return {"right": right, "furthest": furthest(twin, asked, lengths, said), "weights": model.count_params()}


def measure(task: SentimentTask, seeds: tuple[int, ...] = (0, 1, 2), epochs: int = EPOCHS) -> dict[str, Any]:
    """What the record holds: Keras's version, small examples of both cells, and the model trained on the reviews."""
    import importlib.metadata

    return {
        "keras": importlib.metadata.version("keras"),
        "backend": "torch",
        "epochs": epochs,
        "small": {name: small_example(after) for name, after in (("True", True), ("False", False))},
        "trained": [trained(task, seed, epochs) for seed in seeds],
    }


def recorded(folder: Path | None = None) -> dict[str, Any] | None:
    """The latest record, None if there is none."""
    return records.latest(KIND, folder)


def example_of(record: dict[str, Any], reset_after: bool) -> tuple[KerasModel, np.ndarray, np.ndarray, np.ndarray]:
    """Weights, ids (N, T), lengths (N,) and Keras's probabilities (N,) of the small model of a record."""
    found = record["small"][str(reset_after)]
    weights = KerasModel(*(np.array(one) for one in found["weights"]))
    return weights, np.array(found["ids"]), np.array(found["lengths"]), np.array(found["said"])


def parity(record: dict[str, Any]) -> list[tuple[str, float]]:
    """How far three conversions of the small models are from what Keras said."""
    conversions: tuple[tuple[str, bool, Callable], ...] = (
        ("reset_after=True, blocks put in order", True, twin_of),
        ("reset_after=True, only transposed", True, carelessly),
        ("reset_after=False, blocks put in order", False, one_bias_as_two),
    )
    found = []
    for name, after, convert in conversions:
        weights, ids, lengths, said = example_of(record, after)
        found.append((name, furthest(convert(weights), ids, lengths, said)))
    return found
