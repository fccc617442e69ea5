"""The figures of lesson 01 show what they are given, and say it."""

import numpy as np

from coursekit import plots


def test_echo_draws_every_unit():
    states = 0.5 ** np.arange(9)[:, None] * np.array([0.8, -0.4, 0.2])
    fig = plots.echo(states)
    np.testing.assert_array_equal([line.get_ydata() for line in fig.axes[0].lines[:3]], states.T)
    assert "0.80 at t=0, 0.05 at t=4" in fig.description
    assert fig._png()


def test_learning_curve_says_which_baselines_are_beaten():
    fig = plots.learning_curve([0, 10, 20], [6.0, 4.0, 3.0], {"unigram": 4.5, "bigram": 2.5})
    assert "fall to 3.00 after 20 steps. Below unigram of" in fig.description
    assert fig._png()
    fig = plots.learning_curve([0, 10], [6.0, 5.0], {"unigram": 4.5})
    assert "Below no baseline" in fig.description


def test_next_character_sorts_by_the_first_distribution_and_shows_blanks():
    sharp, flat = np.array([0.1, 0.2, 0.7]), np.full(3, 1 / 3)
    fig = plots.next_character({"cold": sharp, "hot": flat}, "a\n ", most=2)
    assert [label.get_text() for label in fig.axes[0].get_xticklabels()] == ["␣", "↵"]
    assert [bar.get_height() for bar in fig.axes[0].patches] == [0.7, 0.2]
    assert "0.70 (cold), 0.33 (hot)" in fig.description
    assert fig._png()


def test_states_under_text_knows_first_letters():
    text = "The old cat."
    surprise = np.array([4.0 if k in (0, 4, 8) else 1.0 for k in range(len(text))])
    fig = plots.states_under_text(text, np.sin(np.arange(3 * len(text))).reshape(3, -1), surprise)
    assert "4.0 bits on average at the first letter of a word and 1.0 at the other letters" in fig.description
    first, _ = fig.axes[0].containers
    assert [bar.get_x() + bar.get_width() / 2 for bar in first] == [0, 4, 8]
    assert "".join(label.get_text() for label in fig.axes[1].get_xticklabels()) == "The␣old␣cat."
    assert fig._png()


def test_memory_says_when_the_trace_is_gone():
    t = np.arange(20)
    fig = plots.memory({"short": 3 * 0.3**t, "long": 5 * 0.99**t})
    assert "short falls below one hundredth after 4 steps; long falls below one hundredth nowhere" in fig.description
    assert all(line.get_ydata()[0] == 1 for line in fig.axes[0].lines[:2])
    assert fig._png()
