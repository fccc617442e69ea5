"""The loss of a model on a batch, and its gradient with respect to every weight.

The kind of answer decides: integers are classes and get softmax cross-entropy (nats); floats are numbers and
get the squared error. Both are means over the answers that count.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from coursekit.reference import FAST, lstm
from coursekit.reference.numerics import log_softmax

from .model import Model, predict


class Result(NamedTuple):
    """What one batch says about a model."""

    loss: float
    metric: float  # share of right classes, 0 to 1; for numbers the mean squared error, equal to the loss
    gradients: list[np.ndarray] | None  # of the loss, in the order of `weights(model)`; None from `evaluate`
    state: tuple[np.ndarray, ...]  # the state after the last step, to go on from in truncated BPTT


def loss_and_gradients(model: Model, batch, state: tuple[np.ndarray, ...] | None = None) -> Result:
    """Forward, loss, and back-propagation through all T steps; the gradient stops at the initial state.

    batch is (x, y) or (x, y, mask), see `coursekit.sources.tasks.Batch`. y (N,): one answer after the last step.
    y (N, T), floats also (N, T, K): one after each step, or only where mask (N, T) is True.
    """
    x, y, counts = answers_that_count(batch)
    outputs, state, cache = predict(model, x, state)
    asked = outputs[counts]
    loss, metric, d_asked = _loss(asked, y)
    d_outputs = np.zeros_like(outputs)
    d_outputs[counts] = d_asked
    dc_T = (np.zeros_like(state[1]),) if model.cell is lstm else ()
    back = FAST[model.cell].backward(d_outputs @ model.W_out, *dc_T, cache)
    dW_out = d_asked.T @ cache.hs[counts]
    return Result(loss, metric, [*back[-4:], dW_out, d_asked.sum(axis=0)], state)


def evaluate(model: Model, batch, state: tuple[np.ndarray, ...] | None = None) -> Result:
    """Loss and metric without gradients. The batch is best one that training has not seen."""
    x, y, counts = answers_that_count(batch)
    outputs, state, _ = predict(model, x, state)
    loss, metric, _ = _loss(outputs[counts], y)
    return Result(loss, metric, None, state)


def sequences_right(model: Model, batch) -> float:
    """Share of sequences in which every answer that counts is right, for a batch of classes, one answer per step.

    The metric for counting and copying: answers that are right one by one may still add up to no right sequence.
    """
    x, y, mask = (*batch, None)[:3]
    right = predict(model, x)[0].argmax(axis=2) == y
    return float((right | (False if mask is None else ~mask)).all(axis=1).mean())


def cross_entropy(scores: np.ndarray, classes: np.ndarray) -> tuple[float, np.ndarray]:
    """Scores (M, K) and classes (M,) -> the mean of -log softmax at the class, and its gradient (M, K)."""
    M, K = scores.shape
    if classes.min() < 0 or classes.max() >= K:
        raise ValueError(f"y: expected classes from 0 to {K - 1}, because the model has {K} outputs")
    log_p = log_softmax(scores)
    rows = np.arange(M)
    d_scores = np.exp(log_p)
    d_scores[rows, classes] -= 1
    return float(-log_p[rows, classes].mean(dtype=np.float64)), d_scores / M


def squared_error(outputs: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    """Outputs and targets (M, K) -> the mean squared error, and its gradient (M, K)."""
    if outputs.shape != targets.shape:
        K, given = outputs.shape[1], targets.shape[1]
        raise ValueError(f"y: expected {K} numbers per answer, one for each output of the model, got {given}")
    error = outputs - targets
    return float(np.square(error).mean(dtype=np.float64)), (2 / error.size) * error


def _loss(asked: np.ndarray, y: np.ndarray) -> tuple[float, float, np.ndarray]:
    """Loss, metric and the gradient at the M outputs that are asked for."""
    if y.dtype.kind in "iu":
        loss, d_asked = cross_entropy(asked, y)
        return loss, float((asked.argmax(axis=1) == y).mean()), d_asked
    loss, d_asked = squared_error(asked, y.reshape(len(asked), -1).astype(asked.dtype))
    return loss, loss, d_asked


def answers_that_count(batch) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A batch -> x (N, T, D); the M answers that count, (M,) or (M, K); where they stand, (N, T) bool."""
    x, y, mask = (*batch, None)[:3]
    x, y = np.asarray(x), np.asarray(y)
    N, T = x.shape[:2]
    if y.dtype.kind not in "iuf":
        raise ValueError(f"y: expected integers (classes) or floats (numbers), got dtype {y.dtype}")
    if y.shape == (N,) and mask is None:
        counts = np.zeros((N, T), bool)
        counts[:, -1] = True
        return x, y, counts
    if y.shape[:2] != (N, T) or y.ndim > (3 if y.dtype.kind == "f" else 2):
        raise ValueError(f"y: expected one answer per sequence, ({N},), or per step, ({N}, {T}), got {y.shape}")
    counts = np.ones((N, T), bool) if mask is None else np.asarray(mask, dtype=bool)
    if counts.shape != (N, T):
        raise ValueError(f"mask: expected shape ({N}, {T}), that of the steps, got {counts.shape}")
    if not counts.any():
        raise ValueError("mask: no step counts, so there is no loss")
    return x, y[counts], counts
