"""The class of hostile, faulty and unlucky students, graded one by one as by a platform's adapter, without a course."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from coursekit.checking import registry
from coursekit.grading.platforms.gradescope import results
from coursekit.grading.platforms.lessons import Lesson
from coursekit.grading.platforms.one import fresh_seed, grade_folder
from coursekit.grading.run.sandbox import channel
from coursekit.lessons import build_solution
from coursekit.lessons.release import release
from tests.grading.nbgrader.attacks import CASES, LOOPS, PERSON, SLEEPERS, leaked, student_of
from tests.grading.nbgrader.mini_course import LESSON, Course

from . import contracts

pytestmark = pytest.mark.slow


class Folders(Course):
    """What a case needs of a course: the notebooks, and a place for what is handed in."""

    def __init__(self, root):
        super().__init__(root)
        text = root / "mini.md"
        text.write_text(LESSON)
        self._solution = build_solution(text)
        self._released = release(self._solution)

    @property
    def solution(self):
        return copy.deepcopy(self._solution)

    @property
    def released(self):
        return copy.deepcopy(self._released)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return Folders(tmp_path_factory.mktemp("attacks"))


@pytest.fixture
def impatient(monkeypatch):
    """For what uses up its time: less of it. Neither limit counts what other programs of this machine take away."""
    get = registry.get
    monkeypatch.setattr(channel, "IDLE_S", 3.0)
    monkeypatch.setattr(registry, "get", lambda name: replace(get(name), cpu_s=2.0))


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{case.kind}: {case.name}" for case in CASES])
def test_everybody_gets_what_is_just(isolated, folders, valid, number, request):
    case, student = CASES[number], student_of(number)
    if case.name in (*SLEEPERS, *LOOPS):
        request.getfixturevalue("impatient")
    case.hand_in(folders, student)
    result = valid(
        grade_folder(folders.root / "submitted" / student / "mini", Lesson("mini", folders.released), fresh_seed())
    )
    if case.name == "another file's text" and result.isolation != "namespaces":
        pytest.skip("at this level of isolation a notebook cannot write files")
    contracts.gradescope(results(result, {}))
    got = tuple(PERSON if question.points is None else question.points for question in result.questions)
    if case.kind != "hostile":
        assert got == case.expected
    for points, most in zip(got, case.expected, strict=True):
        assert points == PERSON or most != PERSON and 0 <= points <= most, (got, case.expected)
    assert leaked(folders.root) == []
