"""Lesson 18: no forecast sees what came later, no part sees another, and the tables have their baselines."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coursekit.sources.own_file import BadFile
from coursekit.topics.robotics import arm as robotics_arm
from coursekit.topics.robotics import task as robotics
from coursekit.topics.robotics.answers import constant_velocity, open_loop, wilson_interval
from coursekit.topics.robotics.arm import one_step
from coursekit.topics.robotics.data import _made_motions, arm_trajectories
from coursekit.training.sequence_classification import LOGISTIC, ClassificationTask


@pytest.fixture(scope="module")
def arm():
    cut = [robotics_arm.windows(arm_trajectories(n, seed), 14, 5) for n, seed in ((12, 0), (4, 1), (5, 2))]
    return robotics_arm.PathTask("arm", "mm", 1000.0, *cut, 9)


@pytest.fixture(scope="module")
def model(arm):
    return robotics_arm.train_path_model(arm, 0, steps=3, progress=False).model.eval()


def test_changing_what_came_later_changes_no_forecast(arm, model):
    step = robotics_arm.step_of(model, 0.03)
    later = arm.test.copy()
    later[:, arm.seen :] += 1
    np.testing.assert_array_equal(open_loop(step, later, arm.seen), open_loop(step, arm.test, arm.seen))
    other = arm._replace(test=later)
    np.testing.assert_array_equal(robotics_arm.linear_forecast(other), robotics_arm.linear_forecast(arm))
    assert np.abs(one_step(step, later, arm.seen) - one_step(step, arm.test, arm.seen)).max() > 0.1


def test_changing_the_test_changes_nothing_that_is_learnt(arm):
    other = arm._replace(test=arm.test * 3, valid=arm.valid + 1)
    assert robotics_arm.spread(other) == robotics_arm.spread(arm)
    for rollouts in (False, True):
        one, two = (
            robotics_arm.train_path_model(task, 1, rollouts=rollouts, steps=2, progress=False).model.state_dict()
            for task in (arm, other)
        )
        assert all(torch.equal(one[name], two[name]) for name in one)


def test_one_step_ahead_the_two_evaluations_are_the_same(arm, model):
    step = robotics_arm.step_of(model, robotics_arm.spread(arm))
    forced, rolled = one_step(step, arm.test, arm.seen), open_loop(step, arm.test, arm.seen)
    assert forced.shape == rolled.shape == (len(arm.test), 5, 2)
    np.testing.assert_allclose(forced[:, 0], rolled[:, 0], atol=1e-6)


def test_a_step_of_the_model_is_the_model_on_the_whole_sequence(arm, model):
    scale = robotics_arm.spread(arm)
    moves = torch.as_tensor(np.diff(arm.test, axis=1) / scale, dtype=torch.float32)
    with torch.no_grad():
        said = model(moves[:, :-1])[0].numpy()
    expected = arm.test[:, 1:-1] + scale * said
    got = one_step(robotics_arm.step_of(model, scale), arm.test, 2)
    np.testing.assert_allclose(got, expected, atol=1e-5)


def test_the_rollout_loss_is_the_error_of_the_rollout(arm, model):
    moves = np.diff(arm.test, axis=1) / robotics_arm.spread(arm)
    with torch.no_grad():
        loss, _ = robotics_arm.rollout_error(model, (moves, arm.seen))
    rolled = open_loop(robotics_arm.step_of(model, robotics_arm.spread(arm)), arm.test, arm.seen)
    error = (rolled - arm.test[:, arm.seen :]) / robotics_arm.spread(arm)
    assert loss.item() == pytest.approx((error**2).mean(), rel=1e-4)


def test_windows_are_pieces_of_their_recording():
    paths = np.arange(2 * 9 * 2.0).reshape(2, 9, 2)
    cut = robotics_arm.windows(paths, 4, 3)
    assert cut.shape == (4, 4, 2)
    np.testing.assert_array_equal(cut[1], paths[0, 3:7])
    np.testing.assert_array_equal(cut[2], paths[1, :4])


def test_constant_velocity_is_exact_for_a_straight_path():
    path = np.array([1.0, 2.0]) + np.arange(9)[:, None] * np.array([0.5, -0.25])
    np.testing.assert_allclose(constant_velocity(path[None, :4], 5)[0], path[4:])


def test_tables_have_baselines(arm):
    outcome = robotics_arm.measure(arm, seeds=(0, 1), steps=2, progress=False)
    baselines = [row.name for row in outcome.table.rows if row.baseline]
    assert baselines == ["hold the position", "constant velocity", "linear forecast", "random features, linear"]
    assert len(outcome.table.row(robotics_arm.ROLLOUT).values) == 2 and outcome.table.verdict
    train, test, classes = _made_motions()
    task = ClassificationTask("made", train, test, classes)
    recognised = robotics.recognise(task, seeds=(0,), steps=30, progress=False)
    assert recognised.table.best_baseline.name == LOGISTIC
    assert recognised.table.row("GRU").interval.mean > 50 and len(recognised.said["GRU"]) == 40


def test_your_own_layer_fits(arm):
    class Mine(torch.nn.Module):
        def __init__(self, D, H):
            super().__init__()
            self.linear = torch.nn.Linear(D, H)

        def forward(self, x, h0=None):
            hs = self.linear(x).cumsum(1) + (0 if h0 is None else h0[0][:, None])
            return hs, hs[None, :, -1]

    table = robotics_arm.compare(arm, (0,), steps=2, progress=False, layer=lambda D, units, batch_first: Mine(D, units))
    assert len(table.rows) == 6


def test_wilson_intervals_are_those_of_the_tables():
    assert wilson_interval(40, 40) == pytest.approx((0.9124, 1.0), abs=1e-4)
    assert wilson_interval(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe (1998), table I
    for right in range(41):
        low, high = wilson_interval(right, 40)
        p = right / 40
        for end in {low, high} - {0.0, 1.0}:
            if 1e-9 < end < 1 - 1e-9:
                assert abs(p - end) / np.sqrt(end * (1 - end) / 40) == pytest.approx(1.96)


def own_file(tmp_path, rows, change=lambda lines: lines):
    t = np.arange(rows) / 20
    lines = [f"{a:.4f},{b:.4f}" for a, b in zip(np.cos(t), np.sin(t), strict=True)]
    path = tmp_path / "own.csv"
    path.write_text("\n".join(["x,y", *change(lines)]))
    return path


def test_own_file(tmp_path):
    task = robotics_arm.task_from_file(own_file(tmp_path, 700), time=None, columns=("x", "y"))
    assert task.train.shape[1:] == (30, 2) and task.seen == 20
    assert np.abs(task.train[-1, -1] - task.test[0, 0]).max() > 0.01
    with_times = tmp_path / "times.csv"
    with_times.write_text("t,x\n" + "\n".join(f"2024-01-01T00:{k // 60:02}:{k % 60:02},{k % 7}" for k in range(400)))
    one = robotics_arm.task_from_file(with_times, time="t", columns=["x"], seen=6, horizon=4)
    assert one.test.shape[1:] == (10, 1)


@pytest.mark.parametrize(
    ("rows", "change", "columns", "said"),
    [
        (500, lambda lines: lines, ("x", "y"), "has 500 positions, and 600 are needed"),
        (700, lambda lines: [*lines[:9], ",1", *lines[9:]], ("x", "y"), "lacks 1 of 701 positions"),
        (700, lambda lines: ["1,2"] * 700, ("x", "y"), "nothing moves"),
        (700, lambda lines: lines, ("x", "z"), "no column 'z'"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path, rows, change, columns, said):
    with pytest.raises(BadFile, match=said):
        robotics_arm.task_from_file(own_file(tmp_path, rows, change), time=None, columns=columns)
