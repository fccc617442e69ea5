"""What teachers and students see and do afterwards: formgrader's pages, manual grades, late penalties, export."""

import csv
import html
import urllib.request

import nbformat
import pytest
from nbgrader.api import Gradebook

from .pages import running

pytestmark = [pytest.mark.nbgrader, pytest.mark.slow, pytest.mark.usefixtures("isolated")]
NASTY = """# <script>alert(1)</script>
from IPython.display import HTML, Javascript, Markdown, SVG, display
display(HTML("<script>alert(2)</script>"), Javascript("alert(3)"), Markdown("<script>alert(4)</script>"))
display(SVG(data="<svg xmlns='http://www.w3.org/2000/svg' onload='alert(5)'/>"))
print("<script>alert(6)</script>")
raise ValueError("<script>alert(7)</script>")
"""
TEXT = "<script>alert(8)</script><img src=x onerror=alert(9)> <a href='javascript:alert(10)'>a</a> "
TEXT += "[a](javascript:alert(11)) $\\href{javascript:alert(12)}{x}$"
LATE = """
import sys
sys.path.insert(0, {folder!r})
import penalty
c.AssignLatePenalties.plugin_class = penalty.HalfAPoint
"""
PLUGIN = """
from nbgrader.plugins import BasePlugin
class HalfAPoint(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 0.5
"""


@pytest.fixture
def course(make_course, tmp_path):
    (tmp_path / "penalty.py").write_text(PLUGIN)
    return make_course(extra=LATE.format(folder=str(tmp_path)))


def nasty(course):
    nb = course.answered(gru_step=NASTY)
    nb.cells.insert(0, nbformat.v4.new_markdown_cell(TEXT))
    return nb


def test_no_page_runs_what_a_student_wrote(course, formgrader):
    course.hand_in("eve", nasty(course))
    course.hand_in("ada", course.solution)
    assert course.grade("-j", "1").returncode == 0
    course.run("generate_feedback", "mini")
    pages = [(course.root / "feedback" / s / "mini" / "mini.html").read_text() for s in ("eve", "ada")]
    for student in ("eve", "ada"):
        url = f"{formgrader}/formgrader/submissions/{course.submission_id(student)}/"
        with urllib.request.urlopen(url, timeout=60) as answer:
            pages.append(answer.read().decode())
    assert all("gru_step" in page for page in pages)
    assert [running(page) for page in pages] == [[], [], [], []]
    assert running(TEXT) and running("<script>alert(1)</script>")  # this test can fail
    assert "alert(1)" in pages[0] and "alert(1)" in pages[2]  # people see what was written, as text


def test_people_and_late_penalties_have_their_say_and_a_regrade_leaves_it(course):
    course.hand_in("ada", course.solution)
    course.hand_in("bob", course.solution)
    stamp = course.root / "submitted" / "bob" / "mini" / "timestamp.txt"
    stamp.write_text("2030-01-02 00:00:00 UTC")
    with Gradebook(course.db_url) as book:
        book.update_or_create_assignment("mini", duedate="2030-01-01 00:00:00 UTC")
    assert course.grade("-j", "1").returncode == 0
    with Gradebook(course.db_url) as book:
        assert book.find_submission_notebook("mini", "mini", "bob").late_submission_penalty == 0.5
        assert book.find_submission_notebook("mini", "mini", "ada").late_submission_penalty is None
        grade = book.find_grade("check_gru_step", "mini", "mini", "ada")
        grade.manual_score, grade.extra_credit = 2.5, 1.0
        book.find_comment("gru_step", "mini", "mini", "ada").manual_comment = "Well named."
        book.db.commit()
    for regrade in (lambda: course.grade("-j", "1", "--force"), lambda: course.run("autograde", "mini", "--force")):
        assert regrade().returncode == 0
        with Gradebook(course.db_url) as book:
            grade = book.find_grade("check_gru_step", "mini", "mini", "ada")
            assert (grade.manual_score, grade.auto_score, grade.extra_credit) == (2.5, 4.0, 1.0)
            assert grade.needs_manual_grade  # the teacher is told to look again, as after any autograde
            assert book.find_comment("gru_step", "mini", "mini", "ada").comment == "Well named."
            assert book.find_submission_notebook("mini", "mini", "bob").late_submission_penalty == 0.5
    course.run("generate_feedback", "mini")
    page = (course.root / "feedback" / "ada" / "mini" / "mini.html").read_text()
    assert "Well named." in html.unescape(page)
    course.run("export")
    with (course.root / "grades.csv").open() as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert float(rows["ada"]["score"]) == 2.5 + 1.0 + 1.0
    assert float(rows["bob"]["score"]) == 5.0 - 0.5 and float(rows["bob"]["late_submission_penalty"]) == 0.5
