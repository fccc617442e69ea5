"""Right answers of lesson 14 in unusual styles, and settings that would hide a mistake."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
import torch

from tests.topics.answers import right, shown_by_another_draw


def by_powers_of_two(nll, text):
    bits = math.fsum(nll) / math.log(2)
    return {
        "bits": bits / len(nll),
        "per character": 2 ** (bits / len(nll)),
        "per word": 2 ** (bits / len(re.findall(r"\S+", text))),
    }


def in_torch(nll, text):
    mean = torch.from_numpy(nll).mean()
    return mean / math.log(2), mean.exp(), (mean * len(text) / len(text.split())).exp()


@pytest.mark.parametrize("answer", [by_powers_of_two, in_torch])
def test_perplexities_in_other_styles(answer):
    right("perplexities", answer)


def one_by_one(p, share):
    q, total = [0.0] * len(p), 0.0
    for k in sorted(range(len(p)), key=lambda k: p[k], reverse=True):
        q[k], total = p[k], total + p[k]
        if total >= share:
            return [value / total for value in q]
    raise AssertionError("the probabilities add up to less than the share")


def by_what_stands_before(p, share):
    p = torch.from_numpy(p)
    falling, order = p.sort(descending=True)
    falling[falling.cumsum(0) - falling >= share] = 0
    return torch.zeros_like(p).scatter(0, order, falling / falling.sum())


@pytest.mark.parametrize("answer", [one_by_one, by_what_stands_before])
def test_nuclei_in_other_styles(answer):
    right("nucleus", answer)


def with_zipped_characters(train, test, n):
    def cut(word):
        return ["".join(piece) for piece in zip(*(f"<{word}>"[k:] for k in range(n)), strict=False)]

    known = np.unique(np.concatenate([cut(word) for word in train]))
    return [[[cut(word).count(piece) for piece in known] for word in words] for words in (train, test)]


def test_counts_in_another_style():
    right("ngram_counts", with_zipped_characters)


@pytest.mark.parametrize(
    ("exercise", "mistake", "hidden_in"),
    [
        ("perplexities", "words that are what stands between two single spaces", "three words"),
        ("nucleus", "only the most probable symbol", "a small share"),
    ],
)
def test_what_one_draw_hides_another_one_shows(exercise, mistake, hidden_in):
    shown_by_another_draw(exercise, mistake, {hidden_in})
