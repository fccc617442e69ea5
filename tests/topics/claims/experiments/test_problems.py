"""The tasks ask what their names say, and are judged on data that training does not see."""

from __future__ import annotations

import numpy as np
import pytest

from coursekit.topics.claims.experiments import QUICK, problems
from coursekit.topics.claims.experiments.problems import Problem

PROBLEMS = [value for value in vars(problems).values() if isinstance(value, Problem)]
LETTERS = " abcdefghijklmnopqrstuvwxyz"


def text_of(batch) -> list[str]:
    return ["".join(LETTERS[k] for k in row.argmax(axis=1)) for row in batch.x]


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_batches_fit_the_sizes_and_the_seed_decides_them(problem, tiny):
    rng = np.random.default_rng(0)
    batch, judged = problem.batches(tiny, 0)(rng), problem.judged(tiny)
    for x, y, _ in (batch, judged):
        assert x.shape[2] == problem.D
        assert y.dtype.kind == "f" or 0 <= y.min() <= y.max() < problem.K
    again = problem.batches(tiny, 0)(np.random.default_rng(0))
    assert all(np.array_equal(a, b) for a, b in zip(batch, again, strict=True) if a is not None)
    assert problem.steps(tiny) == 4
    assert problem.budget(tiny) == (500 if problem.text else 150)


@pytest.mark.parametrize("problem", [problems.FEW_SEQUENCES, problems.FEW_CHARACTERS], ids=lambda p: p.name)
def test_a_small_data_set_is_small_and_another_one_for_every_seed(problem, tiny):
    def seen(seed: int) -> set[bytes]:
        draw, rng = problem.batches(tiny, seed), np.random.default_rng(seed)
        return {row.tobytes() for _ in range(400) for row in draw(rng).x}

    assert len(seen(0)) == (6 if problem is problems.FEW_SEQUENCES else 60 - 24)
    assert not seen(0) & seen(1)
    unseen = {row.tobytes() for row in problem.judged(tiny).x}
    assert not seen(0) & unseen


def test_text_is_letters_and_what_is_judged_was_not_trained_on():
    ids = problems.letters()
    assert len(ids) > 200_000 and set(np.unique(ids)) == set(range(27))
    draw, rng = problems.TEXT.batches(QUICK, 0), np.random.default_rng(0)
    text = "".join(LETTERS[k] for k in ids)
    first, last = text[: 3 * len(text) // 4], text[3 * len(text) // 4 :]
    assert all(window in first for window in text_of(draw(rng)))
    judged = problems.TEXT.judged(QUICK)
    assert all(window in last for window in text_of(judged))
    assert np.array_equal(judged.x[:, 1:].argmax(axis=2), judged.y[:, :-1])


def test_word_ends_are_where_the_spaces_were():
    batch = problems.WORD_ENDS.batches(QUICK, 3)(np.random.default_rng(3))
    text = "".join(LETTERS[k] for k in problems.letters())
    for letters, ends in zip(text_of(batch), batch.y, strict=True):
        assert " " not in letters
        written = "".join(letter + " " * end for letter, end in zip(letters, ends, strict=True))
        assert written in text


def test_counting_is_judged_on_numbers_that_training_never_shows(tiny):
    trained = problems.LONGER_COUNTING.batches(tiny, 0)(np.random.default_rng(0))
    judged = problems.LONGER_COUNTING.judged(tiny)
    assert trained.x[:, :, 0].sum(axis=1).max() <= 3 < judged.x[:, :, 0].sum(axis=1).min()


def test_a_waveform_stands_out_of_the_noise_and_the_four_differ():
    x, y, _ = problems.MOTIF.judged(QUICK)
    assert set(np.unique(y)) == {0, 1, 2, 3}
    windows = np.lib.stride_tricks.sliding_window_view(x[..., 0], 5, axis=1)
    t = np.arange(5) / 4
    shapes = 2 * np.stack([t, 1 - t, np.sin(np.pi * t), 1 - np.sin(np.pi * t)])
    error = ((windows[:, :, None] - shapes) ** 2).sum(axis=3).min(axis=1)
    assert (error.argmin(axis=1) == y).mean() > 0.9
