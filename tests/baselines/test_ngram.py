"""The n-gram baseline: its two ways of asking agree, its probabilities are probabilities, and it reads real text."""

from __future__ import annotations

import math

import numpy as np
import pytest

from coursekit.baselines.ngram import NGram, adaptive_cross_entropy, bits_per_character, perplexity
from coursekit.sources.text import Vocabulary, split, standard_library_text

IDS = np.random.default_rng(0).integers(0, 4, 300)


def slow_probability(train, context, character, order, size, a):
    """The recursion of the docstring, counted string by string."""
    if order == 0:
        return 1 / size
    lower = slow_probability(train, context[1:], character, order - 1, size, a)
    windows = [tuple(train[k : k + order]) for k in range(len(train) - order + 1)]
    counts = sum(window == (*context, character) for window in windows)
    return (counts + a * lower) / (sum(window[:-1] == tuple(context) for window in windows) + a)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_probabilities_follow_the_recursion(order):
    model = NGram(IDS, order, size=5, a=1.5)
    context = [3, 1, 2]
    expected = [slow_probability(IDS, context[len(context) - order + 1 :], c, order, 5, 1.5) for c in range(5)]
    np.testing.assert_allclose(model.probabilities(context), expected, rtol=1e-12)
    assert model.probabilities([]).sum() == pytest.approx(1) == model.probabilities(context).sum()
    assert model.probabilities(context)[4] > 0  # never seen


@pytest.mark.parametrize("order", [1, 3])
def test_cross_entropy_is_the_mean_over_the_text(order):
    model, text = NGram(IDS, order, size=5), np.array([4, 0, 3, 3, 1, 2])
    one_by_one = [-math.log(model.probabilities(text[:k])[text[k]]) for k in range(len(text))]
    assert model.cross_entropy(text) == pytest.approx(np.mean(one_by_one))
    np.testing.assert_allclose(model.costs(text), one_by_one, rtol=1e-12)


def test_longer_contexts_help_on_real_text():
    characters = standard_library_text().characters
    vocabulary = Vocabulary(characters)
    train, valid = (vocabulary.encode(part) for part in split(characters))
    bits = [bits_per_character(NGram(train, k, len(vocabulary)).cross_entropy(valid)) for k in (1, 2, 3, 4)]
    assert bits == sorted(bits, reverse=True) and 4 < bits[0] < 5.5 and 1.5 < bits[3] < 3
    assert bits_per_character(math.log(8)) == pytest.approx(3) and perplexity(math.log(8)) == pytest.approx(8)


def test_an_order_that_does_not_fit_is_an_error():
    for order in (0, 10):
        with pytest.raises(ValueError, match="order: expected 1 to 9"):
            NGram(IDS, order, size=100)


def test_counting_on_helps_where_a_text_repeats_itself_and_gives_probabilities():
    rng = np.random.default_rng(0)
    known, word = rng.integers(0, 6, 300), rng.integers(0, 6, 12)
    text = np.tile(word, 20)
    assert adaptive_cross_entropy(known, text, 4, 6) < 0.4 < NGram(known, 4, 6).cross_entropy(text)
    first = [math.exp(-adaptive_cross_entropy(known, np.array([c]), 4, 6)) for c in range(6)]
    assert sum(first) == pytest.approx(1)
    for start in ([2], [2, 4, 1]):
        before = adaptive_cross_entropy(known, np.array(start), 3, 6) * len(start)
        after = [adaptive_cross_entropy(known, np.array([*start, c]), 3, 6) * (len(start) + 1) for c in range(6)]
        assert sum(math.exp(before - one) for one in after) == pytest.approx(1)
