"""`coursekit similar` and the report's section on a real course: numbers from the sandbox, code that does not run."""

from __future__ import annotations

import bs4
import pytest

from coursekit.cli import main
from coursekit.grading.report import class_report
from coursekit.grading.similar import CAUTION, similar
from coursekit.grading.submission.course import Course, CourseError

pytestmark = [pytest.mark.nbgrader, pytest.mark.slow]

ODD = """\
def gru_step(x, h, params):
    {a} = np.cos(h) * 0.37{comment}
    {b} = x.sum() + params.b_ih[0]
    with open({file!r}, "w"):
        pass
    return {a} * {b} - np.sqrt(np.abs(h))
"""


@pytest.fixture
def graded(make_course, tmp_path):
    """Eight students; s2 and s5 have the same odd answer, whose numbers are nobody's."""
    course = make_course()
    source = ODD.replace('    with open({file!r}, "w"):\n        pass\n', "")
    for number in range(8):
        names = {"a": "first", "b": "second", "comment": "  # <b>mine</b> \u202e"} if number == 2 else {}
        names = {"a": "p", "b": "q", "comment": ""} if number == 5 else names
        nb = course.answered(gru_step=source.format(**names)) if names else course.solution
        if number == 7:
            nb = course.answered(gru_step=ODD.format(a="u", b="v", comment="", file=str(tmp_path / "ran")))
        course.hand_in(f"s{number}", nb)
    done = course.grade()
    assert "gru_step" in done.stdout or done.returncode in (0, 1), done.stderr
    return course


def test_the_pair_is_listed_in_a_terminal_and_in_the_report_and_nothing_runs(graded, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(graded.root)
    monkeypatch.setattr("coursekit.grading.run.job.grader_version", lambda: "of this test")
    course = Course(graded.root)
    before = {path: path.stat().st_mtime_ns for path in graded.root.rglob("*") if path.suffix in (".db", ".ipynb")}

    [pair] = similar(course, "mini").found
    assert pair.students == ("s2", "s5")
    assert pair.shared[0].exercise == "gru_step" and pair.shared[0].numbers and not pair.shared[0].slip

    assert main(["similar", "mini"]) == 0
    said = capsys.readouterr().out
    assert "of 28 pairs of 8 students 1 is unusually alike" in said and CAUTION in said
    assert "s2 and s5" in said and "the same wrong numbers of no known mistake" in said
    assert "s2, line 2: first = np.cos(h) * 0.37" in said and "\u202e" not in said
    assert "submitted/s2/mini" in said

    page = bs4.BeautifulSoup(class_report(course, ["mini"], with_similar=True), "html.parser")
    section = page.find("section", attrs={"aria-labelledby": "similar"})
    assert CAUTION in section.get_text() and "s2 and s5" in section.get_text()
    assert "# <b>mine</b>" in section.get_text() and not section.find_all("b", string="mine")
    assert "Unusually alike" not in class_report(course, ["mini"])

    assert not (tmp_path / "ran").exists()
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_before_there_is_anything_to_compare_it_says_what_to_do(make_course):
    course = make_course()
    (course.root / "submitted").mkdir()
    with pytest.raises(CourseError, match="nbgrader collect"):
        similar(Course(course.root), "mini")
    course.hand_in("ada", course.solution)
    with pytest.raises(CourseError, match="coursekit grade"):
        similar(Course(course.root), "mini")
