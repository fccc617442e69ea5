"""What is counted, by hand, and that none of it looks at what is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.topics.recommendation import baselines
from coursekit.topics.recommendation import task as recommendation

TRAIN = [np.array([0, 1, 2]), np.array([0, 1, 3]), np.array([4, 1, 3]), np.array([4, 1, 3])]


def best(count, *clicks):
    return int(count(TRAIN, [np.array(clicks)], 5)[0].argmax())


def test_each_count_by_hand():
    assert best(baselines.last_click, 0) == 1
    assert best(baselines.last_click, 1) == 3
    assert best(baselines.last_two_clicks, 4, 1) == 3
    assert best(baselines.first_and_last_click, 4, 2, 1) == 3
    assert best(baselines.all_clicks, 0, 1) == 3
    assert set(np.argsort(-baselines.session_knn(TRAIN, [np.array([4, 1])], 5, neighbours=2)[0])[:3]) == {1, 3, 4}


def test_a_pair_that_was_never_seen_falls_back_to_the_last_click():
    scores = baselines.last_two_clicks(TRAIN, [np.array([2, 1])], 5)[0]
    assert scores.argmax() == 3 and scores.sum() == pytest.approx(1)


def test_the_similarity_of_sessions_is_a_cosine():
    scores = baselines.session_knn(TRAIN, [np.array([0])], 5, neighbours=4)[0]
    np.testing.assert_allclose(scores, np.array([2, 2, 1, 1, 0]) / np.sqrt(3), rtol=1e-6)


@pytest.mark.parametrize("name", recommendation.COUNTING)
def test_a_count_reads_nothing_but_the_known_clicks(name):
    made = recommendation.presents_task(sessions=200)
    count, seen = recommendation.COUNTING[name], baselines.known_clicks(made.test)
    alone = count(made.train, seen[:3], made.items)
    np.testing.assert_allclose(count(made.train, seen, made.items)[:3], alone, rtol=1e-5)


def test_where_the_beginning_changes_the_meaning_pairs_in_order_know_more_than_single_clicks():
    made = recommendation.presents_task()
    outcome = recommendation.measure(made, seeds=(0,), steps=2, progress=False)
    found = {row.name: row.interval.mean for row in outcome.mrr.rows}
    assert found["last two clicks"] > max(
        found[name] for name in ("Markov chain", "first and last click", "all clicks")
    )
    outcome = recommendation.measure(recommendation.made_task(0.7), seeds=(0,), steps=2, progress=False)
    assert outcome.recall.best_baseline.name == "first and last click"
