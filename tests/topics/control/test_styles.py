"""Right answers of lesson 17 in unusual styles, and settings that would hide a mistake."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from coursekit.checking import evaluate
from coursekit.reference import gru
from tests.topics.answers import right, shown_by_another_draw


def by_definition(rewards, terminated, truncated, next_values, gamma):
    N, T = rewards.shape
    returns = []
    for n in range(N):
        row = []
        for start in range(T):
            total, factor = 0.0, 1.0
            for t in range(start, T):
                total, factor = total + factor * rewards[n, t], factor * gamma
                if terminated[n, t]:
                    break
                if truncated[n, t] or t == T - 1:
                    total += factor * next_values[n, t]
                    break
            row.append(total)
        returns.append(np.array(row))
    return returns


def with_masks_in_torch(rewards, terminated, truncated, next_values, gamma):
    r, stop, cut, v = (torch.from_numpy(array) for array in (rewards, terminated, truncated, next_values))
    later, columns = v[:, -1], []
    for t in range(r.shape[1] - 1, -1, -1):
        later = torch.where(cut[:, t], v[:, t], later) * ~stop[:, t]
        later = r[:, t] + gamma * later
        columns.insert(0, later)
    return torch.stack(columns, 1)


@pytest.mark.parametrize("answer", [by_definition, with_masks_in_torch])
def test_returns_in_other_styles(answer):
    right("discounted_returns", answer)


def row_by_row(x, h0, over, params):
    hs, last = np.empty((*x.shape[:2], h0.shape[1])), []
    for n in range(len(x)):
        h = h0[n]
        for t in range(x.shape[1]):
            hs[n, t] = gru.step(x[n : n + 1, t], h[None], params)[0][0]
            h = np.zeros_like(h) if over[n, t] else hs[n, t]
        last.append(h)
    return hs, last


def by_multiplication(x, h0, over, params):
    keep = 1.0 - over
    hs, h = [], h0
    for t, x_t in enumerate(np.moveaxis(x, 1, 0)):
        hs.append(gru.step(x_t, h, params)[0])
        h = hs[-1] * keep[:, [t]]
    return {"hs": np.moveaxis(hs, 0, 1), "h_next": h}


@pytest.mark.parametrize("answer", [row_by_row, by_multiplication])
def test_resets_in_other_styles(answer):
    right("states_with_resets", answer)


def with_cross_entropy(logits, values, actions, returns):
    with torch.no_grad():
        advantage = returns - values
    nll = F.cross_entropy(logits.flatten(0, 1), actions.flatten(), reduction="none").view_as(values)
    return torch.mean(nll * advantage) + F.mse_loss(values, returns) / 2


def with_distributions(logits, values, actions, returns):
    log_p = torch.distributions.Categorical(logits=logits).log_prob(actions)
    count = values.numel()
    return sum([-(log_p * (returns - values.data)).sum() / count, 0.5 * ((values - returns) ** 2).sum() / count])


@pytest.mark.parametrize("answer", [with_cross_entropy, with_distributions])
def test_losses_in_other_styles(answer):
    right("actor_critic_loss", answer)


@pytest.mark.parametrize(
    ("exercise", "mistake", "hidden_in"),
    [
        ("discounted_returns", "returns that go on through the end of an episode", "nothing ends"),
        ("discounted_returns", "returns that pass over the border of a cut episode", "an episode ends for good"),
        ("discounted_returns", "a cut episode that is taken for one that failed", "an episode ends for good"),
        ("states_with_resets", "a state that is never reset", "nothing ends"),
        ("states_with_resets", "a reset of all rows when one of them is over", "nothing ends"),
    ],
)
def test_what_one_draw_hides_another_one_shows(exercise, mistake, hidden_in):
    shown_by_another_draw(exercise, mistake, {hidden_in})


def test_an_answer_that_is_no_tensor_is_told_so():
    report = evaluate("actor_critic_loss", lambda *args: 1.0)
    assert not report.passed and "asked for is one number as a tensor" in report.text
