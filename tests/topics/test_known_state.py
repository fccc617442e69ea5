"""Whatever a learner has set for the whole process before a check: every right answer passes, and the setting stays."""

from __future__ import annotations

import builtins

import pytest

from coursekit.checking import evaluate, registry
from coursekit.checking.portable.state import State
from tests.altered_states import ALTERED, altered

EXERCISES = [exercise.name for exercise in registry.every()]


def checked(name, setting):
    """With such a setting: the verdict, the score and the text of the right answer, and whether the setting stayed."""
    import torch  # noqa: F401  as in the first cell of a lesson; what a cell replaces comes later

    exercise, before = registry.get(name), State(generators=True)
    try:
        look = altered(setting)
        seen = look()
        report = evaluate(exercise, exercise.reference)
        after = look()
    finally:
        before.restore()
    return report.passed, report.score, report.text, after == seen


@pytest.mark.parametrize("name", ALTERED)
@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_right_answer_passes_and_the_setting_is_as_before(apart, exercise, name):
    passed, score, text, stayed = apart(checked, exercise, name)
    assert passed and score == 1.0, text
    assert stayed


def checked_without_built_ins(name):
    def other(*args, **kwargs):
        raise SystemError("a built-in of the learner")

    exercise, before, put = registry.get(name), State(), setattr
    try:
        for built_in in (
            "all",
            "any",
            "dict",
            "enumerate",
            "isinstance",
            "len",
            "list",
            "next",
            "range",
            "setattr",
            "zip",
        ):
            put(builtins, built_in, other)
        report = evaluate(exercise, exercise.reference)
        after = builtins.len
    finally:
        before.restore()
    return report.score, report.text, after is other


@pytest.mark.parametrize("exercise", EXERCISES)
def test_built_ins_without_which_nothing_runs_are_those_of_python(apart, exercise):
    score, text, stayed = apart(checked_without_built_ins, exercise)
    assert score == 1.0, text
    assert stayed


def test_there_are_all_exercises():
    assert len(EXERCISES) == 90
