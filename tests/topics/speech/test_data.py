"""The utterances: real where the package is installed, generated and labelled so where it is not, and never fetched."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from coursekit.sources.installed import GeneratedDataWarning
from coursekit.topics.speech.data import japanese_vowels

pytestmark = pytest.mark.usefixtures("cut_off")

needs_sktime = pytest.mark.skipif(importlib.util.find_spec("sktime") is None, reason="needs the extra [speech]")


@pytest.fixture
def without_the_package(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


def require_speech(vowels):
    assert vowels.train.x.shape[0::2] == (270, 12) and vowels.test.x.shape == (370, 29, 12)
    assert (np.bincount(vowels.train.label) == 30).all()
    assert np.bincount(vowels.test.label).tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]
    for part in (vowels.train, vowels.test):
        assert part.lengths.min() == 7 and part.lengths.max() == part.x.shape[1]
        after = np.arange(part.x.shape[1]) >= part.lengths[:, None]
        assert (part.x[after] == 0).all() and np.abs(part.x[~after]).min(axis=0).max() < 0.01


@needs_sktime
def test_the_real_utterances():
    vowels = japanese_vowels()
    require_speech(vowels)
    assert not vowels.provenance.generated and "BSD-3-Clause" in vowels.provenance.text
    np.testing.assert_array_equal(vowels.train.x[0, 0, :3], [1.860936, -0.207383, 0.261557])  # as the file begins


def test_without_the_package_voices_of_the_same_shape(without_the_package):
    with pytest.warns(GeneratedDataWarning, match=r"\[speech\]"):
        vowels = japanese_vowels()
    assert vowels.provenance.generated and vowels.test.x.shape == (370, 29, 12)
    assert np.bincount(vowels.test.label).tolist() == [31, 35, 88, 44, 29, 24, 40, 50, 29]
    with pytest.warns(GeneratedDataWarning):
        np.testing.assert_array_equal(japanese_vowels().train.x, vowels.train.x)
