"""Right answers of lesson 08 in unusual styles, and settings that would hide a mistake."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
import torch

from coursekit.checking import registry
from tests.topics.answers import right, shown_by_another_draw


def by_the_quadratic_formula(budget, D, K, blocks):
    a, b, c = blocks, blocks * (D + 2) + K, K - budget
    H = int((-b + math.sqrt(b * b - 4 * a * c)) / (2 * a) + 1e-9)
    return np.int64(H), a * H * H + b * H + K


def downwards_with_a_real_layer(budget, D, K, blocks):
    kind = {3: torch.nn.GRU, 4: torch.nn.LSTM}[blocks]
    for H in range(math.isqrt(budget), 0, -1):
        parts = (kind(D, H, device="meta"), torch.nn.Linear(H, K, device="meta"))
        count = sum(weight.numel() for part in parts for weight in part.parameters())
        if count <= budget:
            return {"H": H, "count": count}
    raise AssertionError("one unit fits")


def by_halving(budget, D, K, blocks):
    def count(H):
        return sum(blocks * H * columns for columns in (D, H, 1, 1)) + (H + 1) * K

    low, high = 1, budget
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if count(middle) <= budget else (low, middle)
    return [low, torch.tensor(count(low))]


@pytest.mark.parametrize("answer", [by_the_quadratic_formula, downwards_with_a_real_layer, by_halving])
def test_widths_in_other_styles(answer):
    right("equal_parameter_hidden_size", answer)


def with_the_standard_library(a, b, t_table):
    d = [x - y for x, y in zip(a.tolist(), b.tolist(), strict=True)]
    mean = statistics.fmean(d)
    half = t_table[len(d) - 1] * statistics.stdev(d) / math.sqrt(len(d))
    return [mean, mean - half, mean + half]


def with_torch(a, b, t_table):
    d = torch.from_numpy(a) - torch.from_numpy(b)
    half = float(t_table[len(d) - 1]) * d.std() / len(d) ** 0.5
    return d.mean(), d.mean() - half, d.mean() + half


def corrected_elsewhere(a, b, t_table):
    S, d = len(a), a - b
    mean = d.sum() / S
    half = t_table[S - 1] * np.std(d) / np.sqrt(S - 1)
    return {"difference": mean, "low": mean - half, "high": mean + half}


def by_variances_and_covariance(a, b, t_table):
    S = len(a)
    covariance = np.cov(a, b)
    variance = (covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]) / S
    mean = a.mean() - b.mean()
    return tuple(mean + t_table[S - 1] * np.sqrt(variance) * np.array([0, -1, 1]))


@pytest.mark.parametrize(
    "answer",
    [
        with_the_standard_library,
        with_torch,
        corrected_elsewhere,
        by_variances_and_covariance,
        lambda a, b, t: list(map(np.array, with_the_standard_library(a, b, t))),
        lambda a, b, t: corrected_elsewhere(a.astype(np.float32), b.astype(np.float32), t),
    ],
)
def test_comparisons_in_other_styles(answer):
    right("paired_comparison", answer)


@pytest.mark.parametrize(
    ("exercise", "mistake", "hidden_in"),
    [
        ("equal_parameter_hidden_size", "a model that reaches the budget or goes past it", "exactly the budget"),
        ("equal_parameter_hidden_size", "a model that has to stay below the budget", "one short of the next"),
        ("equal_parameter_hidden_size", "the model nearest to the budget, above or below", "exactly the budget"),
        ("equal_parameter_hidden_size", "the model nearest to the budget, above or below", "small"),
        ("equal_parameter_hidden_size", "the budget in place of what is used", "exactly the budget"),
    ],
)
def test_what_one_draw_hides_another_one_shows(exercise, mistake, hidden_in):
    shown_by_another_draw(exercise, mistake, {hidden_in})


def test_pairing_matters_in_every_draw_and_no_number_is_near_zero():
    """Without what the seeds share, an unpaired comparison would be nearly right."""
    for seed in range(20):
        for draw in registry.get("paired_comparison").draws(seed):
            a, b, t_table = draw.args.values()
            difference, low, high = registry.get("paired_comparison").reference(a, b, t_table)
            unpaired = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a)) * t_table[len(a) - 1]
            assert unpaired > 1.5 * (high - difference)
            assert low < 0 < high
            assert min(abs(difference), abs(low), abs(high)) > 0.1 * (high - low)
