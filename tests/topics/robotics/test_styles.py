"""Right answers of lesson 18 in unusual styles, and settings that would hide a mistake."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tests.topics.answers import right, shown_by_another_draw


def as_roots(right_ones, cases, z):
    """The shares at which the observed one is exactly z standard deviations away solve a quadratic equation."""
    p = right_ones / cases
    return sorted(np.roots([1 + z**2 / cases, -(2 * p + z**2 / cases), p**2]).real)


def with_counts(right_ones, cases, z):
    wrong = cases - right_ones
    middle = (right_ones + z * z / 2) / (cases + z * z)
    reach = z / (cases + z * z) * (right_ones * wrong / cases + z * z / 4) ** 0.5
    return {"low": torch.tensor(middle - reach), "high": np.float64(middle + reach)}


@pytest.mark.parametrize("answer", [as_roots, with_counts])
def test_intervals_in_other_styles(answer):
    right("wilson_interval", answer)


def step_by_step(past, horizon):
    path = list(np.moveaxis(past, 1, 0))
    for _ in range(horizon):
        path.append(2 * path[-1] - path[-2])
    return np.stack(path[-horizon:], axis=1)


@pytest.mark.parametrize(
    "answer",
    [
        step_by_step,
        lambda past, horizon: past[:, [-1]] + np.cumsum(np.repeat(past[:, [-1]] - past[:, [-2]], horizon, 1), axis=1),
        lambda past, horizon: (
            torch.as_tensor(past)[:, -1:]
            .lerp(torch.as_tensor(past)[:, -2:-1], 0)
            .add(
                torch.einsum(
                    "k,nd->nkd", torch.arange(1.0, horizon + 1).double(), torch.as_tensor(np.diff(past, axis=1)[:, -1])
                )
            )
        ),
    ],
)
def test_velocities_in_other_styles(answer):
    right("constant_velocity", answer)


def with_a_buffer(step, positions, seen):
    path, state = positions.copy(), None
    path[:, seen:] = np.nan
    for t in range(path.shape[1] - 1):
        said, state = step(path[:, t], state)
        if t + 1 >= seen:
            path[:, t + 1] = said
    return path[:, seen:]


def recursive(step, positions, seen):
    def ahead(x, state, left):
        said, state = step(x, state)
        return [said] if left == 1 else [said, *ahead(said, state, left - 1)]

    state = None
    for t in range(seen - 1):
        _, state = step(positions[:, t], state)
    return torch.as_tensor(np.array(ahead(positions[:, seen - 1], state, positions.shape[1] - seen))).transpose(0, 1)


@pytest.mark.parametrize("answer", [with_a_buffer, recursive])
def test_rollouts_in_other_styles(answer):
    right("open_loop", answer)


@pytest.mark.parametrize(
    ("exercise", "mistake", "hidden_in"),
    [
        ("open_loop", "teacher forcing: true positions to the end", "one step after two"),
        ("open_loop", "a state that stays as it was when the rollout began", "one step after two"),
        ("open_loop", "a state that stays as it was when the rollout began", "two steps after two"),
        ("wilson_interval", "a z that is always 1.96", "all right"),
        ("constant_velocity", "forecasts that are all one step away", "one step ahead"),
    ],
)
def test_what_one_draw_hides_another_one_shows(exercise, mistake, hidden_in):
    shown_by_another_draw(exercise, mistake, {hidden_in})
