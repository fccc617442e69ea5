"""A pole on a cart, many at once: a task of control, with all of its state in view or only a part of it.

    carts = CartPole(32, seed=0, sensors=POSITIONS)        # no velocities
    observation = carts.observation                        # (32, 2) float32
    step = carts.step(actions)                             # actions (32,): 0 pushes to the left, 1 to the right

The equations of motion are those of Barto, Sutton and Anderson (1983, appendix) without friction, as in Gymnasium's
CartPole-v1, with the same numbers: the tests compare the two step by step.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

STATE = ("position", "velocity", "angle", "angular velocity")
UNITS = ("m", "m/s", "rad", "rad/s")
SCALE = np.array([1.0, 1.0, 0.1, 1.0])
"""Observations are divided by these, so that usual values are about 1: a metre, 1 m/s, 0.1 rad (6 degrees), 1 rad/s."""

POSITION_LIMIT, ANGLE_LIMIT = 2.4, 12 * np.pi / 180
TIME_STEP = 0.02  # seconds
_GRAVITY, _CART, _POLE, _HALF_LENGTH, _FORCE = 9.8, 1.0, 0.1, 0.5, 10.0  # m/s^2, kg, kg, m, N


class Sensors(NamedTuple):
    """What is seen of the state. keep: its entries, as in STATE. noise: the standard deviation of each, in UNITS."""

    keep: tuple[int, ...] = (0, 1, 2, 3)
    noise: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)


WHOLE_STATE = Sensors()
POSITIONS = Sensors((0, 2), (0.0, 0.0))
NOISY_POSITIONS = Sensors((0, 2), (0.25, 0.05))  # 25 cm, and about 3 degrees


class EnvironmentStep(NamedTuple):
    """What N environments answer to one action each. Those whose episode is over have already begun the next one.

    observation: (N, D) float32, to act on next; of a new episode where the last one is over.
    final:       (N, D) float32, what was seen directly after the action; differs only where an episode is over.
    reward:      (N,) float32.
    terminated:  (N,) bool, the episode ended for good: nothing can be earned after it.
    truncated:   (N,) bool, the clock cut the episode: it would have gone on.
    """

    observation: np.ndarray
    final: np.ndarray
    reward: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray


class Environments(Protocol):
    """N environments that are stepped together."""

    observation: np.ndarray  # (N, D) float32
    actions: int  # how many there are to choose from

    def step(self, actions: np.ndarray) -> EnvironmentStep:
        """Take one action (N,) in each."""


def cart_pole_step(state: np.ndarray, actions: np.ndarray) -> np.ndarray:
    """States (N, 4), actions (N,) in {0, 1} -> the states 0.02 s later (Euler's method).

    Columns: position of the cart (m), velocity (m/s), angle of the pole from upright (rad), angular velocity (rad/s).
    """
    v, angle, spin = (state[..., k] for k in (1, 2, 3))
    force = np.where(np.asarray(actions) == 1, _FORCE, -_FORCE)
    sine, cosine, mass = np.sin(angle), np.cos(angle), _CART + _POLE
    push = (force + _POLE * _HALF_LENGTH * spin**2 * sine) / mass
    spin_change = (_GRAVITY * sine - cosine * push) / (_HALF_LENGTH * (4 / 3 - _POLE * cosine**2 / mass))
    v_change = push - _POLE * _HALF_LENGTH * spin_change * cosine / mass
    change = np.empty_like(state)
    for k, column in enumerate((v, v_change, spin, spin_change)):
        change[..., k] = column
    return state + TIME_STEP * change


def fallen(state: np.ndarray) -> np.ndarray:
    """States (N, 4) -> (N,) bool: the pole is more than 12 degrees from upright, or the cart has left its track."""
    return (np.abs(state[:, 0]) > POSITION_LIMIT) | (np.abs(state[:, 2]) > ANGLE_LIMIT)


class CartPole:
    """N carts. One reward for each step; an episode ends when a pole has fallen, and is cut after `limit` steps.

    Every episode starts near upright: all four numbers uniform on -0.05..0.05.
    """

    actions = 2

    def __init__(self, N: int, seed: int | list[int], sensors: Sensors = WHOLE_STATE, limit: int = 500) -> None:
        if len(sensors.keep) != len(sensors.noise) or not set(sensors.keep) <= set(range(4)):
            raise ValueError(f"sensors: expected a noise for each of some entries 0 to 3, got {sensors}")
        self._rng = np.random.default_rng(seed)
        self._keep, self._noise = list(sensors.keep), np.array(sensors.noise)
        self._scale, self._exact = SCALE[self._keep], not self._noise.any()
        self.limit = limit
        self.state, self.age = self._fresh(N), np.zeros(N, int)
        self.observation = self._seen(self.state)

    def step(self, actions: np.ndarray) -> EnvironmentStep:
        """Push every cart for 0.02 s. Raises ValueError for actions other than N times 0 or 1."""
        actions = np.asarray(actions)
        if actions.shape != self.age.shape or not ((actions == 0) | (actions == 1)).all():
            raise ValueError(f"actions: expected {len(self.age)} times 0 or 1, got {actions!r}")
        self.state, self.age = cart_pole_step(self.state, actions), self.age + 1
        terminated = fallen(self.state)
        truncated = (self.age >= self.limit) & ~terminated
        final = self._seen(self.state)
        over = terminated | truncated
        if over.any():
            self.state[over], self.age[over] = self._fresh(int(over.sum())), 0
            self.observation = final.copy()
            self.observation[over] = self._seen(self.state[over])
        else:
            self.observation = final
        return EnvironmentStep(self.observation, final, np.ones(len(over), np.float32), terminated, truncated)

    def _fresh(self, n: int) -> np.ndarray:
        return self._rng.uniform(-0.05, 0.05, (n, 4))

    def _seen(self, state: np.ndarray) -> np.ndarray:
        seen = state[:, self._keep]
        if not self._exact:
            seen += self._noise * self._rng.standard_normal(seen.shape)
        return (seen / self._scale).astype(np.float32)


class WithLastActions:
    """Environments that also show the last k actions of one's own, -1 or 1 each; 0 before an episode's first.

    observation (N, D + k): what the environments show, then the actions, the latest first.
    """

    def __init__(self, environments: Environments, k: int) -> None:
        self._inner, self.actions = environments, environments.actions
        self._past = np.zeros((len(environments.observation), k), np.float32)
        self.observation = self._beside(environments.observation)

    def step(self, actions: np.ndarray) -> EnvironmentStep:
        """As of the environments themselves."""
        step = self._inner.step(actions)
        latest = np.asarray(2 * actions - 1, np.float32)[:, None]
        self._past = np.concatenate([latest, self._past[:, :-1]], axis=1)
        final = self.observation = self._beside(step.final)
        if (over := step.terminated | step.truncated).any():
            self._past[over] = 0
            self.observation = self._beside(step.observation)
        return step._replace(observation=self.observation, final=final)

    def _beside(self, observation: np.ndarray) -> np.ndarray:
        return np.concatenate([observation, self._past], axis=1)


class Recent:
    """Environments whose last k observations are seen at once: memory without a recurrent network.

    observation (N, k * D): the latest one, and its differences to each of the k - 1 before, enlarged tenfold because
    little changes in 0.02 s. An episode's first observation stands for those before it.
    """

    def __init__(self, environments: Environments, k: int) -> None:
        self._inner, self.actions = environments, environments.actions
        self._past = np.repeat(environments.observation[:, None], k, axis=1)  # (N, k, D), the latest first
        self.observation = self._differences(self._past)

    def step(self, actions: np.ndarray) -> EnvironmentStep:
        """As of the environments themselves."""
        step = self._inner.step(actions)
        self._past = np.concatenate([step.final[:, None], self._past[:, :-1]], axis=1)
        final = self.observation = self._differences(self._past)
        if (over := step.terminated | step.truncated).any():
            self._past[over] = step.observation[over, None]
            self.observation = final.copy()
            self.observation[over] = self._differences(self._past[over])
        return step._replace(observation=self.observation, final=final)

    @staticmethod
    def _differences(past: np.ndarray) -> np.ndarray:
        shown = 10 * (past[:, :1] - past)
        shown[:, 0] = past[:, 0]
        return shown.reshape(len(past), -1)
