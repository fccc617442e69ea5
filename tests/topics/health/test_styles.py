"""Right answers of lesson 11 in unusual styles, and settings that would hide a mistake."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coursekit.checking import evaluate, registry
from tests.topics.answers import mistake, right


def by_pieces(minutes, values, length, ahead, step):
    """Cut the recording where a step is irregular, then take all windows of each piece."""
    cuts = np.flatnonzero(np.abs(np.diff(minutes) - step) > step / 2) + 1
    inputs, targets, now = [], [], []
    for piece in np.split(np.arange(len(values)), cuts):
        for k in range(len(piece) - length - ahead + 1):
            inputs.append(values[piece[k : k + length]])
            targets.append(values[piece[k + length + ahead - 1]])
            now.append(piece[k + length - 1])
    return inputs, targets, now


def with_a_sliding_window(minutes, values, length, ahead, step):
    view = np.lib.stride_tricks.sliding_window_view
    steps = view(np.diff(minutes), length + ahead - 1)
    kept = ((steps >= step / 2) & (steps <= 1.5 * step)).all(axis=1)
    whole = view(values, length + ahead)[kept]
    return {"inputs": whole[:, :length], "targets": whole[:, -1], "now": np.flatnonzero(kept) + length - 1}


@pytest.mark.parametrize("answer", [by_pieces, with_a_sliding_window])
def test_windows_in_other_styles(answer):
    right("gap_free_windows", answer)


def with_torch(train, test):
    train, test = torch.from_numpy(train), torch.from_numpy(test)
    centre, scale = train.mean(), train.std(correction=0)
    return (train - centre) / scale, (test - centre) / scale


def in_float32(train, test):
    centre, scale = np.float32(train.mean()), np.float32(np.sqrt(np.mean((train - train.mean()) ** 2)))
    return [[(w.astype(np.float32) - centre) / scale for w in part] for part in (train, test)]


@pytest.mark.parametrize("answer", [with_torch, in_float32])
def test_scaling_in_other_styles(answer):
    right("standardise", answer)


def as_least_squares_with_more_rows(X, y, strength):
    F = X.shape[1]
    rows = np.vstack([X - X.mean(axis=0), np.sqrt(strength) * np.eye(F)])
    w = np.linalg.lstsq(rows, np.concatenate([y - y.mean(), np.zeros(F)]), rcond=None)[0]
    return w, np.mean(y - X @ w)


def with_a_column_of_ones(X, y, strength):
    A = np.column_stack([X, np.ones(len(X))])
    penalty = np.diag([strength] * X.shape[1] + [0.0])
    both = np.linalg.inv(A.T @ A + penalty) @ A.T @ y
    return {"w": both[:-1], "b": both[-1]}


def by_singular_values(X, y, strength):
    U, s, Vt = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    w = Vt.T @ ((U.T @ y) * s / (s**2 + strength))
    return torch.from_numpy(w), y.mean() - X.mean(axis=0) @ w


@pytest.mark.parametrize("answer", [as_least_squares_with_more_rows, with_a_column_of_ones, by_singular_values])
def test_ridge_in_other_styles(answer):
    right("ridge_fit", answer)


@pytest.mark.parametrize("beginning", ["windows over gaps", "a check of the inputs only", "a check of the whole span"])
def test_a_recording_without_gaps_hides_what_others_show(beginning):
    exercise = registry.get("gap_free_windows")
    wrong = mistake(exercise.name, beginning).implement
    draw = exercise.draws(0)[0]
    assert draw.name == "no gap"
    for ours, theirs in zip(exercise.call(wrong, draw.args), exercise.call(exercise.reference, draw.args), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert not evaluate(exercise, wrong, 0, along=False, search=0).passed
