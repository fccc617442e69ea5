"""A class in which some reply in order to hurt the grader: the others get their points, and the batch ends."""

from __future__ import annotations

import json

import pytest

from .attacks.case import PERSON
from .attacks.replies import CASES

pytestmark = [pytest.mark.nbgrader, pytest.mark.slow, pytest.mark.usefixtures("isolated")]


def test_everybody_else_gets_full_points_and_nothing_fails(make_course):
    course = make_course()
    hostile = {f"h{number:02d}": case for number, case in enumerate(CASES)}
    honest = [f"s{number:02d}" for number in range(5)]
    for student, case in hostile.items():
        case.hand_in(course, student)
    for student in honest:
        course.hand_in(student, course.solution)
    done = course.grade("-j", "2")
    assert done.returncode in (0, 1) and "Traceback" not in done.stderr, done.stderr[-3000:]
    assert not (course.root / ".coursekit-results" / "failures").exists()
    for student in honest:
        assert [points for points, _ in course.scores(student).values()] == [4.0, 1.0]
    for student, case in hostile.items():
        cells = course.scores(student)
        got = [cells[f"check_{name}"] for name in ("gru_step", "gru_parameter_count")]
        for (points, person), most in zip(got, case.expected, strict=True):
            assert person if points is None else most != PERSON and points <= most, (case.name, got)
        assert case.kind == "hostile" or [points for points, _ in got] == list(case.expected), (case.name, got)
    pages = {path.parts[-3]: path.stat().st_size for path in (course.root / "autograded").rglob("*.ipynb")}
    assert max(pages.values()) < 40 << 20
    cut = next(student for student, case in hostile.items() if case.name == "output of many megabytes")
    page = json.loads((course.root / "autograded" / cut / "mini" / "mini.ipynb").read_text())
    assert "was left out: the cells of this notebook show too much together" in json.dumps(page)
