"""The figures of lesson 12, drawn."""

import numpy as np

from coursekit import plots
from tests.topics.pictures import drawn


def test_the_padding_is_marked_where_it_begins():
    x = np.random.default_rng(0).standard_normal((3, 10, 12))
    fig, said = drawn(plots.utterances(x, [4, 10, 7], ["a", "b", "c"]))
    shades = [ax.patches[0] for ax in fig.axes[:3]]
    assert [shade.get_x() for shade in shades] == [4, 10, 7]
    assert "4, 10, 7 frames" in said and "30% of the picture is padding" in said


def test_confusions_are_counted():
    truth = np.array([0, 0, 1, 1, 2])
    fig, said = drawn(plots.speaker_confusion(truth, {"a": truth, "b": np.array([0, 1, 1, 1, 0])}, "xyz"))
    assert [ax.get_title("left") for ax in fig.axes] == ["a: 0 wrong", "b: 2 wrong"]
    assert [text.get_text() for text in fig.axes[1].texts] == ["1", "1", "2", "1"]
    assert "a has 0 of 5 wrong; b has 2 of 5 wrong, most often x taken for y" in said


def test_shares_by_frames():
    fig, said = drawn(
        plots.right_by_frames([2, 5, 9], {"GRU": np.array([40, 70, 98]), "plain": np.array([20, 60, 95])})
    )
    np.testing.assert_array_equal(fig.axes[0].lines[0].get_ydata(), [40, 70, 98])
    assert "GRU from 40 to 98 %; plain from 20 to 95 %" in said
