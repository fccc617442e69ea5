"""Learning to act: a policy with a critic beside it, trained on rows of steps from many environments at once.

Advantage actor-critic (Mnih et al. 2016) with one row of T steps per update: returns to the end of the row, and
back-propagation through time within it. The state of a recurrent policy goes from row to row without its gradient.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from itertools import repeat
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from coursekit.nn import flush_denormals
from coursekit.topics.control.answers import actor_critic_loss, discounted_returns
from coursekit.topics.control.data import Environments
from coursekit.training.loop import History, require_finite, run

GAMMA = 0.98


class Policy(nn.Module):
    """Observations (N, D) and a state (N, H) -> logits of the actions (N, A), the critic's values (N,), the next state.

    cell: called as cell(D, H), such as coursekit.nn.GRUCell or a class of your own; the module it makes maps (N, D) and
    (N, H) to the next state (N, H). None: no memory, tanh of a linear layer, which never looks at the state.
    """

    def __init__(self, D: int, actions: int, H: int = 32, cell: Callable[[int, int], nn.Module] | None = None) -> None:
        super().__init__()
        self.H, self.recurrent = H, cell is not None
        self.body = cell(D, H) if cell else nn.Linear(D, H)
        self.read_out = nn.Linear(H, actions + 1)
        with torch.no_grad():
            self.read_out.weight *= 0.1  # nearly equal chances to begin with

    def forward(self, x: Tensor, h: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        h = self.body(x, h) if self.recurrent else torch.tanh(self.body(x))
        out = self.read_out(h)
        return out[:, :-1], out[:, -1], h


class OneStep(nn.Module):
    """Makes a cell of a layer that reads sequences, as the GRU of lesson 06b: `lambda D, H: OneStep(GRU(D, H))`."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        return self.layer(x[:, None], h[None])[1][0]


class Experience(NamedTuple):
    """N rows of T steps, as they were acted.

    logits (N, T, A) and values (N, T): tensors with their graph. The others are arrays (N, T), see `EnvironmentStep`.
    next_values (N, T): the critic's value of what was seen after a step, where the episode was cut or the row ends.
    """

    logits: Tensor
    values: Tensor
    actions: np.ndarray
    rewards: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray
    next_values: np.ndarray


def live(
    policy: Policy, environments: Environments, h: Tensor, T: int, rng: np.random.Generator
) -> tuple[Experience, Tensor]:
    """Act for T steps from the state h (N, H), with chance. Returns what happened, and the state to go on with.

    A policy without a memory looks at each step by itself, so it acts without gradients and then looks at all at once.
    """
    columns, seen, recurrent = [], [], getattr(policy, "recurrent", True)
    for t in range(T):
        seen.append(torch.from_numpy(environments.observation))
        with torch.set_grad_enabled(recurrent):
            logits, values, after = policy(seen[-1], h)
        actions = drawn(logits, rng)
        step = environments.step(actions)
        over, cut = step.terminated | step.truncated, step.truncated | (t == T - 1)
        next_values = np.zeros(len(over))
        if cut.any():
            with torch.no_grad():
                next_values = np.where(cut, policy(torch.from_numpy(step.final), after)[1].numpy(), 0.0)
        h = after * torch.from_numpy(~over).to(after.dtype)[:, None] if recurrent and over.any() else after
        columns.append((logits, values, actions, step.reward, step.terminated, step.truncated, next_values))
    logits, values, *arrays = zip(*columns, strict=True)
    logits, values = torch.stack(logits, 1), torch.stack(values, 1)
    if not recurrent:
        logits, values = (part.unflatten(0, (-1, T)) for part in policy(torch.stack(seen, 1).flatten(0, 1), h)[:2])
    return Experience(logits, values, *(np.stack(array, 1) for array in arrays)), h


def drawn(logits: Tensor, rng: np.random.Generator) -> np.ndarray:
    """Logits (N, A) -> actions (N,), drawn from their softmax (by the largest of logits plus Gumbel noise)."""
    scores = logits.detach().numpy()
    return (scores + rng.gumbel(size=scores.shape)).argmax(axis=1)


def train_policy(
    policy: Policy,
    environments: Environments,
    updates: int,
    lr: float = 8e-3,
    *,
    T: int = 32,
    gamma: float = GAMMA,
    clip: float = 0.5,
    seed: int = 0,
    loss: Callable[[Tensor, Tensor, Tensor, Tensor], Tensor] = actor_critic_loss,
    returns: Callable[..., np.ndarray] = discounted_returns,
    progress: bool | None = None,
) -> History:
    """Take `updates` steps of Adam, each on T steps of every environment; the learning rate falls linearly to 0.

    Rewards are multiplied by 1 - gamma, so that values are means of rewards and lie in their range. Returns a History
    whose metric is the mean reward of an episode, over the latest that ended; `policy` itself is left as it was.
    """
    policy, rng = copy.deepcopy(policy).train(), np.random.default_rng([seed, 1])
    descent = torch.optim.Adam(policy.parameters(), lr)
    falling = torch.optim.lr_scheduler.LambdaLR(descent, lambda done: 1 - done / updates)
    tally, h = _Tally(len(environments.observation)), torch.zeros(len(environments.observation), policy.H)

    def take_step(_: None) -> tuple[float, float, float]:
        nonlocal h
        rows, h = live(policy, environments, h.detach(), T, rng)
        G = returns((1 - gamma) * rows.rewards, rows.terminated, rows.truncated, rows.next_values, gamma)
        value = loss(
            rows.logits, rows.values, torch.from_numpy(rows.actions), torch.from_numpy(G).to(rows.values.dtype)
        )
        descent.zero_grad()
        value.backward()
        norm = torch.nn.utils.clip_grad_norm_(policy.parameters(), clip)
        require_finite(value.item(), norm.item())
        descent.step()
        falling.step()
        return value.item(), tally.add(rows), norm.item()

    nothing: Iterable[None] = repeat(None)
    with flush_denormals():
        return run(History(policy), nothing, updates, take_step, lambda _: (0.0, 0.0), None, updates, progress)


class _Tally:
    """The mean reward of the latest 50 episodes that ended; before the first one has, that of those going on."""

    def __init__(self, N: int) -> None:
        self._going_on, self._ended = np.zeros(N), []

    def add(self, rows: Experience) -> float:
        for reward, over in zip(rows.rewards.T, (rows.terminated | rows.truncated).T, strict=True):
            self._going_on += reward
            self._ended = [*self._ended, *self._going_on[over]][-50:]
            self._going_on[over] = 0
        return float(np.mean(self._ended if self._ended else self._going_on))


def score(
    policy: Policy, environments: Environments, steps: int, greedy: bool | np.ndarray, seed: int = 0
) -> np.ndarray:
    """The reward of the first episode in each environment, at most `steps` long. (N,)

    greedy: the likeliest action; else a drawn one, as in training; an array (N,) says it for each environment. The
    environments have to be fresh.
    """
    rng, earned, h = np.random.default_rng([seed, 2]), 0.0, torch.zeros(len(environments.observation), policy.H)
    alive = np.ones(len(environments.observation), bool)
    for _ in range(steps):
        with torch.no_grad():
            logits, _, h = policy(torch.from_numpy(environments.observation), h)
        likeliest = logits.numpy().argmax(axis=1)
        step = environments.step(likeliest if np.all(greedy) else np.where(greedy, likeliest, drawn(logits, rng)))
        earned = earned + alive * step.reward
        alive &= ~(step.terminated | step.truncated)
        if not alive.any():
            break
    return earned
