"""Nine men say the two vowels /ae/: who is speaking?

vowels = japanese_vowels()
vowels.train.x, vowels.train.lengths, vowels.train.label     # (270, 29, 12), (270,), (270,)
print(vowels.provenance.text)
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from coursekit.sources.installed import DataSet, Provenance, catalogued, load_or_generate
from coursekit.sources.ts_format import Padded, padded, parse_ts

SPEAKERS, CHANNELS, LONGEST = 9, 12, 29
FRAMES_PER_SECOND = 1000 / 6.4  # the analysis moves on by 6.4 ms

VOWELS = catalogued(
    DataSet(
        "japanese_vowels",
        "Japanese Vowels: 640 utterances of /ae/ by nine men, 12 cepstrum coefficients for every 6.4 ms",
        package="sktime",
        tried="sktime==1.2.0",
        files=("datasets/data/JapaneseVowels/*.ts",),
        sha256=("e74dbfc1f0c1d2d703ebddc3dc925f6f704e86345da8da3a95638f0b7aa4c110",),
        source="M. Kudo, J. Toyama, M. Shimbo, Pattern Recognition Letters 20 (1999), by way of the UCI repository",
        licence="the package is under BSD-3-Clause; terms of the data are not stated by the package",
        extra="speech",
    )
)


class Speech(NamedTuple):
    """train: 30 utterances of each speaker. test: utterances by the same speakers on other occasions."""

    train: Padded
    test: Padded
    provenance: Provenance


def japanese_vowels() -> Speech:
    """The data set in its published split. x (N, 29, 12): cepstrum coefficients, zero after the end; label 0 to 8."""

    def parse(contents: dict[str, bytes]) -> tuple[Padded, Padded]:
        test, train = (padded(parse_ts(contents[name].decode(), name)) for name in sorted(contents))
        return train, test

    (train, test), provenance = load_or_generate(VOWELS, parse, _made_voices)
    return Speech(train, test, provenance)


def _made_voices() -> tuple[Padded, Padded]:
    """Voices that nobody has: each speaker has two places in a space of 12, and glides from one to the other."""
    rng = np.random.default_rng(12)
    places = rng.normal(0, 0.35, (2, SPEAKERS, CHANNELS))

    def utter(counts: list[int], occasion: float) -> Padded:
        label = np.repeat(np.arange(SPEAKERS), counts)
        lengths = rng.integers(7, LONGEST + 1, len(label))
        lengths[0] = LONGEST
        t = np.arange(LONGEST)
        share = 1 / (1 + np.exp(-(t - lengths[:, None] * rng.uniform(0.4, 0.6, (len(label), 1))) / 1.5))[..., None]
        drift = rng.normal(0, occasion, (SPEAKERS, 1, CHANNELS))[label]
        own = rng.normal(0, 0.2, (len(label), 1, CHANNELS))
        noise = rng.normal(0, 0.08, (len(label), LONGEST, CHANNELS))
        x = (1 - share) * places[0, label][:, None] + share * places[1, label][:, None] + drift + own + noise
        return Padded(np.where((t < lengths[:, None])[..., None], x, 0.0), lengths, label)

    return utter([30] * SPEAKERS, 0.0), utter([31, 35, 88, 44, 29, 24, 40, 50, 29], 0.15)
