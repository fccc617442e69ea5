"""Right answers of lesson 09 in unusual styles, and settings that would hide a mistake."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from coursekit.checking import evaluate, registry
from tests.topics.answers import mistake, right


def one_by_one(history, season, horizon):
    known = list(history)
    for _ in range(horizon):
        known.append(known[-season])
    return known[len(history) :]


def with_itertools(history, season, horizon):
    return torch.tensor(list(itertools.islice(itertools.cycle(history[-season:]), horizon)))


def with_tile(history, season, horizon):
    return np.tile(history[len(history) - season :], horizon // season + 1)[:horizon].astype(np.float32)


@pytest.mark.parametrize("answer", [one_by_one, with_itertools, with_tile])
def test_naive_forecasts_in_other_styles(answer):
    right("seasonal_naive", answer)


def with_a_sliding_window(values, length, horizon, start, stop):
    pairs = np.lib.stride_tricks.sliding_window_view(values[:stop], length + horizon)
    pairs = pairs[max(start - length, 0) :]
    return pairs[:, :length], pairs[:, length:]


def as_lists_in_a_dict(values, length, horizon, start, stop):
    inputs, targets = [], []
    for first in range(stop):
        if first >= start and first >= length and first + horizon <= stop:
            inputs.append(values[first - length : first])
            targets.append(values[first : first + horizon])
    return {"inputs": inputs, "targets": targets}


def with_torch(values, length, horizon, start, stop):
    pairs = torch.from_numpy(values)[max(start - length, 0) : stop].unfold(0, length + horizon, 1)
    return pairs.split([length, horizon], dim=1)


@pytest.mark.parametrize("answer", [with_a_sliding_window, as_lists_in_a_dict, with_torch])
def test_windows_in_other_styles(answer):
    right("forecast_windows", answer)


def with_real_layers(T, D, H, K, reset_after):
    parts = torch.nn.GRU(D, H, device="meta"), torch.nn.Linear(H, K, device="meta")
    gru, dense = (sum(weight.numel() for weight in part.parameters()) for part in parts)
    return [torch.tensor(gru - (0 if reset_after else 3 * H)), np.int64(dense)]


def test_counts_from_real_layers():
    right("keras_parameter_count", with_real_layers)
    count = registry.get("keras_parameter_count").reference
    assert [sum(count(100, 1, 64, 1, reset_after)) for reset_after in (True, False)] == [12_929, 12_737]


@pytest.mark.parametrize(
    ("exercise", "beginning", "hidden_by"),
    [
        ("seasonal_naive", "an index that leaves the last season", lambda a: a["horizon"] <= a["season"]),
        ("seasonal_naive", "persistence", lambda a: a["season"] == 1),
        ("forecast_windows", "a part that begins at the front", lambda a: a["start"] <= a["length"]),
        ("forecast_windows", "a part that goes on to the end", lambda a: a["stop"] == len(a["values"])),
        ("keras_parameter_count", "one bias", lambda a: not a["reset_after"]),
    ],
)
def test_a_setting_that_hides_a_mistake_is_not_the_only_one(exercise, beginning, hidden_by):
    exercise = registry.get(exercise)
    wrong = mistake(exercise.name, beginning).implement
    draws = exercise.draws(0)
    hidden = [draw for draw in draws if hidden_by(draw.args)]
    assert 0 < len(hidden) < len(draws)
    for draw in hidden:
        for ours, theirs in zip(
            exercise.call(wrong, draw.args), exercise.call(exercise.reference, draw.args), strict=True
        ):
            np.testing.assert_array_equal(ours, theirs)
    assert not evaluate(exercise, wrong, 0, along=False, search=0).passed
