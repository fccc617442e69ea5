"""Which functions an answer calls by the names of earlier exercises."""

from __future__ import annotations

import contextlib

import pytest

from coursekit.checking import evaluate
from coursekit.checking.portable.earlier import substituted
from tests.wrapped_answers import WRAPPED


@pytest.mark.parametrize("form", WRAPPED)
def test_an_earlier_answer_counts_once_whatever_form_the_later_one_has(form):
    if "torch" in WRAPPED[form]:
        pytest.importorskip("torch")
    names: dict = {}
    exec(WRAPPED[form], names)
    own = dict(names)
    report = evaluate("gru_forward", names["gru_forward"])
    assert report.passed, report.text
    assert names == own  # as it was before


def test_names_of_a_library_and_values_that_are_no_functions_stay_as_they_are():
    names: dict = {"step": None, "other": None}
    before = set(vars(contextlib))
    with substituted(contextlib.contextmanager(lambda: (yield)), {"step": print}, names):
        assert set(vars(contextlib)) == before
        assert names["step"] is print and names["other"] is None
    assert names["step"] is None


def test_an_object_that_cannot_be_looked_into_is_called_as_it_is():
    class Hostile:
        def __getattribute__(self, name):
            raise ValueError

        def __call__(self):
            return 1

    answer = Hostile()
    with substituted(answer, {"step": lambda: 2}):
        assert answer() == 1
