"""The figures of lesson 22, drawn."""

from __future__ import annotations

import numpy as np

from coursekit import plots
from coursekit.topics.words import sentiment
from coursekit.topics.words.reviews import KINDS
from tests.topics.pictures import drawn

METHODS = (
    *sentiment.COUNTED.values(),
    sentiment.RULES,
    sentiment.ONE_WAY,
    sentiment.BOTH_WAYS,
)


def test_reviews_by_kind_are_a_table_with_its_numbers():
    by_kind = {name: {kind: 100.0 - 7 * k - j for j, kind in enumerate(KINDS)} for k, name in enumerate(METHODS)}
    fig, said = drawn(plots.right_by_kind(by_kind))
    assert len(fig.axes[0].texts) == len(METHODS) * len(KINDS)
    assert f"{sentiment.COUNTED[1]}: plain 100, very and rather 99" in said


def test_a_review_is_read_word_by_word():
    sentences = "the music was not bad .", "the plot was good in places but the ending was clumsy ."
    texts = [sentence.split() for sentence in sentences]
    fig, said = drawn(plots.word_by_word(texts, [np.linspace(0.1, 0.9, len(words)) for words in texts]))
    assert [tick.get_text() for tick in fig.axes[0].get_xticklabels()] == texts[0]
    assert "the music was not bad .: 0.90 at the end" in said


def test_keys_are_counted_in_the_description():
    text = "return the value of the list and the number of items "
    row = np.tile([1.0, 0.5, 0.0], 20)[: len(text)]
    fig, said = drawn(plots.pressed_keys(text, {"trigrams that go on counting": row, "GRU": np.ones(len(text))}))
    assert f"for {len(text)} characters: trigrams that go on counting {int((row > 0).sum())}; GRU {len(text)}" in said
    assert fig.axes[0].get_xticklabels()[6].get_text() == "·"
