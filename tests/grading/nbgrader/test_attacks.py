"""Hostile, faulty and unlucky students, all in one class.

It is graded once by `coursekit grade` and once by `nbgrader autograde`. Nobody gets points for nothing, nobody is lost,
nobody's submission ends the run for the others.
"""

from __future__ import annotations

import pytest

from coursekit.grading.run import sandbox

from .attacks import CASES, PERSON, RIGHT, hand_in_all, honest, leaked, outcome, student_of
from .pages import running

pytestmark = [pytest.mark.nbgrader, pytest.mark.slow]
NAMES = [f"{case.kind}: {case.name}" for case in CASES]


@pytest.fixture(scope="module")
def graded(copy_course, tmp_path_factory, isolated):
    course = copy_course(tmp_path_factory.mktemp("attacks-grade"))
    hand_in_all(course)
    honest(course)
    done = course.grade("-j", "2")
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr[-3000:]
    return course


@pytest.fixture(scope="module")
def autograded(copy_course, tmp_path_factory, isolated):
    course = copy_course(tmp_path_factory.mktemp("attacks-autograde"))
    hand_in_all(course)
    honest(course)
    course.run("autograde", "mini")  # asserts that it ends well
    return course


def assert_just(course, number):
    case, got = CASES[number], outcome(course, student_of(number))
    if case.name == "another file's text" and sandbox.probe().level != "namespaces":
        pytest.skip("at this level of isolation a notebook cannot write files")
    if case.kind != "hostile":
        assert got == case.expected
        return
    for points, most in zip(got, case.expected, strict=True):
        assert points == PERSON or most != PERSON and 0 <= points <= most, (got, case.expected)


@pytest.mark.parametrize("number", range(len(CASES)), ids=NAMES)
def test_coursekit_grade_is_just(graded, number):
    assert_just(graded, number)


@pytest.mark.parametrize("number", range(len(CASES)), ids=NAMES)
def test_nbgrader_autograde_is_just(autograded, number):
    assert_just(autograded, number)


@pytest.mark.parametrize("which", ["graded", "autograded"])
def test_twenty_among_them_have_their_right_scores(which, request):
    course = request.getfixturevalue(which)
    names = sorted(path.name for path in (course.root / "submitted").glob("*-right"))
    assert {name: outcome(course, name) for name in names} == dict.fromkeys(names, RIGHT) and len(names) == 20


def test_nothing_got_out(graded, autograded):
    assert leaked(graded.root) == leaked(autograded.root) == []


def test_what_was_a_link_is_kept_with_the_reason(autograded):
    number = next(n for n, case in enumerate(CASES) if case.name == "a link to the gradebook")
    said = (autograded.root / "quarantine" / "mini" / student_of(number) / "reasons.txt").read_text()
    assert said == "extra.txt is a link and was set aside\n"


@pytest.mark.parametrize("which", ["graded", "autograded"])
def test_no_page_of_feedback_holds_a_script_of_a_student(which, request):
    course = request.getfixturevalue(which)
    course.run("generate_feedback", "mini")
    pages = list((course.root / "feedback").rglob("*.html"))
    assert len(pages) == len(CASES) + 20
    assert [page.parts[-3] for page in pages if running(page.read_text())] == []
