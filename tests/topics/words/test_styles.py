"""Right answers of lesson 22 in unusual styles, and draws that would hide a mistake."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch

from coursekit.checking import evaluate, registry
from tests.topics.answers import mistake, right, shown_by_another_draw


def word_by_word(train, texts, most):
    counts = Counter()
    for text in train:
        counts.update(text)
    known = sorted(sorted(counts), key=counts.get, reverse=True)[:most]
    longest = max(len(text) for text in texts)
    rows = [[known.index(w) + 2 if w in known else 1 for w in text] + [0] * (longest - len(text)) for text in texts]
    return torch.tensor(rows), [len(text) for text in texts]


def test_words_as_numbers_in_another_style():
    right("word_ids", word_by_word)


def row_by_row(forward, backward, x, lengths):
    both = []
    for row, length in zip(x, lengths, strict=True):
        own = row[None, :length]
        both.append(np.concatenate([forward(own)[0, -1], backward(own[:, ::-1])[0, -1]]))
    return both


def by_indices(forward, backward, x, lengths):
    place = np.arange(x.shape[1])
    turned = np.where(place < lengths[:, None], lengths[:, None] - 1 - place, place)
    last = (lengths - 1)[:, None, None]
    ends = [np.take_along_axis(hs, last, axis=1) for hs in
            (forward(x), backward(np.take_along_axis(x, turned[..., None], axis=1)))]  # fmt: skip
    return torch.as_tensor(np.concatenate(ends, axis=2)[:, 0])


@pytest.mark.parametrize("answer", [row_by_row, by_indices])
def test_both_ends_in_other_styles(answer):
    right("read_both_ways", answer)


def by_savings(words, propose):
    saved = 0
    for place, word in enumerate(words):
        fits = [k for k in range(len(word)) if word in propose(words[:place], word[:k])]
        saved += len(word) - fits[0] if fits else 0
    return np.float64(saved / (len("".join(words)) + len(words)))


def letter_by_letter(words, propose):
    pressed, before = 0, []
    for word in words:
        typed = ""
        while typed != word and word not in propose(before, typed):
            typed += word[len(typed)]
        pressed += len(typed) + 1
        before.append(word)
    return 1 - pressed / sum(len(word) + 1 for word in words)


@pytest.mark.parametrize("answer", [by_savings, letter_by_letter])
def test_keystrokes_in_other_styles(answer):
    right("keystrokes_saved", answer)


@pytest.mark.parametrize(
    ("exercise", "mistake", "hidden_in"),
    [
        ("word_ids", "padding in front", "one text"),
        ("word_ids", "lengths that are all T", "one text"),
        ("read_both_ways", "a way back that begins in the padding", "one row"),
        ("read_both_ways", "the states at the last place", "one row"),
    ],
)
def test_without_padding_a_mistake_in_padding_is_hidden(exercise, mistake, hidden_in):
    shown_by_another_draw(exercise, mistake, {hidden_in})


@pytest.mark.parametrize(
    ("exercise", "beginning"),
    [
        ("word_ids", "one word fewer"),
        ("word_ids", "one word more"),
        ("word_ids", "no number for words that stand in train once"),
        ("keystrokes_saved", "a keyboard that is told the last word alone"),
        ("keystrokes_saved", "a keyboard that is not asked again"),
    ],
)
def test_no_seed_hides_a_slip_by_one(exercise, beginning):
    known = mistake(exercise, beginning)
    for seed in range(6):
        assert evaluate(exercise, known.implement, seed).diagnoses == (known.name,)


def padded_in_the_callers_lists(train, texts, most):
    found = registry.get("word_ids").reference(train, texts, most)
    for text in texts:
        text += ["<padding>"] * (found[0].shape[1] - len(text))
    return found


def as_long_as_the_longest_of_train(train, texts, most):
    ids, lengths = registry.get("word_ids").reference(train, texts, most)
    more = max(max(len(text) for text in train) - ids.shape[1], 0)
    return np.pad(ids, ((0, 0), (0, more))), lengths


def taken_from_the_list(words, propose):
    share = registry.get("keystrokes_saved").reference(words, propose)
    words.clear()
    return share


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [
        ("word_ids", padded_in_the_callers_lists),
        ("word_ids", as_long_as_the_longest_of_train),
        ("keystrokes_saved", taken_from_the_list),
    ],
)
@pytest.mark.parametrize("seed", range(4))
def test_what_nobody_listed_is_refused_without_a_name(exercise, answer, seed):
    report = evaluate(exercise, answer, seed)
    assert not report.passed and not report.diagnoses
