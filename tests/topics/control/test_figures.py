"""The figures of lesson 17, drawn."""

from __future__ import annotations

import numpy as np

from coursekit import plots
from tests.topics.pictures import drawn


def test_a_falling_pole_is_drawn_with_its_course():
    states = np.linspace(0, 1, 30)[:, None] * np.array([0.1, 0.5, 0.2, 1.5])
    fig, said = drawn(plots.falling_pole(states))
    assert "0.6 seconds" in said and "0.5 m/s and 1.5 rad/s" in said
    assert len(fig.axes[0].lines) == 5 and len(fig.axes[1].lines) == 4


def test_learning_curves_end_where_the_runs_end():
    curves = {
        "exact": {"GRU": [[10.0] * 20, [30.0] * 20, [20.0] * 20], "no memory": [[5.0] * 20]},
        "noisy": {"GRU": [[7.0] * 20]},
    }
    fig, said = drawn(plots.learning_to_balance(curves, steps_per_update=1000, limit=50))
    assert "exact, GRU: 20" in said and "noisy, GRU: 7" in said
    assert fig.axes[0].lines[0].get_xdata()[-1] == 20
    assert [text.get_text() for text in fig.legends[0].get_texts()] == ["GRU", "no memory"]


def test_hidden_velocities_say_what_is_read():
    true = np.random.default_rng(0).normal(size=(50, 2))
    fig, said = drawn(
        plots.hidden_velocities(
            {"GRU": (true, true, np.array([1.0, 0.87])), "none": (true, 0 * true, np.array([0, -0.1]))}
        )
    )
    assert "GRU 87 %, none 0 %" in said and fig.axes[0].get_title("left") == "GRU: 87 %"


def test_five_policies_have_room():
    names = ("no memory", "last 8 observations", "last 8 observations, own pushes", "GRU", "GRU, own pushes")
    true = np.random.default_rng(0).normal(size=(50, 2))
    drawn(plots.hidden_velocities({name: (true, true, np.array([1.0, 0.87])) for name in names}))
    runs = {name: [np.linspace(5, 20, 20)] * 3 for name in names}
    drawn(plots.learning_to_balance({"exact": runs, "noisy": runs}, steps_per_update=1000, limit=50))
