"""Handwritten digits as a line camera sees them: eight rows of eight numbers, one after the other.

digits = handwritten_digits()
digits.train.x, digits.train.label       # (1197, 8, 8) ink from 0 to 1, (1197,)
print(digits.provenance.text)
"""

from __future__ import annotations

import gzip
import io
from typing import NamedTuple

import numpy as np

from coursekit.sources.installed import DataSet, Provenance, catalogued, load_or_generate

ROWS, COLUMNS, CLASSES = 8, 8, 10
_TRAIN = 1197
_MOST_INK = 16

DIGITS = catalogued(
    DataSet(
        "digits",
        "Optical Recognition of Handwritten Digits: 1797 digits by 13 people, 8 x 8 numbers from 0 to 16",
        package="sklearn",
        tried="scikit-learn==1.9.1",
        files=("datasets/data/digits.csv.gz",),
        sha256=("90bbe2f50fa2b51d124838c599bd59a7989bbc965a7792b9e93efa98b1c2eac2",),
        source="E. Alpaydin and C. Kaynak (1998), by way of the UCI repository",
        licence="the package is under BSD-3-Clause; the UCI repository gives the data set under CC BY 4.0",
        extra="data",
    )
)


class Digits(NamedTuple):
    """x (N, 8, 8): ink from 0 to 1, row by row from the top. label (N,): 0 to 9."""

    x: np.ndarray
    label: np.ndarray


class Split(NamedTuple):
    """The first two thirds of the file to learn from, the last third to be judged by."""

    train: Digits
    test: Digits
    provenance: Provenance


def handwritten_digits() -> Split:
    """The digits in the order of the file. It was written by one person after the other, and does not say by whom: so
    most of those who wrote the last third are not in the first two."""

    def parse(contents: dict[str, bytes]) -> Digits:
        (packed,) = contents.values()
        table = np.loadtxt(io.BytesIO(gzip.decompress(packed)), delimiter=",", dtype=np.float32)
        return Digits(table[:, :-1].reshape(-1, ROWS, COLUMNS) / _MOST_INK, table[:, -1].astype(int))

    digits, provenance = load_or_generate(DIGITS, parse, _made_digits)
    return Split(*(Digits(*(part[k] for part in digits)) for k in (slice(_TRAIN), slice(_TRAIN, None))), provenance)


_SEGMENTS = ("abcdef", "bc", "abdeg", "abcdg", "bcfg", "acdfg", "acdefg", "abc", "abcdefg", "abcdfg")
_PLACES = {"a": (0, slice(2, 6)), "d": (7, slice(2, 6)), "g": (4, slice(2, 6))}
_PLACES |= {"b": (slice(0, 4), 5), "c": (slice(4, 8), 5), "e": (slice(4, 8), 2), "f": (slice(0, 4), 2)}


def _made_digits() -> Digits:
    """The digits of a pocket calculator, shifted, faint here and there, and noisy."""
    rng = np.random.default_rng(20)
    label = rng.integers(0, CLASSES, 1797)
    x = np.zeros((len(label), ROWS, COLUMNS))
    for image, digit in zip(x, label, strict=True):
        for segment in _SEGMENTS[digit]:
            image[_PLACES[segment]] = rng.uniform(0.4, 1)
        image[:] = np.roll(image, int(rng.integers(-1, 2)), axis=1)
    x = np.clip(x + rng.normal(0, 0.15, x.shape), 0, 1)
    return Digits((np.rint(x * _MOST_INK) / _MOST_INK).astype(np.float32), label)
