"""Who begins to be wrong in the same place, and who has the same wrong numbers."""

import bs4
import pytest

from coursekit.grading.report.alike import Alike, Group, alike
from coursekit.grading.report.data import Mark
from coursekit.grading.report.page import page


def wrong(first="", numbers="", *diagnoses, verdict="wrong"):
    return Mark(0.0, verdict=verdict, diagnoses=diagnoses, first=first, numbers=numbers)


@pytest.fixture
def group(make_class, make_student):
    marks = {
        "ada": None,
        "bob": wrong("the candidate n", "a1"),
        "cyd": wrong("the candidate n", "a1"),
        "dan": wrong("the candidate n", "b2", "no tanh"),
        "eve": wrong("<b>the update gate</b>", "c3"),
        "fay": wrong("", "b2", "no tanh"),
        "gil": wrong("", "d4"),
        "hal": wrong("the reset gate r", "d4", verdict="raised"),
    }
    return make_class(*(make_student(name, mark) for name, mark in marks.items()))


def test_students_are_grouped_by_their_first_wrong_line_and_by_their_numbers(group):
    lines = (Group(("bob", "cyd", "dan"), "the candidate n"), Group(("eve",), "<b>the update gate</b>"))
    assert alike(group) == [Alike("gru_step", lines, (Group(("bob", "cyd"), "the candidate n"),))]


def test_a_class_without_wrong_answers_has_no_such_section(make_class, make_student, group):
    right = make_class(make_student("ada"))
    assert alike(right) == [] and "Where wrong answers begin" not in page(right)


def test_the_page_says_it_in_words(group):
    section = bs4.BeautifulSoup(page(group), "html.parser").select_one("section:has(#alike)")
    said = " ".join(section.get_text(" ").split())
    assert "3 students : the first wrong line is that of the candidate n bob, cyd, dan" in said
    assert "2 students have the same wrong numbers, which are those of no known mistake; they begin at the" in said
    assert section.select_one("li b + b") is None and "<b>the update gate</b>" in said, "words are text"
