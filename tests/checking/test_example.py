"""The draw that a report shows can be looked at, copied and run again, for every kind of answer; a grader's cannot."""

import numpy as np
import pytest

from coursekit.checking import evaluate, registry
from coursekit.checking.as_code import as_code
from coursekit.checking.call import call_here
from tests.html_page import Page

EXERCISES = list(registry.every())
every_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.name)


@every_exercise
def test_arguments_and_results_are_python_that_can_be_copied(exercise):
    reports = (evaluate(exercise, mistake.implement, along=False) for mistake in exercise.mistakes)
    report = next(report for report in reports if report.example is not None)
    wrong = [finding.tensor for finding in report.failed.findings]
    code = as_code(report.example, wrong)
    names = {"np": np}
    if "torch.tensor" in code:
        names["torch"] = pytest.importorskip("torch")
    exec(code, names)
    for name in names["expected"]:
        value = report.example.expected[name]
        if not isinstance(names["expected"][name], str):
            np.testing.assert_allclose(names["expected"][name], value, rtol=1e-3, atol=1e-5)
    assert "too long to show" in code or set(report.example.inputs) <= set(names)


@pytest.mark.parametrize("answer", [lambda *args: None, lambda *args: "done", lambda *args: args[0] @ "no"])
@every_exercise
def test_the_answer_can_be_called_once_more_outside_of_the_check(exercise, answer):
    report = evaluate(exercise, answer, along=False)
    if report.example is None:
        assert not report.failed
        return
    said = " ".join(report.text.split())
    assert report.passed or f"`e = check({exercise.name}).example`" in said or "gives a hint" in said
    try:
        report.example.run()
    except Exception as error:
        assert not isinstance(error, NotImplementedError)


def test_the_whole_error_of_a_class_is_raised_outside_of_the_check():
    import torch

    class Broken(torch.nn.Module):
        def __init__(self, D, H):
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        evaluate("GRU", Broken).example.run()


def test_the_page_shows_it_folded():
    report = evaluate("gru_step", registry.get("gru_step").mistakes[0].implement)
    page = Page(report._repr_html_())
    words = " ".join(" ".join(page.words).split())
    assert "Arguments, expected and returned numbers in the draw" in words and "W_ih=np.array([[" in words
    assert "Arguments" not in evaluate("gru_step", registry.get("gru_step").reference)._repr_html_()


def test_the_draws_of_a_grader_stay_with_the_grader():
    def elsewhere(exercise, answer, args, limit):
        return call_here(exercise, answer, args, limit)

    report = evaluate("gru_step", registry.get("gru_step").mistakes[0].implement, caller=elsewhere)
    assert report.example is None and "np.array" not in report._repr_html_()
