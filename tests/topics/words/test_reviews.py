"""The generated texts of lesson 22: labels that follow the rules, and parts that share nothing they must not share."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.topics.words import docstrings, reviews, sentiment, shop, summaries, weather
from coursekit.topics.words.reviews import BLAME, KINDS, MIX, NEVER_NEGATED, NEW, PRAISE


def test_a_label_is_what_the_rules_make_of_the_words():
    """The rival that is told the rules needs no training: its signed counts add up to the label."""
    for review in reviews.reviews(600, seed=3, kinds=KINDS):
        counts = sentiment.signed_counts(review.words)
        value = sum(counts.get(word, 0) for word in PRAISE) - sum(counts.get(word, 0) for word in BLAME)
        assert (value > 0) == bool(review.positive) and value != 0, review


def test_no_review_stands_in_two_parts_and_new_words_are_never_negated_in_training():
    task = sentiment.sentiment_task(200, 80, 10)
    texts = [review.text for part in task for review in part]
    assert len(set(texts)) == len(texts) == 200 + 80 + 10 * len(KINDS)
    assert {review.kind for review in task.train} == set(MIX) == set(KINDS) - {NEW}
    for review in task.train:
        negated = {word for word, value in sentiment.signed_counts(review.words).items() if value < 0}
        assert not negated & set(NEVER_NEGATED), review
    assert all(set(review.words) & set(NEVER_NEGATED) for review in task.probes if review.kind == NEW)


def test_the_sentence_of_the_articles_is_not_learnt():
    task = weather.weather_task()
    assert weather.ARTICLE in task.test and not set(task.train) & set(task.test)
    assert {word for one in task.test for word in one.split()} <= {word for one in task.train for word in one.split()}


def test_no_shop_answer_about_goods_stands_in_both_parts():
    train, test = shop.shop_turns()
    assert not {turn.answer for turn in train} & {turn.answer for turn in test}


def test_docstrings_are_split_by_module():
    task = summaries.summary_task()
    assert task.source == docstrings.SOURCE
    assert not {one.module for one in task.train} & {one.module for one in task.test}
    assert all(len(one.sentences) >= 3 for one in task.train + task.test)


def test_documents_of_one_module_count_as_one_draw():
    def document(module):
        return docstrings.Document("one two three four", ("a", "b", "c"), module)

    alike = summaries.SummaryTask([], [document(str(k // 50)) for k in range(200)], "made here")
    apart = np.repeat([1.0, -1, 2, 0], 50)
    four = summaries.over_modules(alike, apart)
    single = summaries.over_modules(alike._replace(test=[document(str(k)) for k in range(200)]), apart)
    assert four.mean == single.mean == 0.5 and four.low < 0 < single.low


def test_where_the_library_has_no_source_the_texts_are_generated_and_say_so(tmp_path):
    (tmp_path / "odd.py").write_text("this is no Python", encoding="utf-8")
    with pytest.warns(UserWarning, match="GENERATED"):
        documents, source = docstrings.docstrings(tmp_path)
    assert source == docstrings.GENERATED and len(documents) == 400
    assert all(one.summary in one.sentences for one in documents)


def test_rouge_is_one_for_the_same_words_and_zero_for_none():
    assert summaries.rouge_1("Return the last state", "the last state: return") == 1
    assert summaries.rouge_1("Return it", "a gate") == 0
    assert summaries.rouge_1("the", "of the") == 0
    np.testing.assert_allclose(summaries.rouge_1("return one state", "return states"), 2 / 5)
