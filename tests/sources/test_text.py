"""The text of the standard library, its absence, its ids, and the chunks for truncated back-propagation."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from coursekit.sources.text import Vocabulary, chunks, generated_text, split, standard_library_text


@pytest.fixture(scope="module")
def characters():
    return standard_library_text().characters


def test_the_text_is_the_documentation_and_always_the_same(characters):
    text = standard_library_text()
    assert not text.generated and "PSF" in text.licence and "pydoc_data" in text.source
    assert text.characters == characters and len(characters) > 200_000
    assert "for" in characters and "The " in characters


def test_no_paragraph_comes_twice_so_validation_is_new(characters):
    train, valid = split(characters)
    assert train + valid == characters and 0.85 < len(train) / len(characters) < 0.95
    paragraphs = characters.split("\n\n")
    long_ones = [paragraph for paragraph in paragraphs if len(paragraph) > 60]
    assert len(set(long_ones)) == len(long_ones) > 500
    assert not {p for p in valid.split("\n\n") if len(p) > 60} & set(train.split("\n\n"))


@pytest.mark.parametrize("contents", [None, "topics = {'a': 'short'}", "topics = [", "import os", "topics = f()"])
def test_without_the_text_a_warning_says_that_it_is_generated(tmp_path, monkeypatch, contents):
    package = importlib.util.find_spec("pydoc_data")
    package.submodule_search_locations = [str(tmp_path)]
    if contents is not None:
        (tmp_path / "topics.py").write_text(contents)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: package)
    with pytest.warns(UserWarning, match="GENERATED text instead"):
        text = standard_library_text()
    assert text.generated and "generated" in text.source and text.characters == generated_text()


def test_a_python_without_the_package_is_served_too(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.warns(UserWarning, match="no package pydoc_data"):
        assert standard_library_text().generated


def test_generated_text_is_long_and_repeatable():
    assert len(generated_text()) > 200_000 and generated_text() == generated_text()


def test_vocabulary_encodes_and_decodes():
    vocabulary = Vocabulary("hello world")
    assert len(vocabulary) == 8 and vocabulary.characters == " dehlorw"
    ids = vocabulary.encode("hold")
    assert ids.dtype == np.int64 and vocabulary.decode(ids) == "hold"
    with pytest.raises(ValueError, match="not in the vocabulary: 'xy'"):
        vocabulary.encode("dry ox")


def test_chunks_follow_each_other_and_targets_are_one_later():
    ids = np.arange(40)
    batches = chunks(ids, N=3, T=5, size=40)
    first, second = next(batches), next(batches)
    x1, x2 = first.x.argmax(axis=2), second.x.argmax(axis=2)
    assert first.x.shape == (3, 5, 40)
    np.testing.assert_array_equal(x1[:, 0], [0, 13, 26])
    np.testing.assert_array_equal(first.y, x1 + 1)
    np.testing.assert_array_equal(x2[:, 0], first.y[:, -1])
    later = [next(batches).y[2] for _ in range(2)][-1]
    np.testing.assert_array_equal(later, [2, 3, 4, 5, 6])  # round the end, to the beginning


def test_too_short_a_text_is_an_error():
    with pytest.raises(ValueError, match="3 rows need at least 4 characters"):
        next(chunks(np.arange(3), N=3, T=5, size=40))
