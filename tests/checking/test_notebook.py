"""What a learner types and sees: check, hint, the HTML and the data under it."""

import pytest

from coursekit import check, hint
from coursekit.checking import registry
from coursekit.checking.report import MIME
from tests.html_page import Page

EXERCISE = registry.get("gru_step")


def gru_step(x, h, params):
    return EXERCISE.mistakes[0].implement(x, h, params)


def test_check_finds_the_exercise_by_the_name_of_the_function():
    report = check(gru_step)
    assert report.exercise == "gru_step"
    assert report.diagnoses == (EXERCISE.mistakes[0].name,)


def test_the_html_says_what_the_text_says_without_scripts_styles_or_links():
    report = check(gru_step)
    page = Page(report._repr_html_())
    words = " ".join(" ".join(page.words).split())
    assert EXERCISE.mistakes[0].name in words and EXERCISE.mistakes[0].hint in words
    assert page.tags <= {"div", "p", "strong", "span", "br", "code", "details", "summary", "pre", "table"} | {
        "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    assert {name for _, name, _ in page.attributes} <= {"role", "aria-label", "aria-hidden", "style", "scope"}
    assert any(name == "aria-label" and "not right yet" in value for _, name, value in page.attributes)


def test_what_an_answer_puts_into_an_error_is_escaped():
    def nasty(x, h, params):
        raise ValueError("<script>alert(1)</script>")

    report = check(nasty, "gru_step")
    assert "<script" not in report._repr_html_()
    assert "&lt;script" in report._repr_html_()


def test_a_notebook_keeps_text_html_and_data():
    bundle = check(gru_step)._repr_mimebundle_()
    assert bundle["text/plain"].startswith("✗ gru_step")
    assert bundle["text/html"].startswith("<div")
    data = bundle[MIME]
    assert (data["exercise"], data["passed"], data["points"]) == ("gru_step", False, 0.0)
    assert data["diagnoses"] == (EXERCISE.mistakes[0].name,)


@pytest.mark.parametrize("mode", ["autograde", "validate"])
def test_under_nbgrader_the_text_of_the_result_is_the_points(monkeypatch, mode):
    monkeypatch.setenv("NBGRADER_EXECUTION", mode)
    monkeypatch.setenv("COURSEKIT_CHECK_IN_KERNEL", "1")
    assert check(gru_step)._repr_mimebundle_()["text/plain"] == "0.0"
    assert check(EXERCISE.reference, "gru_step")._repr_mimebundle_()["text/plain"] == repr(EXERCISE.points * 1.0)


def test_under_stock_nbgrader_without_the_trusted_grader_a_check_refuses(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    monkeypatch.delenv("COURSEKIT_CHECK_IN_KERNEL", raising=False)
    with pytest.raises(RuntimeError, match="trusted grader is not configured"):
        check(gru_step)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: check("gru_step"), "without quotes"),
        (lambda: check(3.0), "takes a function"),
        (lambda: check(len), "no exercise called 'len'"),
        (lambda: hint("gru_stepp"), "Did you mean gru_step"),
    ],
)
def test_a_slip_gets_a_sentence(call, sentence):
    with pytest.raises((TypeError, LookupError), match=sentence):
        call()
