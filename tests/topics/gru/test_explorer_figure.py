"""The figure of the gate explorer draws what it is given, and says in words what is held and what is recalled."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit import plots
from coursekit.figures.style import COLOURS

T, H = 6, 3
rng = np.random.default_rng(0)
VALUES = {"z": rng.uniform(0, 1, (T, H)), "r": rng.uniform(0, 1, (T, H)), "h": rng.uniform(-1, 1, (T, H))}
FREE, HELD = np.linspace(1, 0.9, T), np.linspace(0.8, 0.2, T)


def drawn(held, **changes):
    recall = {"free": FREE} | ({"held": HELD} if held else {})
    fig = plots.held_gates("ABCDAB", 2, VALUES, recall, held, **{"said": "C", "chance": 0.25} | changes)
    assert fig._repr_mimebundle_()[0]["image/png"]
    return fig


def curves(fig) -> dict[str, list[float]]:
    return {line.get_label(): list(line.get_ydata()) for line in fig.axes[0].lines if len(line.get_ydata()) == T}


def test_without_a_held_gate_there_is_one_curve():
    fig = drawn({})
    assert curves(fig) == {"both gates free": list(FREE)}
    assert fig.description.startswith("With both gates free the network reads 6 symbols. The C at step 2 is flagged")
    assert "it says C, which is right" in fig.description


@pytest.mark.parametrize(
    ("held", "name", "colour"),
    [
        ({"z": 0.0}, "z held at 0", COLOURS["z"]),
        ({"r": 0.35}, "r held at 0.35", COLOURS["r"]),
        ({"z": 1.0, "r": 0.5}, "r held at 0.5 and z held at 1", "black"),
    ],
)
def test_a_held_gate_has_a_curve_a_title_and_words(held, name, colour):
    fig = drawn(held, said="A")
    assert curves(fig) == {"both gates free": list(FREE), name: list(HELD)}
    assert next(line for line in fig.axes[0].lines if line.get_label() == name).get_color() == colour
    titles = [ax.get_title(loc="left") for ax in fig.axes[1:]]
    assert [("held at" in title) for title in titles] == ["z" in held, "r" in held, False]
    assert fig.description.startswith(f"With {name} the network")
    assert "it says A, which is wrong" in fig.description
    assert f"{name}: 0.80 at 0 steps, 0.20 at 5 steps, 0.50 on average" in fig.description


def test_the_rows_stand_in_the_order_of_the_units_and_a_frame_marks_the_flag():
    fig = drawn({}, units=[2, 0, 1])
    for ax, values in zip(fig.axes[1:], VALUES.values(), strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), values.T[[2, 0, 1]])
        assert [frame.get_x() for frame in ax.patches] == [1.5]
    assert [text.get_text() for text in fig.axes[-1].get_xticklabels()] == list("ABCDAB")


def test_steps_without_a_measurement_are_left_out():
    fig = plots.held_gates("AB", 0, {"z": VALUES["z"][:2]}, {"free": np.array([np.nan, 0.5])}, {}, said="B", chance=0.5)
    assert fig._repr_mimebundle_()[0]["image/png"]
    assert "0.50 on average" in fig.description
