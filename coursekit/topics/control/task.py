"""Lesson 17: balancing a pole without seeing how fast it moves. Policies with and without memory, over seeds.

trained = {name: [balance(METHODS[name], seed) for seed in range(3)] for name in EXACT}
table(trained, "exact sensors", POSITIONS)      # a Comparison
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch

from coursekit.baselines.ridge import ridge_fit
from coursekit.nn import GRUCell
from coursekit.results.comparison import Comparison
from coursekit.topics.control.actor_critic import Policy, drawn, score, train_policy
from coursekit.topics.control.data import (
    POSITIONS,
    WHOLE_STATE,
    CartPole,
    Environments,
    Recent,
    Sensors,
    WithLastActions,
)
from coursekit.topics.control.model_based import steps_balanced
from coursekit.training.loop import History
from coursekit.training.seeded import seeded

CARTS, LIMIT, UPDATES = 128, 500, 160
TEST_EPISODES = 100


class ControlMethod(NamedTuple):
    """What a policy sees, and what it can remember.

    recent: how many of the last observations it sees at once. own_actions: whether it sees as many of its last actions.
    """

    sensors: Sensors
    recent: int = 1
    cell: Callable | None = None
    own_actions: bool = False

    @property
    def D(self) -> int:
        """How many numbers the policy sees."""
        return (len(self.sensors.keep) + self.own_actions) * self.recent


class ControlResult(NamedTuple):
    """One trained policy. steps: mean number of steps it balanced on fresh episodes. greedy: how it acts there."""

    method: ControlMethod
    history: History
    steps: float
    greedy: bool


def methods(
    sensors: Sensors, recent: int = 2, cell: Callable = GRUCell, own_actions: bool = False
) -> dict[str, ControlMethod]:
    """No memory, the last few observations, and a GRU, all behind the same sensors. own_actions: seen as well."""
    found = {
        "no memory": ControlMethod(sensors),
        f"last {recent} observations": ControlMethod(sensors, recent=recent),
        "GRU": ControlMethod(sensors, cell=cell),
    }
    if not own_actions:
        return found
    return {f"{name}, own pushes": method._replace(own_actions=True) for name, method in found.items()}


EXACT = {"whole state": ControlMethod(WHOLE_STATE)} | methods(POSITIONS)


def carts(method: ControlMethod, N: int, seed: int | list[int], limit: int = LIMIT) -> Environments:
    """N carts as the method sees them."""
    return seen_by(method, CartPole(N, seed, method.sensors, limit))


def seen_by(method: ControlMethod, environments: Environments) -> Environments:
    """The environments with as much of the past in view as the method has."""
    if method.recent > 1:
        environments = Recent(environments, method.recent)
    return WithLastActions(environments, method.recent) if method.own_actions else environments


def new_policy(method: ControlMethod, seed: int, policy: Callable[..., torch.nn.Module] = Policy) -> torch.nn.Module:
    """An untrained policy; its weights come from the seed, and PyTorch's own generator is left alone."""
    with seeded(seed):
        return policy(method.D, CartPole.actions, cell=method.cell)


def balance(
    method: ControlMethod,
    seed: int,
    *,
    policy: Callable[..., torch.nn.Module] = Policy,
    updates: int = UPDATES,
    limit: int = LIMIT,
    **how,
) -> ControlResult:
    """Train, choose on some episodes between the likeliest and a drawn action, and test on others.

    Without memory a policy of chance can be better than any fixed one (Singh, Jaakkola and Jordan 1994), so every
    method has the choice. policy: called as policy(D, actions, cell=cell), see `Policy`. how: goes to `train_policy`.
    """
    untrained, experience = new_policy(method, seed, policy), carts(method, CARTS, [seed, 0], limit)
    history = train_policy(untrained, experience, updates, seed=seed, **how)
    trained = history.model.eval()

    def steps(greedy: np.ndarray, episodes: int) -> np.ndarray:
        fresh = carts(method, len(greedy), [seed, episodes], limit)
        return score(trained, fresh, limit, greedy, seed=episodes)

    # The likeliest action in the first half, a drawn one in the other.
    both = np.arange(2 * TEST_EPISODES) < TEST_EPISODES
    likeliest, chance = np.split(steps(both, 1), 2)
    greedy = bool(likeliest.mean() >= chance.mean())
    return ControlResult(method, history, float(steps(np.full(TEST_EPISODES, greedy), 2).mean()), greedy)


def table(
    trained: Mapping[str, Sequence[ControlResult]], about: str, sensors: Sensors | None = None, limit: int = LIMIT
) -> Comparison:
    """Mean number of steps balanced, and those of a Kalman filter with LQR behind the sensors, if they are given.

    Every method but the GRU is a baseline, except for those that know more: the whole state, or the equations.
    """
    conditions = f"{about}; at most {limit} steps of 0.02 s; {TEST_EPISODES} fresh episodes per seed"
    result = Comparison("mean length of an episode", False, "steps", conditions)
    for name, runs in trained.items():
        baseline = "GRU" not in name and name != "whole state"
        note = "sees the velocities" if name == "whole state" else ""
        result.add(name, [run.steps for run in runs], baseline=baseline, note=note)
    if sensors is not None:
        balanced = [steps_balanced(sensors, seed, TEST_EPISODES, limit) for seed in range(len(runs))]
        result.add("Kalman filter + LQR", balanced, note="knows the equations")
    return result


def falling(seed: int) -> np.ndarray:
    """The states (T, 4) of one episode in which a coin decides about every push."""
    cart, rng, states = CartPole(1, seed), np.random.default_rng([seed, 4]), []
    while True:
        states.append(cart.state[0].copy())
        step = cart.step(rng.integers(0, 2, 1))
        if step.terminated[0] or step.truncated[0]:
            return np.array(states)


class VelocityProbe(NamedTuple):
    """What can be read linearly from a policy's state. true, read (n, 2): velocity (m/s), angular velocity (rad/s).

    explained (2,): the share of their variance that is read (R squared), on episodes that the read-out was not fitted
    to.
    """

    true: np.ndarray
    read: np.ndarray
    explained: np.ndarray


def probe_velocities(run: ControlResult, steps: int = 60, warm: int = 10) -> VelocityProbe:
    """Read the velocities, which the policy never sees, from its hidden state by ridge regression.

    50 episodes fit the read-out and 50 others test it; all act by chance. Steps before `warm`, and steps of an episode
    that is not the first, do not count.
    """
    hidden, velocities, counts = _states(run, steps)
    counts[:, :warm] = False
    fit, test = (slice(0, 50), slice(50, 100))
    read_out = ridge_fit(hidden[fit][counts[fit]], velocities[fit][counts[fit]], strength=1e-3)
    true, read = velocities[test][counts[test]], read_out(hidden[test][counts[test]])
    return VelocityProbe(true, read, 1 - ((true - read) ** 2).sum(0) / ((true - true.mean(0)) ** 2).sum(0))


def _states(run: ControlResult, steps: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Hidden states (100, steps, H), velocities (100, steps, 2), and whether the first episode goes on (100, steps)."""
    policy, rng = run.history.model, np.random.default_rng(3)
    inner = CartPole(100, 3, run.method.sensors)
    environments = seen_by(run.method, inner)
    h, alive, found = torch.zeros(100, policy.H), np.ones(100, bool), []
    for _ in range(steps):
        velocities = inner.state[:, [1, 3]].copy()
        with torch.no_grad():
            logits, _, h = policy(torch.from_numpy(environments.observation), h)
        found.append((h.numpy().astype(float), velocities, alive.copy()))
        step = environments.step(drawn(logits, rng))
        alive &= ~(step.terminated | step.truncated)
    return tuple(np.stack(column, axis=1) for column in zip(*found, strict=True))
