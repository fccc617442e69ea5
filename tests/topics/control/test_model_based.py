"""The filter and the regulator: what theory says of them, and how long the pole stands."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.topics.control.data import NOISY_POSITIONS, POSITIONS, SCALE, WHOLE_STATE, CartPole, cart_pole_step
from coursekit.topics.control.model_based import Filter, linearised, regulator, steps_balanced


def test_near_upright_the_linear_equations_are_those_of_the_pole():
    A, B = linearised()
    rng = np.random.default_rng(0)
    states, actions = 1e-4 * rng.standard_normal((20, 4)), rng.integers(0, 2, 20)
    expected = states @ A.T + np.outer(2 * actions - 1, B)
    np.testing.assert_allclose(cart_pole_step(states, actions), expected, atol=1e-8)


def test_the_regulator_makes_the_unstable_pole_stable():
    A, B = linearised()
    assert np.abs(np.linalg.eigvals(A)).max() > 1 > np.abs(np.linalg.eigvals(A - np.outer(B, regulator()))).max()


def test_the_filter_knows_velocities_that_no_sensor_shows():
    carts, known, rng = CartPole(200, 0, NOISY_POSITIONS), Filter(200, NOISY_POSITIONS), np.random.default_rng(1)
    for _ in range(8):
        actions = rng.integers(0, 2, 200)
        known.correct(carts.observation)
        known.predict(actions)
        carts.step(actions)
    estimate = known.correct(carts.observation)
    true, read = carts.state, carts.observation * SCALE[[0, 2]]
    assert (np.abs(estimate - true).mean(0)[[0, 2]] < np.abs(read - true[:, [0, 2]]).mean(0) / 2).all()
    assert (np.corrcoef(estimate.T, true.T)[[1, 3], [5, 7]] > 0.9).all()


@pytest.mark.parametrize("sensors", [WHOLE_STATE, POSITIONS, NOISY_POSITIONS])
def test_the_pole_stands_to_the_end_of_nearly_every_episode(sensors):
    assert steps_balanced(sensors, seed=0, episodes=50) > 495


def test_a_push_in_the_wrong_direction_lets_it_fall(monkeypatch):
    monkeypatch.setattr("coursekit.topics.control.model_based.regulator", lambda: -regulator())
    assert steps_balanced(WHOLE_STATE, seed=0, episodes=20) < 50
