"""Motions: real, or generated and labelled so; and an arm that obeys its mechanics."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from coursekit.sources.installed import GeneratedDataWarning
from coursekit.topics.robotics.data import LINKS, _hand, _joints, arm_trajectories, basic_motions

pytestmark = pytest.mark.usefixtures("cut_off")

needs_sktime = pytest.mark.skipif(importlib.util.find_spec("sktime") is None, reason="needs the extra [speech]")


def require_motions(data):
    for part in (data.train, data.test):
        assert part.x.shape == (40, 100, 6) and (part.lengths == 100).all()
        assert (np.bincount(part.label) == 10).all() and np.isfinite(part.x).all()
    assert data.classes == ("Standing", "Running", "Walking", "Badminton")


@needs_sktime
def test_the_real_motions():
    data = basic_motions()
    require_motions(data)
    assert not data.provenance.generated
    np.testing.assert_array_equal(data.train.x[0, :3, 0], [0.079106, 0.079106, -0.903497])  # as the file begins


def test_without_the_package_motions_of_the_same_shape(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.warns(GeneratedDataWarning, match=r"\[speech\]"):
        data = basic_motions()
    require_motions(data)
    assert data.provenance.generated


def test_the_hand_is_where_the_links_reach():
    np.testing.assert_allclose(_hand(np.array([0.0, 0.0])), [sum(LINKS), 0], atol=1e-12)
    np.testing.assert_allclose(_hand(np.array([np.pi / 2, np.pi / 2])), [-LINKS[1], LINKS[0]], atol=1e-12)
    paths = arm_trajectories(20, seed=3, noise=0.0)
    reach = np.linalg.norm(paths, axis=2)
    assert paths.shape == (20, 60, 2) and reach.max() <= sum(LINKS) and reach.min() >= LINKS[0] - LINKS[1]


def test_joints_begin_and_end_their_moves_at_rest():
    joints = _joints(np.random.default_rng(0), 400)
    steps = np.abs(np.diff(joints, axis=0)).max(axis=1)
    # The longest turn is pi in 10 steps; a minimum-jerk move peaks at 1.875 of its mean speed, and at 5.78 of turn /
    # time**2 in acceleration. A jump in velocity from move to move would be far above that.
    assert 0.1 < steps.max() < 1.875 * np.pi / 10
    assert np.abs(np.diff(joints, 2, axis=0)).max() < 5.78 * np.pi / 100


def test_a_seed_makes_the_same_paths_and_another_seed_others():
    np.testing.assert_array_equal(arm_trajectories(3, seed=1), arm_trajectories(3, seed=1))
    assert np.abs(arm_trajectories(3, seed=1) - arm_trajectories(3, seed=2)).max() > 0.1
