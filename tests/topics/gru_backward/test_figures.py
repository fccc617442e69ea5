"""The figures of lesson 06, drawn."""

import numpy as np

from coursekit import plots
from tests.topics.pictures import drawn_axes


def test_four_paths_stand_on_each_other_up_to_their_sum():
    steps = [0, 10, 20]
    shares = np.array([[0.5, 0.1, 0.0, 0.0], [0.6, 0.2, 0.05, 0.01], [0.8, 0.15, 0.04, -0.01]])
    axes, said = drawn_axes(plots.four_paths(steps, {"a": shares, "b": shares[::-1]}, np.ones(21), chance=1.4))
    assert [ax.get_title(loc="left") for ax in axes] == ["loss", "a", "b"]
    assert [area.get_label() for area in axes[1].collections] == [
        "direct: z * dh",
        "candidate n",
        "update gate z",
        "reset gate r",
    ]
    np.testing.assert_allclose(axes[1].lines[0].get_ydata(), shares.sum(axis=1))
    assert "a: at first direct 0.50, n 0.10, z 0.00, r 0.00; in the end direct 0.80" in said


def test_wrong_training_steps_are_sorted_and_those_that_learn_are_filled_and_counted():
    axes, said = drawn_axes(plots.learning_with_mistakes({"a": 1e-9, "b": 2.0, "c": 0.5}, right=0.01, chance=1.39))
    assert [tick.get_text() for tick in axes[0].get_yticklabels()] == ["b", "c", "a"]
    filled = [line.get_markerfacecolor() != "white" for line in axes[0].lines if line.get_marker() == "o"]
    assert filled == [False, True, True]
    assert said.startswith("2 of 3 wrong training steps")
