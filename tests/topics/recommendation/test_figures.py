"""The figures of lesson 16 say in words what they show."""

from __future__ import annotations

import numpy as np

from coursekit import plots


def test_sessions_with_their_genres():
    fig = plots.sessions([np.array([0, 1, 25]), np.array([31, 32])], 10)
    assert fig.description == "2 sessions; 75% of their later clicks are in the genre of the first click."


def test_recall_against_memory():
    recalls = {"popularity": [[0.1], [0.2]], "Markov chain": [[1.0], [0.5]], "GRU": [[0.9, 1.0], [0.6, 0.8]]}
    fig = plots.recall_by_memory((0.0, 0.9), recalls, (1.0, 0.9))
    assert "GRU 0.95 to 0.70" in fig.description and "from memory 0 to 0.9" in fig.description


def test_recall_within_a_session():
    fig = plots.recall_within_session({"GRU": np.linspace(0.5, 1, 6)}, np.ones(6))
    assert "GRU 0.50 after one click, 0.95 after five or more" in fig.description
