"""The figures of lesson 05 draw what they are given, and say in words what is to be seen."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit import plots
from tests.topics.pictures import drawn

rng = np.random.default_rng(0)


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_every_number_of_the_sentence_is_written_in_its_place():
    words, z, h = ["The", "sun"], rng.uniform(0, 1, (2, 3)), rng.uniform(-1, 1, (2, 3))
    fig = plots.gates_per_word(words, {"z": z, "h": h})
    drawn(fig)
    for ax, values in zip(fig.axes, (z, h), strict=False):
        assert {(t.get_position(), t.get_text()) for t in ax.texts} == {
            (index, f"{value:.2f}") for index, value in np.ndenumerate(values)
        }
    assert "The sun" in fig.description


def test_the_two_conventions_meet_the_old_state_at_opposite_ends():
    fig = plots.update_gate_conventions(n=-0.4, h_prev=0.8)
    drawn(fig)
    here, other = (line.get_ydata() for line in fig.axes[0].lines[:2])
    np.testing.assert_allclose(here, [-0.4, 0.8])
    np.testing.assert_allclose(other, [0.8, -0.4])


def test_the_reset_gate_stands_on_either_side_of_the_product():
    fig = plots.reset_gate_positions()
    drawn(fig)
    after, before = (
        [next(k for k, text in enumerate(way) if part in text) for part in ("times r", "W_{hn}")]
        for way in ([text for text in texts(ax) if text] for ax in fig.axes)
    )
    assert after[0] > after[1]
    assert before[0] < before[1]


def test_a_difference_of_zero_is_drawn_on_the_logarithmic_scale():
    fig = plots.convention_differences({"z": np.zeros(3), "r": np.array([0.0, 1e-2, 0.1])})
    drawn(fig)
    first, second = (line.get_ydata() for line in fig.axes[0].lines[:2])
    assert (first > 0).all() and first.max() < 1e-15
    assert second.tolist()[1:] == [1e-2, 0.1]
    assert "r: 0 after one step, at most 0.1" in fig.description


def test_the_heat_map_sorts_the_units_by_their_update_gate_after_the_flag():
    T, H, flag = 6, 3, 2
    z = np.full((T, H), 0.5)
    z[flag + 1 :] = [0.1, 0.9, 0.5]
    z[flag] = 0.05
    fig = plots.gate_heat_map("ABCDAB", flag, {"z": z, "h": z - 0.5})
    drawn(fig)
    assert [label.get_text() for label in fig.axes[0].get_yticklabels()] == ["1", "2", "0"]
    np.testing.assert_array_equal(fig.axes[0].images[0].get_array(), z.T[[1, 2, 0]])
    assert "z is 0.05 at the flag and 0.50 after it" in fig.description
    assert [p.get_x() for p in fig.axes[0].patches] == [flag - 0.5]


def test_the_gates_over_time_say_what_happens_at_the_flag():
    z = np.array([0.6, 0.1, 0.9, 0.7])
    fig = plots.gates_over_time({"z": z}, change=np.array([0.2, 0.8, 0.1, 0.0]), flag=1)
    drawn(fig)
    assert "z: 0.10 at the flag, 0.80 after it" in fig.description
    assert [round(bar.get_height(), 1) for bar in fig.axes[1].containers[0]] == [0.2, 0.8, 0.1, 0.0]


@pytest.mark.parametrize("guess", [None, "near chance", 0.5])
def test_the_clamped_bars_show_means_and_the_prediction_if_it_is_a_number(guess):
    settings = {"both free": [1.0, 0.9], "z = 1": np.array([0.2, 0.3])}
    fig = plots.clamped_accuracy({"after": settings, "during": settings}, 0.25, {"z = 1": guess})
    drawn(fig)
    for ax in fig.axes:
        assert [bar.get_height() for container in ax.containers for bar in container] == pytest.approx([0.95, 0.25])
    guessed = [line for ax in fig.axes for line in ax.collections]
    assert len(guessed) == (guess == 0.5)
    assert "after, z = 1: 0.25" in fig.description


def test_the_parameter_bars_add_up():
    models = {"with LSTM": {"embedding": 500, "LSTM": 40}, "with GRU": {"embedding": 500, "GRU": 30}}
    fig = plots.parameter_shares(models)
    drawn(fig)
    ends = [bar.get_x() + bar.get_width() for container in fig.axes[0].containers for bar in container]
    np.testing.assert_allclose(np.array(ends) * 1e6, [500, 540, 500, 530])
    assert [text.get_text() for text in fig.axes[0].get_legend().get_texts()] == ["embedding", "LSTM", "GRU"]
    assert "with GRU: 530" in fig.description
