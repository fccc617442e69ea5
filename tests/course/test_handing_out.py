"""The lessons as a teacher hands them out, with the configuration of this repository and real nbgrader."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import nbformat
import pytest

from tests import warm
from tests.course.learners import ROOT, answer, released, right_answers, solved
from tests.processes import finished

pytestmark = [pytest.mark.nbgrader, pytest.mark.slow]

LESSON = "00_numerical_tools"


def nbgrader(root: Path, *arguments: str) -> str:
    env = os.environ | {"PATH": warm.path(root.parent / "programs"), "OMP_NUM_THREADS": "1"}
    done = finished(["nbgrader", *arguments], cwd=root, env=env)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stderr


@pytest.fixture(scope="module")
def course(tmp_path_factory, isolated):
    """A course folder with this repository's configuration, one lesson, and four submissions."""
    root = tmp_path_factory.mktemp("class") / "course"
    (root / "solutions" / LESSON).mkdir(parents=True)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    shutil.copy(ROOT / "solutions" / LESSON / f"{LESSON}.md", root / "solutions" / LESSON)
    nbformat.write(solved(LESSON), root / "solutions" / LESSON / f"{LESSON}.ipynb")
    nbgrader(root, "generate_assignment", LESSON)
    right = right_answers(LESSON)
    half = dict(list(right.items())[:1])
    submissions = {
        "right": answer(released(LESSON), right),
        "one": answer(released(LESSON), half),
        "naive": answer(
            released(LESSON), {"sigmoid": "import numpy as np\n\ndef sigmoid(x):\n    return 1 / (1 + np.exp(-x))"}
        ),
        "empty": released(LESSON),
    }
    for student, nb in submissions.items():
        place = root / "submitted" / student / LESSON
        place.mkdir(parents=True)
        nbformat.write(nb, place / f"{LESSON}.ipynb")
    nbgrader(root, "autograde", LESSON)
    nbgrader(root, "generate_feedback", LESSON)
    return root


def test_what_nbgrader_hands_out_is_what_the_repository_holds(course):
    ours = (ROOT / "notebooks" / LESSON / f"{LESSON}.ipynb").read_text()
    assert (course / "notebooks" / LESSON / f"{LESSON}.ipynb").read_text() == ours
    assert not list((course / "notebooks").rglob("*.md"))


def test_scores_with_partial_credit_arrive_in_the_gradebook(course):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        score = {s: book.find_submission(LESSON, s).score for s in ("right", "one", "naive", "empty")}
        total = book.find_assignment(LESSON).max_score
    assert score["right"] == total
    assert score["empty"] == 0
    assert 0 < score["naive"] < score["one"] < total


def test_the_report_is_readable_in_the_feedback(course):
    page = (course / "feedback" / "naive" / LESSON / f"{LESSON}.html").read_text()
    assert "not right yet" in page and "overflow" in page
    assert "is not written yet" in page


def test_the_scores_can_be_exported(course):
    nbgrader(course, "export")
    assert "naive" in (course / "grades.csv").read_text()
