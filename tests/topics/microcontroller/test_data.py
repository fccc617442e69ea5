"""Digits: real, or generated and labelled so."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from coursekit.sources.installed import GeneratedDataWarning
from coursekit.topics.microcontroller.data import handwritten_digits

pytestmark = pytest.mark.usefixtures("cut_off")

needs_digits = pytest.mark.skipif(importlib.util.find_spec("sklearn") is None, reason="needs the extra [data]")


def require_digits(data):
    for part, count in ((data.train, 1197), (data.test, 600)):
        assert part.x.shape == (count, 8, 8) and part.label.shape == (count,)
        assert part.x.dtype == np.float32 and part.x.min() == 0 and part.x.max() == 1
        assert (np.bincount(part.label, minlength=10) > count / 20).all()
        np.testing.assert_array_equal(16 * part.x, np.rint(16 * part.x))


@needs_digits
def test_the_real_digits():
    data = handwritten_digits()
    require_digits(data)
    assert not data.provenance.generated
    assert (16 * data.train.x[0, 0]).tolist() == [0, 0, 5, 13, 9, 1, 0, 0]  # as the file begins, with a zero
    assert data.train.label[:10].tolist() == list(range(10))


def test_without_the_package_digits_of_the_same_shape(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.warns(GeneratedDataWarning, match=r"\[data\]"):
        data = handwritten_digits()
    require_digits(data)
    assert data.provenance.generated
