"""A class with planted pairs: their code is the same, the class is itself, and nobody is in two pairs."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import nbformat
import numpy as np
import pytest

from coursekit.checking import evaluate, registry
from coursekit.grading.demo import hand_in, planted
from coursekit.grading.demo.handwriting import Hand
from coursekit.grading.demo.slips import right_answers
from coursekit.grading.similar.code import statements
from coursekit.lessons import build_release, build_solution
from coursekit.lessons.cells import grade_id

TEXT = Path(__file__).parents[3] / "solutions" / "05_gru" / "05_gru.md"


def test_nobody_is_in_two_pairs():
    people = [f"s{k}" for k in range(20)]
    pairs = planted(people, 8, seed=3)
    assert len(set(itertools.chain(*pairs))) == 16 and planted(people, 8, seed=3) == pairs


def test_who_copies_hands_in_what_the_other_one_wrote_in_another_layout(tmp_path):
    solution, released = build_solution(TEXT), build_release(TEXT)
    people = hand_in(tmp_path, "mini", released, solution, 6, pairs=2)

    def code(who: str) -> list[str]:
        nb = nbformat.read(tmp_path / who / "mini" / "mini.ipynb", as_version=4)
        return [cell.source for cell in nb.cells if grade_id(cell) and not cell.metadata["nbgrader"]["locked"]]

    def forms(who: str) -> list[list[str]]:
        return [sorted(one.form for one in statements(source)) for source in code(who)]

    (writer, copier), (other, half) = planted(people, 2)
    assert forms(copier) == forms(writer) and code(copier) != code(writer)
    alike = [a == b for a, b in zip(forms(half), forms(other), strict=True)]
    assert alike[0] and not all(alike)


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
