"""Lesson 17: who knows the equations needs no training. A Kalman filter estimates the state, LQR chooses the push.

    steps_balanced(NOISY_POSITIONS, seed=0)         # mean number of steps, on the episodes of `task.balance`

The equations of motion are linearised about the upright pole at rest: s' = A s + B u with u = ±1 for the two pushes.
The filter is that of Kalman (A new approach to linear filtering and prediction problems, 1960): predict with one's own
last action, then correct by the reading, as far as its noise allows. Two sensors weighted by their noise, together
with a model of motion: this is sensor fusion. LQR, the linear-quadratic regulator (Kalman, Contributions to the theory
of optimal control, 1960), gives a force; of the two pushes the one of its sign is taken.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from coursekit.topics.control.data import SCALE, CartPole, Sensors, cart_pole_step

_START = 0.05**2 / 3  # variance of each number at the start, uniform on -0.05..0.05
_LINEAR = np.diag([1e-8, 1e-6, 1e-8, 1e-5])  # variance of a step's error, because the equations are not linear
_EXACT = 1e-4  # standard deviation that is ascribed to an exact sensor
_COST, _EFFORT = np.diag([1.0, 1.0, 10.0, 1.0]), 1.0  # of the state's distance from upright, and of a push


@cache
def linearised() -> tuple[np.ndarray, np.ndarray]:
    """A (4, 4) and B (4,) of s' = A s + B u near the upright pole at rest, u = -1 or 1; by central differences."""
    small = 1e-5
    states = small * np.concatenate([np.eye(4), -np.eye(4)])
    after = [cart_pole_step(states, np.full(8, action)) for action in (0, 1)]
    mean = (after[0] + after[1]) / 2
    rest = [cart_pole_step(np.zeros((1, 4)), np.array([action]))[0] for action in (0, 1)]
    return (mean[:4] - mean[4:]).T / (2 * small), (rest[1] - rest[0]) / 2


@cache
def regulator() -> np.ndarray:
    """K (4,): the best u for a quadratic cost is -K s; by iterating Riccati's equation."""
    A, B = linearised()
    P = _COST
    for _ in range(2000):
        K = B @ P @ A / (_EFFORT + B @ P @ B)
        P = _COST + A.T @ P @ (A - np.outer(B, K))
    return K


class Filter:
    """Estimates of the states (N, 4) of N carts, from what the sensors show and from one's own pushes."""

    def __init__(self, N: int, sensors: Sensors) -> None:
        self.estimate, self._P = np.zeros((N, 4)), _START * np.eye(4)
        self._C = np.eye(4)[list(sensors.keep)]
        self._scale = SCALE[list(sensors.keep)]
        self._R = np.diag(np.maximum(sensors.noise, _EXACT) ** 2)

    def correct(self, observation: np.ndarray) -> np.ndarray:
        """Take in what is seen (N, D), in the units of `CartPole.observation`; returns the estimate (N, 4)."""
        gain = self._P @ self._C.T @ np.linalg.inv(self._C @ self._P @ self._C.T + self._R)
        self.estimate = self.estimate + (observation * self._scale - self.estimate @ self._C.T) @ gain.T
        self._P = (np.eye(4) - gain @ self._C) @ self._P
        return self.estimate

    def predict(self, actions: np.ndarray) -> None:
        """What the actions (N,), 0 or 1, do to the states."""
        A, B = linearised()
        self.estimate = self.estimate @ A.T + np.outer(2 * actions - 1, B)
        self._P = A @ self._P @ A.T + _LINEAR


def steps_balanced(sensors: Sensors, seed: int, episodes: int, limit: int = 500) -> float:
    """Mean length of `episodes` fresh episodes, the ones on which `task.balance` tests a policy of that seed."""
    carts, known = CartPole(episodes, [seed, 2], sensors, limit), Filter(episodes, sensors)
    alive, steps, K = np.ones(episodes, bool), np.zeros(episodes), regulator()
    while alive.any():
        actions = (known.correct(carts.observation) @ K < 0).astype(int)
        known.predict(actions)
        step = carts.step(actions)
        steps += alive
        alive &= ~(step.terminated | step.truncated)
    return float(steps.mean())
