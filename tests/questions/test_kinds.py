"""What each kind of question shows, and what it keeps to itself."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

from coursekit.checking import Mistake, evaluate, registry
from coursekit.questions import NoQuestions, item, items

STEP = registry.get("gru_step")


def test_numbers_can_be_computed_again_from_the_arguments():
    asked = item("gru_step", 1, 5, "numbers")
    right = STEP.reference(**asked.arguments)
    first = re.findall(r"-?\d\.\d*", asked.shown)[0]
    assert abs(float(first) - right.flat[0]) < 6e-4
    assert not asked.reveals and "return" not in asked.text


@pytest.mark.parametrize("seed", range(4))
def test_the_code_with_the_wrong_line_is_wrong_and_right_without_its_change(seed):
    asked = item("gru_step", 1, seed, "line")
    assert asked.reveals
    lines = [line.split("  ", 1)[1] for line in asked.shown.splitlines()]
    names = dict(STEP.reference.__globals__)
    exec("\n".join(lines), names)
    report = evaluate(STEP, names["gru_step"])
    assert not report.passed and report.failed.findings[0].error > 1e-3
    spoilt = {option.text for place, option in enumerate(asked.options) if place != asked.right}
    assert all("should be" in option.why for option in asked.options if option.text in spoilt)
    assert "should be" not in asked.options[asked.right].why


def test_shapes_are_those_of_the_code():
    seen = set()
    for seed in range(12):
        asked = item("lstm_step", 1, seed, "shape")
        name = re.search(r"`(\w+)`", asked.asks)[1]
        sizes = dict(re.findall(r"(\w) = (\d+)", asked.stem))
        N, H = int(sizes["N"]), int(sizes["H"])
        seen.add(name)
        if name in ("i", "f", "g", "o"):
            assert asked.options[asked.right].text == str((N, H))
    assert seen & {"i", "f", "g", "o"}


def test_an_exercise_without_known_mistakes_has_no_questions_about_numbers():
    with pytest.raises(NoQuestions, match="no questions of the kind 'numbers' about gru_step"):
        item(dataclasses.replace(STEP, mistakes=()), 1, 0, "numbers")


def test_mistakes_that_look_alike_are_never_offered_together():
    first = STEP.mistakes[0]
    again = dataclasses.replace(first, name="the same numbers under another name")
    twice = dataclasses.replace(STEP, mistakes=(*STEP.mistakes, again))
    for seed in range(6):
        offered = {option.text for option in item(twice, 1, seed, "numbers").options}
        assert not offered & {first.name, again.name}


def test_several_questions_are_different_and_of_every_kind():
    made = list(items("gru_step", 9, "class of 2027"))
    assert len({asked.text for asked in made}) == 9
    assert {asked.kind for asked in made} == {"numbers", "line", "shape"}
    assert {asked.kind for asked in items("gru_step", 3, 0, ("numbers",))} == {"numbers"}


def test_asking_leaves_the_right_answer_and_the_random_state_alone():
    np.random.seed(4)
    before = np.random.get_state()[1].copy()
    for kind in ("numbers", "line", "shape"):
        item("gru_step", 1, 0, kind)
    assert np.array_equal(np.random.get_state()[1], before)
    assert evaluate(STEP, STEP.reference).passed


def test_no_mistake_is_run_for_a_truth_value_of_which_two_cannot_differ():
    called = []
    mistakes = tuple(Mistake(f"mistake {k}", "Look.", lambda *args: called.append(args)) for k in range(4))
    with pytest.raises(NoQuestions):
        item(dataclasses.replace(registry.get("write_check"), mistakes=mistakes), kind="numbers")
    assert not called
