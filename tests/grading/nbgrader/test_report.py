"""`coursekit report` on a real course: what was graded, what a person decided, what has changed since."""

from __future__ import annotations

import stat

import bs4
import pytest
from nbgrader.api import Gradebook

from coursekit.cli import main
from coursekit.grading.batch import grade
from coursekit.grading.report.attention import looks
from coursekit.grading.report.collect import collect
from coursekit.grading.run import job, runners
from coursekit.grading.submission.course import Course

pytestmark = pytest.mark.nbgrader

SWAPPED = "return z * np.tanh(xn + r * hn) + (1 - z) * h"
RIGHT = "return (1 - z) * np.tanh(xn + r * hn) + z * h"
WRONG_COUNT = "def gru_parameter_count(D, H):\n    return 3 * (D * H + H * H + H)"


@pytest.fixture
def course(make_course, monkeypatch):
    monkeypatch.setattr(job, "grader_version", lambda: "of this test")  # whoever edits the grader just now
    small = make_course()
    swapped = small.solution
    for cell in swapped.cells:
        cell.source = cell.source.replace(RIGHT, SWAPPED)
    small.hand_in("ada", small.solution)
    small.hand_in("bob", swapped)
    small.hand_in("cyd", small.answered(gru_parameter_count=WRONG_COUNT))
    small.hand_in("dan", b"{ not json")
    return small


@pytest.fixture
def graded(course, isolated):
    place = Course(course.root)
    list(grade(place, "mini", place.students("mini"), runners.serially))
    return course


def command(course, *arguments, assignment="mini"):
    return main(["report", assignment, "--course", str(course.root), *map(str, arguments)])


def test_the_page_tells_what_grading_found(graded, capsys):
    assert command(graded) == 0
    path = graded.root / "reports" / "mini.html"
    assert capsys.readouterr().out.strip().endswith("reports/mini.html")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    soup = bs4.BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    said = " ".join(soup.get_text(" ").replace("\xa0", " ").split())
    assert "an update gate that is swapped" in said and "one bias per gate" in said
    assert "dan mini.ipynb is not a notebook: it is not JSON" in said
    assert [row.th.get_text() for row in soup.select("table.students tbody tr")] == ["ada", "bob", "cyd", "dan"]

    links = [link["href"] for link in soup.select("td.files a")]
    assert links[:2] == ["../submitted/ada/mini", "../autograded/ada/mini/mini.ipynb"]
    assert all((path.parent / link).exists() for link in links) and len(links) == 8

    other = graded.root.parent / "elsewhere.html"
    assert command(graded, "--output", other) == 0 and other.is_file()
    assert command(graded, "--output", graded.root / "missing" / "page.html") == 2
    assert "cannot write" in capsys.readouterr().err


def test_people_and_time_change_the_page(graded):
    group = collect(Course(graded.root), "mini")
    points = {student.name: student.points for student in group.students}
    assert points == {"ada": 5.0, "bob": 1.0, "cyd": 4.0, "dan": 0.0}
    assert [(look.student, look.kind) for look in looks(group)] == [("dan", "not read")]

    with Gradebook(f"sqlite:///{graded.root / 'gradebook.db'}") as book:
        book.update_or_create_student("ada", first_name="Ada", last_name="Byron")
        book.update_or_create_student("fay")
        for name, points in (("check_gru_step", 3.5), ("check_gru_parameter_count", 0.5)):
            book.find_grade(name, "mini", "mini", "dan").manual_score = points
        book.db.commit()
    graded.hand_in("bob", graded.solution)
    graded.hand_in("eve", graded.solution)

    before = sorted((path, path.stat().st_mtime_ns) for path in graded.root.rglob("*.json"))
    group = collect(Course(graded.root), "mini")
    assert sorted((path, path.stat().st_mtime_ns) for path in graded.root.rglob("*.json")) == before
    assert [(look.student, look.kind) for look in looks(group)] == [("eve", "not graded"), ("bob", "outdated")]
    assert group.students[1].points == 1.0, "what was graded before, until it is graded again"
    assert group.absent == ("fay",) and group.students[0].full_name == "Ada Byron"
    dan = group.students[3]
    assert dan.points == 4.0 and all(mark.by_hand for mark in dan.marks.values())


def test_slips_get_a_sentence(course, capsys, tmp_path):
    def said(*arguments, **keywords):
        assert command(course, *arguments, **keywords) == 2
        return capsys.readouterr().err

    assert "Nothing of 'mini' has been graded yet" in said()
    assert "no released assignment called 'nothing'" in said(assignment="nothing")
    (course.root / "nbgrader_config.py").unlink()
    assert "no nbgrader course" in said()
    assert not (course.root / ".coursekit-secret").exists(), "asking for a report changes nothing"
