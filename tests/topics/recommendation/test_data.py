"""Generated sessions: as many, as long and as late as they should be, and the rule that is said to have made them."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.topics.recommendation.data import (
    GENRES,
    ITEMS,
    LONGEST,
    PER_GENRE,
    PRESENT_ITEMS,
    SHORTEST,
    _added_up,
    _drawn,
    made_presents,
    made_sessions,
)

pytestmark = pytest.mark.usefixtures("cut_off")


def test_a_log_is_in_order_and_within_its_bounds():
    log, _ = made_sessions(0.5, sessions=500)
    lengths = np.bincount(log.session)
    assert len(lengths) == 500 and lengths.min() == SHORTEST and lengths.max() <= LONGEST
    assert log.item.min() >= 0 and log.item.max() < ITEMS == log.items
    same = np.diff(log.session) == 0
    assert (np.diff(log.session) >= 0).all() and (np.diff(log.minute)[same] > 0).all()
    starts = log.minute[np.concatenate([[True], ~same])]
    assert (np.diff(starts) > 0).all()
    assert log.provenance.generated and "GENERATED" in log.provenance.text


def test_the_same_seed_gives_the_same_log():
    one, again = (made_sessions(seed=1, sessions=50)[0] for _ in range(2))
    other = made_sessions(seed=2, sessions=50)[0]
    np.testing.assert_array_equal(one.item, again.item)
    assert not np.array_equal(one.item[:100], other.item[:100])


@pytest.mark.parametrize("memory", [0.0, 0.6, 1.0])
def test_bayes_rule_gives_probabilities_that_come_true(memory):
    """Of the clicks that were said to come with a probability of p, a share p comes."""
    log, shop = made_sessions(memory, sessions=800)
    said, came = [], []
    for clicks in np.split(log.item, np.flatnonzero(np.diff(log.session)) + 1):
        for t in range(1, len(clicks)):
            chances = shop.next_click(clicks[:t])
            assert chances.sum() == pytest.approx(1)
            said.append(chances.max())
            came.append(clicks[t] == chances.argmax())
    said, came = np.array(said), np.array(came)
    margin = 3 * np.sqrt((said * (1 - said)).sum()) / len(said)
    assert said.mean() == pytest.approx(came.mean(), abs=margin)


def test_without_memory_only_the_last_click_counts():
    log, shop = made_sessions(0.0, sessions=3)
    clicks = log.item[log.session == 1]
    np.testing.assert_allclose(shop.next_click(clicks), shop.follow[clicks[-1]])
    _, shop = made_sessions(1.0, sessions=3)
    chances = shop.next_click(np.array([3, 3, 4]))
    assert chances[:PER_GENRE].sum() == pytest.approx(1) and chances.shape == (GENRES * PER_GENRE,)


def test_presents_lead_to_other_items_and_the_first_click_says_which():
    log, shop = made_presents(sessions=400)
    lengths = np.bincount(log.session)
    assert log.items == PRESENT_ITEMS and lengths.min() == SHORTEST and lengths.max() <= LONGEST
    for clicks in np.split(log.item, np.flatnonzero(np.diff(log.session)) + 1):
        for t in range(1, len(clicks)):
            chances = shop.next_click(clicks[:t])
            assert chances.sum() == pytest.approx(1) and chances[clicks[t]] > 0
    oneself, present = shop.next_click(np.array([0, 7])), shop.next_click(np.array([PRESENT_ITEMS - 1, 7]))
    assert not np.array_equal(oneself > 0, present > 0)


def test_a_memory_that_is_no_probability_is_refused():
    with pytest.raises(ValueError, match="between 0 and 1, got 1.5"):
        made_sessions(1.5)


def test_a_click_is_drawn_as_numpy_draws_by_chances():
    chances = np.random.default_rng(0).dirichlet(np.ones(7), size=50) * [1, 0, 1, 1, 0, 1, 1]
    chances /= chances.sum(axis=1, keepdims=True)
    ours, theirs = np.random.default_rng(1), np.random.default_rng(1)
    drawn = [_drawn(ours, row) for row in _added_up(chances)]
    assert drawn == [theirs.choice(7, p=row) for row in chances] and len(set(drawn)) == 5
