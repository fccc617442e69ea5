"""Whatever a learner has set for the whole process before a check: every right answer passes, and the setting stays."""

from __future__ import annotations

import builtins

import pytest

from coursekit.checking import evaluate, registry
from coursekit.checking.portable.state import State
from tests.altered_states import ALTERED, altered

EXERCISES = list(registry.every())


@pytest.mark.filterwarnings("ignore:seen")
@pytest.mark.parametrize("name", ALTERED)
@pytest.mark.parametrize("exercise", EXERCISES, ids=[exercise.name for exercise in EXERCISES])
def test_a_right_answer_passes_and_the_setting_is_as_before(exercise, name):
    before = State(generators=True)
    try:
        look = altered(name)
        seen = look()
        report = evaluate(exercise, exercise.reference)
        after = look()
    finally:
        before.restore()
    assert report.passed and report.score == 1.0, report.text
    assert after == seen


@pytest.mark.parametrize("exercise", EXERCISES, ids=[exercise.name for exercise in EXERCISES])
def test_built_ins_without_which_nothing_runs_are_those_of_python(exercise):
    def other(*args, **kwargs):
        raise SystemError("a built-in of the learner")

    before, put = State(), setattr
    try:
        for name in ("all", "any", "dict", "enumerate", "isinstance", "len", "list", "next", "range", "setattr", "zip"):
            put(builtins, name, other)
        report = evaluate(exercise, exercise.reference)
        after = builtins.len
    finally:
        before.restore()
    assert report.score == 1.0 and after is other


def test_there_are_all_exercises():
    assert len(EXERCISES) == 83
