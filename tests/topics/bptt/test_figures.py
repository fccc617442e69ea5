"""The figures of lesson 02, drawn."""

import numpy as np

from coursekit import plots
from coursekit.topics.bptt.hidden_mistakes import hidden
from tests.topics.pictures import drawn_axes


def test_bars_stand_on_each_other_and_the_share_is_said():
    own, future = np.array([1.0, 2.0, 4.0]), np.array([3.0, 2.0, 0.0])
    axes, said = drawn_axes(plots.gradient_by_source({"everywhere": (own, future), "at the end": (own, 0 * own)}))
    tops = [bar.get_y() + bar.get_height() for bar in axes[0].containers[1]]
    np.testing.assert_allclose(tops, own + future)
    assert "everywhere: 42% of the bars' height comes from the future" in said
    assert "at the end: 0%" in said


def test_the_grid_says_which_wrong_answers_pass_and_names_the_one_that_always_does():
    table = hidden()
    axes, said = drawn_axes(plots.hidden_mistakes(table))
    words = [text.get_text() for text in axes[0].texts]
    assert words.count("passes") == sum(passes for row in table.values() for passes in row.values())
    assert "In every setting passes: an upstream gradient that is changed in place" in said


def test_truncation_is_drawn_with_every_length_and_a_band_for_each_network():
    ks = [1, 5, 20]
    errors = {"RNN, default": [[0.3, 0.1, 0.0], [0.4, 0.2, 0.0]], "RNN, orthogonal": [[0.7, 0.4, 0.1]] * 2}
    axes, said = drawn_axes(plots.truncation_error(ks, errors))
    assert [tick.get_text() for tick in axes[0].get_xticklabels()] == ["1", "5", "20"]
    assert len(axes[0].lines) == len(axes[0].collections) == 2
    assert "RNN, default: 35% at k=1, 0% at k=20" in said


def test_clipping_shows_norms_limit_and_losses():
    runs = {"limit 1": (np.array([3.0, 0.5]), np.array([1.0, 0.4])), "limit 10000": (np.array([3.0, 1e6]), np.ones(2))}
    axes, said = drawn_axes(plots.clipping_in_training(runs, limit=1.0))
    assert axes[0].get_yscale() == "log"
    assert "limit 10000: largest norm 1e+06" in said
