"""The carts: equal to Gymnasium's step by step, restarted one by one, and seen through sensors."""

from __future__ import annotations

import importlib.util
import re
import sys

import numpy as np
import pytest

from coursekit.installation import install_command
from coursekit.topics.control.data import (
    NOISY_POSITIONS,
    POSITIONS,
    SCALE,
    CartPole,
    Recent,
    Sensors,
    WithLastActions,
    cart_pole_step,
    fallen,
)
from coursekit.topics.control.own_environment import BadEnvironment, own_environment

pytestmark = pytest.mark.usefixtures("cut_off")

needs_gymnasium = pytest.mark.skipif(importlib.util.find_spec("gymnasium") is None, reason="needs the extra [rl]")


@needs_gymnasium
def test_equals_gymnasium_step_by_step():
    import gymnasium

    rng = np.random.default_rng(0)
    theirs, ends = gymnasium.make("CartPole-v1"), 0
    for seed in range(5):
        theirs.reset(seed=seed)
        ours = np.array([theirs.unwrapped.state])
        for _ in range(600):
            action = rng.integers(0, 2) if seed else int(ours[0, 2] + 0.3 * ours[0, 3] + 0.1 * ours[0, 1] > 0)
            ours = cart_pole_step(ours, np.array([action]))
            _, reward, terminated, truncated, _ = theirs.step(action)
            np.testing.assert_allclose(ours[0], theirs.unwrapped.state, rtol=1e-12, atol=1e-12)
            assert fallen(ours)[0] == terminated and reward == 1
            if terminated or truncated:
                ends += 1
                break
    assert ends == 5


def test_carts_restart_one_by_one_and_tell_falling_from_the_clock():
    carts = CartPole(6, seed=0, limit=30)
    rng, terminated, truncated = np.random.default_rng(1), 0, 0
    for _ in range(200):
        before = carts.state
        actions = np.where(np.arange(6) < 3, before[:, 2] + 0.3 * before[:, 3] > 0, rng.integers(0, 2, 6))
        step = carts.step(actions)
        over = step.terminated | step.truncated
        expected = cart_pole_step(before, actions)
        np.testing.assert_allclose(step.final, expected / SCALE, rtol=1e-6)
        np.testing.assert_allclose(carts.state[~over], expected[~over])
        assert (np.abs(carts.state[over]) <= 0.05).all() and (carts.age[over] == 0).all()
        np.testing.assert_allclose(step.observation, carts.state / SCALE, rtol=1e-6)
        np.testing.assert_array_equal(step.terminated, fallen(expected))
        assert not (step.terminated & step.truncated).any() and (carts.age < 30).all()
        terminated, truncated = terminated + step.terminated.sum(), truncated + step.truncated.sum()
    assert terminated > 5 and truncated > 5


def test_sensors_hide_the_velocities_and_add_noise_to_the_reading_only():
    hidden, noisy = CartPole(2000, 0, POSITIONS), CartPole(2000, 0, NOISY_POSITIONS)
    np.testing.assert_array_equal(hidden.state, noisy.state)
    np.testing.assert_allclose(hidden.observation, hidden.state[:, [0, 2]] / SCALE[[0, 2]], rtol=1e-6)
    errors = (noisy.observation - hidden.observation) * SCALE[[0, 2]]
    np.testing.assert_allclose(errors.std(axis=0), NOISY_POSITIONS.noise, rtol=0.1)
    assert hidden.observation.dtype == np.float32


def test_recent_observations_never_reach_into_another_episode():
    """Changing what was seen before an episode began changes nothing of what is seen in it."""
    carts, past = CartPole(4, 0, POSITIONS, limit=9), []
    recent = Recent(carts, 3)
    for _ in range(40):
        past.append(carts.observation.copy())
        age = carts.age.copy()
        for n in range(4):
            known = [past[-1 - min(k, age[n])][n] for k in range(3)]
            expected = np.concatenate([known[0], *(10 * (known[0] - one) for one in known[1:])])
            np.testing.assert_allclose(recent.observation[n], expected, rtol=1e-5, atol=1e-6)
        step = recent.step(np.random.default_rng(len(past)).integers(0, 2, 4))
        over = step.terminated | step.truncated
        np.testing.assert_array_equal(step.final[~over], step.observation[~over])


def test_own_actions_are_those_of_this_episode_the_latest_first():
    carts, done = CartPole(4, 0, POSITIONS, limit=9), []
    shown = WithLastActions(carts, 3)
    for _ in range(40):
        for n in range(4):
            expected = [2 * done[-1 - k][n] - 1 if k < carts.age[n] else 0 for k in range(3)]
            np.testing.assert_array_equal(shown.observation[n, 2:], expected)
            np.testing.assert_array_equal(shown.observation[n, :2], carts.observation[n])
        done.append(np.random.default_rng(len(done)).integers(0, 2, 4))
        step = shown.step(done[-1])
        np.testing.assert_array_equal(step.final[:, 2], 2 * done[-1] - 1)
        assert shown.observation.dtype == np.float32


@pytest.mark.parametrize("actions", [[0, 1], [0, 1, 2], [0.5, 0, 1]])
def test_other_actions_are_refused(actions):
    with pytest.raises(ValueError, match="expected 3 times 0 or 1"):
        CartPole(3, 0).step(np.array(actions))


def test_sensors_need_a_noise_for_each_entry():
    with pytest.raises(ValueError, match="a noise for each"):
        CartPole(3, 0, Sensors((0, 2), (0.0,)))


@needs_gymnasium
def test_own_environment_steps_and_restarts():
    mine = own_environment("CartPole-v1", N=3, seed=0, keep=(0, 2))
    assert mine.actions == 2 and mine.observation.shape == (3, 2)
    ends = 0
    for _ in range(40):
        step = mine.step(np.ones(3, int))
        over = step.terminated | step.truncated
        ends += over.sum()
        np.testing.assert_array_equal(step.observation[~over], step.final[~over])
        assert (np.abs(step.observation[over]) <= 0.05).all() and (step.reward == 1).all()
    assert ends > 3


@needs_gymnasium
@pytest.mark.parametrize(
    ("name", "keep", "said"),
    [
        ("NoSuchTask-v1", None, "cannot make 'NoSuchTask-v1'"),
        ("Pendulum-v1", None, "a few actions to choose from"),
        ("FrozenLake-v1", None, "whose observations are numbers"),
        ("CartPole-v1", (0, 4), "the entries 0 to 3"),
        ("CartPole-v1", (), "the entries 0 to 3"),
    ],
)
def test_unfit_environments_are_refused_in_one_sentence(name, keep, said):
    with pytest.raises(BadEnvironment, match=said) as refused:
        own_environment(name, N=1, keep=keep)
    assert "\n" not in str(refused.value)


@pytest.fixture
def registered():
    """Register an environment with three actions under a name, with these settings; returns the name."""
    import gymnasium as gym

    class Odd(gym.Env):
        def __init__(self, shape=(2,), dtype=np.float32, start=0, fault="", must=0):
            if fault == "made":
                raise RuntimeError("no licence\nfor this one")
            self.observation_space = gym.spaces.Box(0, 9, shape, dtype)
            self.action_space, self.fault, self.t = gym.spaces.Discrete(3, start=start), fault, 0

        def reset(self, *, seed=None, options=None):
            self.t = 0
            return np.full(self.observation_space.shape, 1, self.observation_space.dtype), {}

        def step(self, action):
            assert self.action_space.contains(action)
            self.t += 1
            seen = np.full(self.observation_space.shape, 1, self.observation_space.dtype)
            reward = np.inf if self.fault == "reward" and self.t > 1 else 1.0
            over = self.t == 3
            return (seen * np.nan if self.fault == "seen" and self.t > 1 else seen), reward, over, over, {}

    def register(**settings):
        gym.register("Odd-v0", Odd, kwargs=settings, disable_env_checker=True)
        return "Odd-v0"

    yield register
    gym.registry.pop("Odd-v0", None)


@needs_gymnasium
@pytest.mark.parametrize(
    ("settings", "entries"), [({}, 2), ({"start": 5}, 2), ({"shape": ()}, 1), ({"shape": (2, 3), "dtype": np.uint8}, 6)]
)
def test_environments_of_other_shapes_are_stepped_to_their_end(registered, settings, entries):
    mine = own_environment(registered(**settings), N=2)
    assert mine.actions == 3 and mine.observation.shape == (2, entries)
    steps = [mine.step(np.array([0, 2])) for _ in range(3)]
    assert [step.terminated.all() for step in steps] == [False, False, True]
    assert not any(step.truncated.any() for step in steps), "an end is no cut, if both are told"


@needs_gymnasium
@pytest.mark.parametrize(
    ("settings", "how", "said"),
    [
        ({"fault": "made"}, {}, "cannot make 'Odd-v0': no licence for this one"),
        ({"nonsense": 1}, {}, "cannot make 'Odd-v0'"),
        ({"shape": (0,)}, {}, "without an entry"),
        ({}, {"keep": (-1,)}, "the entries 0 to 1"),
        ({}, {"keep": (0.5,)}, "the entries 0 to 1"),
    ],
)
def test_other_unfit_environments_are_refused_in_one_sentence(registered, settings, how, said):
    with pytest.raises(BadEnvironment, match=said) as refused:
        own_environment(registered(**settings), N=1, **how)
    assert "\n" not in str(refused.value)


@needs_gymnasium
@pytest.mark.parametrize("fault", ["reward", "seen"])
def test_what_is_no_number_does_not_reach_the_network(registered, fault):
    mine = own_environment(registered(fault=fault), N=2)
    mine.step(np.zeros(2, int))
    with pytest.raises(BadEnvironment, match="Odd-v0 gave a reward or an observation that is no number"):
        mine.step(np.zeros(2, int))
    with pytest.raises(ValueError, match="at least one copy, got 0"):
        own_environment("CartPole-v1", N=0)


def test_without_gymnasium_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "gymnasium", None)
    with pytest.raises(BadEnvironment, match=re.escape(install_command("rl"))):
        own_environment("CartPole-v1", N=1)
