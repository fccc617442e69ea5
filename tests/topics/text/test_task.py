"""Names and characters: no relatives across parts, padding without effect, and a search that finds the likeliest."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from coursekit.baselines.ngram import NGram, bits_per_character
from coursekit.nn import LSTM
from coursekit.sources.installed import Provenance
from coursekit.sources.text import Text, generated_text
from coursekit.topics.text import characters, data
from coursekit.topics.text import names as words
from coursekit.topics.text.answers import ngram_counts, nucleus, perplexities


@pytest.fixture(scope="module")
def task():
    lists = data._generate()
    kept = {language: sorted({data.letters_only(name) for name in names})[:60] for language, names in lists.items()}
    label = np.repeat(np.arange(len(kept)), [len(names) for names in kept.values()])
    flat = tuple(itertools.chain.from_iterable(kept.values()))
    return words.split_by_stem(data.Surnames(flat, label, tuple(kept), Provenance("", "", "", True)))


@pytest.fixture(scope="module")
def text():
    return characters.halves(Text(generated_text(800), "", "", True))


def test_no_stem_of_a_language_is_in_two_parts(task):
    stems = [{(k, word[:4]) for word, k in zip(*part, strict=True)} for part in task[:3]]
    assert not (stems[0] & stems[1] | stems[0] & stems[2] | stems[1] & stems[2])
    sizes = [len(part.words) for part in task[:3]]
    assert sum(sizes) == 13 * 60 and sizes[0] > sizes[2] > sizes[1] > 0


def test_padding_changes_no_answer(task):
    torch.manual_seed(0)
    model = words.NameModel(13).eval()
    alone = words.probabilities(model, ["rossi"])
    beside = words.probabilities(model, ["rossi", "averyverylongname"])
    np.testing.assert_allclose(alone[0], beside[0], rtol=1e-5)


def test_other_test_names_change_no_training_count():
    first, second = (ngram_counts(["anna", "otto"], test, 2)[0] for test in (["anton"], ["zoe", "xx"]))
    np.testing.assert_array_equal(first, second)


def test_counting_and_logistic_regression_learn_what_the_endings_tell(task):
    chance = 100 / 13
    for classify in (words.ngram_classifier(task), words.logistic_classifier(task, steps=15)):
        assert words.accuracy(classify(task.test.words), task.test) > 3 * chance


@pytest.mark.parametrize("order", [1, 2, 3])
def test_counting_says_of_a_name_the_same_alone_and_beside_others(task, order):
    classify, some = words.ngram_classifier(task, order), task.test.words[:40]
    np.testing.assert_array_equal(classify(some), [classify([word])[0] for word in some])


@pytest.mark.slow
def test_the_comparison_of_names_has_its_baselines_and_takes_another_layer(task):
    table, models = words.compare(task, (0, 1), layer=LSTM, steps=40, progress=False)
    assert [row.baseline for row in table.rows] == [True, True, True, False]
    assert isinstance(models[0].layer, LSTM) and len(models) == 2 and "GRU" in table.verdict
    assert table.row("GRU").interval.mean > table.row("the commonest language").interval.mean


def test_the_state_goes_on_where_a_stretch_of_text_ends(text):
    model = characters.train_characters(text, 0, steps=3, progress=False)
    ids = text.test[:2100]
    with torch.no_grad():
        logits = model(torch.from_numpy(ids)[None])[0][0, :-1]
    whole = torch.nn.functional.cross_entropy(logits, torch.from_numpy(ids[1:]), reduction="none")
    np.testing.assert_allclose(characters.character_nll(model, ids), whole.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_the_comparison_of_characters_measures_counts_and_networks_alike(text):
    table, models = characters.compare_characters(text, (0, 1), steps=60, progress=False)
    V = len(text.vocabulary)
    for order, name in ((1, "single characters, counted"), (5, "5-grams, counted")):
        expected = bits_per_character(NGram(text.train, order, V).cross_entropy(text.test))
        assert table.row(name).values == (expected,)
    assert table.row("GRU").interval.mean < table.row("single characters, counted").interval.mean
    bits, _, _ = perplexities(characters.character_nll(models[0], text.test), text.vocabulary.decode(text.test[1:]))
    assert bits == pytest.approx(table.row("GRU").values[0])


def test_writing_obeys_seed_temperature_and_nucleus(text):
    model = characters.train_characters(text, 0, steps=30, progress=False)

    def write(**how):
        return characters.write_on(model, text.vocabulary, "The", 60, **how)

    assert write(seed=1) == write(seed=1) != write(seed=2)
    greedy = write(share=1e-6)
    assert greedy == write(share=1e-6, seed=5) == write(temperature=0.01, share=0.9) and greedy.startswith("The")


def test_the_beam_finds_the_words_that_a_full_search_finds():
    """A model without memory over three letters and a space: all words of up to three letters can be listed."""
    vocabulary = characters.Vocabulary("abc ")
    p = {" ": 0.4, "a": 0.3, "b": 0.2, "c": 0.1}
    logits = torch.log(torch.tensor([p[character] for character in vocabulary.characters]))

    def model(ids, h=None):
        return logits.expand(*ids.shape, 4), h

    every = {
        "".join(word): float(np.prod([p[c] for c in word]) * p[" "])
        for n in (1, 2, 3)
        for word in itertools.product("abc", repeat=n)
    }
    best = sorted(every.items(), key=lambda one: -one[1])[:3]
    found = characters.next_words(model, vocabulary, "ab ", most=3)
    assert [word for word, _ in found] == [word for word, _ in best]
    np.testing.assert_allclose([q for _, q in found], [q for _, q in best], rtol=1e-6)
    begun = characters.next_words(model, vocabulary, "c ab", most=2)
    assert [word for word, _ in begun] == ["ab", "aba"]


def test_the_nucleus_is_the_smallest_that_reaches_its_share():
    p = np.array([0.1, 0.5, 0.15, 0.25])
    np.testing.assert_allclose(nucleus(p, 0.7), [0, 2 / 3, 0, 1 / 3])
    np.testing.assert_allclose(nucleus(p, 1.0), p)
