"""The public docstrings as pages: every name is there, as it would be typed, and twice the same."""

from __future__ import annotations

import importlib
import re

import pytest

from book.reference import MODULES, reference_page

every_page = pytest.mark.parametrize("name", MODULES)


@every_page
def test_every_public_name_has_its_heading_and_its_words(name):
    title, modules = MODULES[name]
    page = reference_page(title, modules)
    for module in map(importlib.import_module, modules):
        assert f"## `{module.__name__}`" in page
        for public in getattr(module, "__all__", ()):
            assert f"### `{module.__name__.rpartition('.')[2]}.{public}`\n\n" in page
    sections = page.split("\n### ")[1:]
    assert len(sections) > 5
    assert [section.splitlines()[0] for section in sections if len(section.splitlines()) < 3] == []


@every_page
def test_signatures_are_as_typed_and_hold_no_address(name):
    page = reference_page(*MODULES[name])
    assert not any(sign in page for sign in ("ForwardRef", "<class", " at 0x"))


@every_page
def test_a_long_signature_has_a_parameter_on_each_line_and_is_still_the_same(name):
    title, modules = MODULES[name]
    shown = re.findall(r"^```(?:python|text)\n(\w+\(.*?\)[^\n]*)\n```$", reference_page(title, modules), re.M | re.S)
    assert max(len(line) for call in shown for line in call.splitlines()) <= 88
    assert len(shown) > 5
    if name == "checking":
        [exercise] = [call for call in shown if call.startswith("Exercise(")]
        assert "\n    draw: Callable[[np.random.Generator], Iterator[Draw]],\n" in exercise
        assert exercise.count("\n") > 15 and exercise.endswith("\n)")


def test_columns_stay_columns_and_prose_becomes_prose():
    page = reference_page(*MODULES["checking"])
    assert "```text\nexercise: its name, or the exercise itself.\nanswer:   the learner's function" in page
    assert "\nRaises UnknownExercise if nothing has that name. Whatever the answer does is in the report" in page
    page = reference_page(*MODULES["reference"])
    assert "What `step` keeps for `step_backward`." in page and r"h\_t = tanh(W\_ih x\_t" in page
    assert "It is *not* the whole gradient" in page
