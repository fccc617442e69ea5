"""Real nbgrader with the trusted grader: scores, feedback, failing closed."""

import pytest

pytestmark = pytest.mark.nbgrader

SWAPPED = """
import numpy as np
def sigmoid(a): return 0.5 * (1 + np.tanh(0.5 * a))
def gru_step(x, h, params):
    xr, xz, xn = np.split(x @ params.W_ih.T + params.b_ih, 3, axis=1)
    hr, hz, hn = np.split(h @ params.W_hh.T + params.b_hh, 3, axis=1)
    r, z = sigmoid(xr + hr), sigmoid(xz + hz)
    return (1 - z) * h + z * np.tanh(xn + r * hn)
"""
NOT_THERE = """
import nothing_there
def gru_step(x, h, params): return nothing_there.step(x, h, params)
"""


def test_a_class_is_graded_and_reads_its_reports(make_course, isolated):
    course = make_course()
    course.hand_in("right", course.solution)
    course.hand_in("swapped", course.answered(gru_step=SWAPPED))
    course.hand_in("empty", course.released)
    course.hand_in("waits", course.answered(gru_step=NOT_THERE))
    nasty = course.answered(gru_step="# <script>alert(1)</script>")
    nasty.cells[0].source = "# A lesson <script>alert(2)</script> [x](javascript:alert(3))"
    course.hand_in("nasty", nasty)
    course.run("autograde", "mini")
    assert course.scores("right") == {"check_gru_step": (4.0, False), "check_gru_parameter_count": (1.0, False)}
    assert course.scores("swapped") == {"check_gru_step": (0.0, False), "check_gru_parameter_count": (1.0, False)}
    assert course.scores("empty") == {"check_gru_step": (0.0, False), "check_gru_parameter_count": (0.0, False)}
    course.run("generate_feedback", "mini")
    page = (course.root / "feedback" / "swapped" / "mini" / "mini.html").read_text()
    assert "an update gate that is swapped" in page
    assert (
        "<strong>1</strong> of 5 points" in page
        and "<code>return (1 - z) * h + z * np.tanh(xn + r * hn)</code>" in page
    )
    page = (course.root / "feedback" / "waits" / "mini" / "mini.html").read_text()
    assert "? of 4 points" in page and "<strong>1</strong> of 5 points" in page and "not final" in page
    page = (course.root / "feedback" / "nasty" / "mini" / "mini.html").read_text()
    for number in range(1, 4):
        assert f"<script>alert({number})" not in page and f"javascript:alert({number})" not in page
    course.run("export")
    assert "right" in (course.root / "grades.csv").read_text()


def test_a_folder_without_a_notebook_is_said(make_course, isolated):
    course = make_course()
    course.hand_in("ada", course.solution)
    course.hand_in("bob", b"I have done it, see my mail.", name="readme.txt")
    course.hand_in("cyd", course.solution, name="homework.ipynb")
    said = course.run("autograde", "mini").stderr
    assert "bob handed in no notebook and is NOT in the gradebook" in said
    assert "ada handed in no" not in said and "cyd handed in no" not in said
    assert "no notebook" in (course.root / "quarantine" / "mini" / "bob" / "reasons.txt").read_text()
    assert course.scores("cyd")["check_gru_step"] == (4.0, False)


def test_a_regrade_gives_the_same_scores_from_the_store(make_course, isolated):
    course = make_course()
    course.hand_in("ada", course.answered(gru_step=SWAPPED))
    course.run("autograde", "mini")
    before = course.scores("ada")
    kept = list((course.root / ".coursekit-results").rglob("*.json"))
    assert len(kept) == 1
    course.run("autograde", "mini", "--force")
    assert course.scores("ada") == before
    assert list((course.root / ".coursekit-results").rglob("*.json")) == kept


def test_without_the_trusted_grader_a_check_fails_closed(make_course):
    course = make_course()
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace("configure(c)", ""))
    course.hand_in("right", course.solution)
    course.run("autograde", "mini")
    assert {score for score, _ in course.scores("right").values()} == {0.0}
    graded = (course.root / "autograded" / "right" / "mini" / "mini.ipynb").read_text()
    assert "trusted grader is not configured" in graded


def test_a_trusted_class_can_be_graded_by_stock_nbgrader_with_partial_credit(make_course):
    course = make_course(", trusted=False")
    course.hand_in("right", course.solution)
    course.hand_in("swapped", course.answered(gru_step=SWAPPED))
    in_place = course.answered()
    for cell in in_place.cells:
        cell.source = cell.source.replace("    r, z =", "    x[0, 0] = 0.5\n    r, z =")
    course.hand_in("nearly", in_place)
    course.run("autograde", "mini")
    assert course.scores("right")["check_gru_step"] == (4.0, False)
    assert course.scores("swapped")["check_gru_step"] == (0.0, False)
    assert course.scores("nearly")["check_gru_step"][0] == 0.8 * 4
    course.run("generate_feedback", "mini")
    page = (course.root / "feedback" / "nearly" / "mini" / "mini.html").read_text()
    assert "changes its argument x in place" in page
