"""The two tasks: what is asked can be answered from what was shown, and from nothing less."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.topics.scan_and_attention.experiments import problems

RNG = np.random.default_rng


def test_parity_is_that_of_the_ones_so_far():
    asked = problems.parity(RNG(0), 50, 9)
    for row, answers in zip(asked.ids, asked.y, strict=True):
        assert [sum(row[: t + 1]) % 2 for t in range(9)] == list(answers)
    assert asked.mask.all() and 0.4 < asked.y.mean() < 0.6


@pytest.mark.parametrize(("T", "pairs"), [(12, 4), (32, 4), (64, 8)])
def test_every_key_is_asked_for_once_at_its_distance(T, pairs):
    asked = problems.recall(RNG(1), 40, T, pairs)
    assert (asked.mask.sum(axis=1) == pairs).all()
    for n, t in np.argwhere(asked.mask):
        place = t - asked.distance[n, t]
        assert place % 2 == 0 and 0 <= place < 2 * pairs
        assert asked.ids[n, t] == asked.ids[n, place] < problems.KEYS
        assert asked.y[n, t] == asked.ids[n, place + 1] - problems.KEYS
    keys = asked.ids[:, : 2 * pairs : 2]
    assert all(len(set(row)) == pairs for row in keys)


def test_a_dictionary_is_always_right_and_nothing_else_is_a_key():
    asked = problems.recall(RNG(2), 40, 40, 5)
    assert (problems.looked_up(asked.ids) == asked.y)[asked.mask].all()
    assert (asked.ids[:, 10:][~asked.mask[:, 10:]] >= problems.KEYS + problems.VALUES).all()


def test_a_dictionary_with_a_window_forgets_what_lies_outside():
    asked = problems.recall(RNG(3), 200, 64, 4)
    right = (problems.looked_up(asked.ids, 8) == asked.y)[asked.mask]
    near = asked.distance[asked.mask] <= 8
    assert right[near].all() and right[~near].mean() < 0.25


def test_too_few_steps_or_keys_are_refused():
    for T, pairs in ((11, 4), (99, problems.KEYS + 1)):
        with pytest.raises(ValueError, match="need at least"):
            problems.recall(RNG(0), 2, T, pairs)
