"""Hostile, faulty and unlucky students, all in one class.

It is graded by `coursekit grade`, and then by `nbgrader autograde`, which has the results of the first one and runs one
submission of each part itself: programs differ in how they read, write and show, and run all in the same way. Nobody
gets points for nothing, nobody is lost, nobody's submission ends the run for the others.
"""

from __future__ import annotations

import json
import shutil

import pytest

from coursekit.grading.gradebook.places import RESULTS
from coursekit.grading.run import sandbox
from coursekit.grading.seeds import SECRET_FILE

from .attacks import CASES, FIRST, PERSON, RIGHT, hand_in_all, honest, leaked, outcome, student_of
from .pages import running

pytestmark = [pytest.mark.nbgrader, pytest.mark.slow]
NAMES = [f"{case.kind}: {case.name}" for case in CASES]
SAME_GRADER = "\nfrom coursekit.grading.run import job\njob.grader_version = lambda: 'of this test'\n"


@pytest.fixture(scope="module")
def graded(copy_course, tmp_path_factory, isolated):
    course = copy_course(tmp_path_factory.mktemp("attacks-grade"))
    hand_in_all(course)
    honest(course)
    done = course.grade("-j", "4")  # more than there are cores: some only sleep
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr[-3000:]
    return course


@pytest.fixture(scope="module")
def autograded(copy_course, graded, tmp_path_factory, isolated):
    course = copy_course(tmp_path_factory.mktemp("attacks-autograde"), extra=SAME_GRADER)
    shutil.copy(graded.root / SECRET_FILE, course.root / SECRET_FILE)
    for kept in (graded.root / RESULTS).glob("??/*.json"):
        (course.root / RESULTS / kept.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copy(kept, course.root / RESULTS / kept.parent.name)
    hand_in_all(course)
    honest(course)
    for number in FIRST:
        CASES[number].hand_in(course, anew(number))
    course.run("autograde", "mini")  # asserts that it ends well
    return course


def anew(number):
    """Somebody who hands in the same as another, and is graded on other draws."""
    return f"{student_of(number)}-anew"


def results(course):
    return {path.name for path in (course.root / RESULTS).glob("??/*.json")}


def assert_just(course, number, student=None):
    case, got = CASES[number], outcome(course, student or student_of(number))
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


@pytest.mark.parametrize("number", FIRST, ids=[NAMES[number] for number in FIRST])
def test_nbgrader_autograde_is_just_where_it_runs_them_itself(autograded, number):
    assert_just(autograded, number, anew(number))


def test_nbgrader_autograde_has_run_these_and_few_others(graded, autograded):
    """Some it reads in a form that differs a little; and what a person decides is not kept."""
    own = results(autograded) - results(graded)
    assert 0 < len(own) < 2 * len(FIRST) < len(results(graded)) / 5


@pytest.mark.parametrize("which", ["graded", "autograded"])
def test_twenty_among_them_have_their_right_scores(which, request):
    course = request.getfixturevalue(which)
    names = sorted(path.name for path in (course.root / "submitted").glob("*-right"))
    assert {name: outcome(course, name) for name in names} == dict.fromkeys(names, RIGHT) and len(names) == 20


def test_nothing_got_out(graded, autograded):
    assert leaked(graded.root) == leaked(autograded.root) == []


def test_what_was_meant_to_hurt_the_grader_is_no_failure_of_it_and_fills_no_disk(graded):
    assert not (graded.root / RESULTS / "failures").exists()
    pages = {path.parts[-3]: path for path in (graded.root / "autograded").rglob("*.ipynb")}
    assert max(path.stat().st_size for path in pages.values()) < 40 << 20
    cut = next(number for number, case in enumerate(CASES) if case.name == "output of many megabytes")
    page = json.loads(pages[student_of(cut)].read_text())
    assert "was left out: the cells of this notebook show too much together" in json.dumps(page)


def test_what_was_a_link_is_kept_with_the_reason(autograded):
    number = next(n for n, case in enumerate(CASES) if case.name == "a link to the gradebook")
    said = (autograded.root / "quarantine" / "mini" / student_of(number) / "reasons.txt").read_text()
    assert said == "extra.txt is a link and was set aside\n"


@pytest.mark.parametrize("which", ["graded", "autograded"])
def test_no_page_of_feedback_holds_a_script_of_a_student(which, request):
    course = request.getfixturevalue(which)
    course.run("generate_feedback", "mini")
    pages = list((course.root / "feedback").rglob("*.html"))
    assert len(pages) == len(CASES) + 20 + (len(FIRST) if which == "autograded" else 0)
    assert [page.parts[-3] for page in pages if running(page.read_text())] == []
