"""A class with planted pairs: their code is the same, the class is itself, and nobody is in two pairs."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import numpy as np
import pytest

from coursekit.checking import evaluate, registry
from coursekit.grading.demo import planted
from coursekit.grading.demo.handwriting import Hand
from coursekit.grading.demo.slips import right_answers
from coursekit.grading.similar.code import statements
from coursekit.lessons import build_solution

TEXT = Path(__file__).parents[3] / "solutions" / "05_gru" / "05_gru.md"


def test_nobody_is_in_two_pairs():
    people = [f"s{k}" for k in range(20)]
    pairs = planted(people, 8, seed=3)
    assert len(set(itertools.chain(*pairs))) == 16 and planted(people, 8, seed=3) == pairs


@pytest.mark.parametrize("seed", range(3))
def test_handwriting_changes_words_and_no_numbers(seed):
    answers = right_answers(build_solution(TEXT))
    hand = Hand(random.Random(seed))
    for name in ("gru_step", "gru_step_reset_before"):
        exercise = registry.get(name)
        names = dict(exercise.reference.__globals__) | {"np": np}
        exec(hand.write(answers[name]), names)
        assert evaluate(exercise, names[name]).passed


def test_people_write_in_different_hands():
    source = right_answers(build_solution(TEXT))["gru_step_reset_before"]
    forms = {tuple(sorted(one.form for one in statements(Hand(random.Random(k)).write(source)))) for k in range(12)}
    assert len(forms) > 4
