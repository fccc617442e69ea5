"""Pages about what comes after the first grading: late work, one student again, answers read by people, a server."""

from __future__ import annotations

import csv
import html
import re
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from coursekit.grading.lms.lti.settings import KEY_FILE
from tests.docs.pages import TEACHING, blocks, execute
from tests.grading.lms.loopback import ITEMS, Platform
from tests.postgresql import USER, program, running

pytestmark = [pytest.mark.nbgrader, pytest.mark.slow, pytest.mark.usefixtures("isolated")]

LESSON = "00_numerical_tools"


@pytest.fixture
def typed(tmp_path):
    """Runs a page. Gives the course that it made, and what was printed."""

    def run(page: str, course: str = "trial", **more) -> tuple[Path, str]:
        folder = tmp_path / "work"
        folder.mkdir()
        return folder / course, execute(TEACHING / page, folder, **more)

    return run


def exported(course: Path) -> dict[str, dict[str, str]]:
    with (course / "grades.csv").open(encoding="utf-8") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def test_late_work(typed):
    course, said = typed("late-work.md")
    assert "2.5 days, -2.4" in said and "2 submissions. All decided. 1 unchanged." in said
    written_again = [line for line in said.splitlines() if "an extension was given" in line]
    assert [line.split()[:3] for line in written_again] == [["bob", "8", "8"]] * 2
    assert "3 days later than the others" in said and "as everybody" in said
    bob = exported(course)["bob"]
    assert [float(bob[name]) for name in ("raw_score", "late_submission_penalty", "score")] == [8.0, 0.0, 8.0]
    assert "Traceback" not in said and float(exported(course)["ada"]["score"]) == 8.0


def test_one_student_again(typed):
    course, said = typed("regrading.md")
    ada = [line.split() for line in said.splitlines() if line.startswith("ada ")]
    assert [line[1] for line in ada[1:]] == ["8", "8"], "the same inputs, and the same points"
    assert said.count("1 submission. All decided.") == 3, "ada twice, and ben, who asked"
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        assert book.find_submission(LESSON, "ada").score == 8.0
        assert len(book.assignment_submissions(LESSON)) == 4
    assert [path.parents[1].name for path in course.glob("feedback/*/*/*.html")] == ["ada"]
    assert "1. 20" in said and "ben, 00_numerical_tools: my relative error is right" in said
    assert said.count("nothing has changed: ") == 5 and "answered: the idea alone has no points" in said
    assert "1 of 2 wait for an answer." in said


def test_answers_that_a_person_reads(typed):
    course, said = typed("written-questions.md")
    assert "Written answers that wait for a person in the formgrader: 1." in said
    assert said.count("wait for a person") == 1, "none waits in the end"
    rows = exported(course)
    assert (rows["ada"]["score"], rows["bob"]["score"], rows["ada"]["max_score"]) == ("2.5", "0.0", "11.0")
    with (course / "points.csv").open(encoding="utf-8") as file:
        given = {row["student"]: row["points"] for row in csv.DictReader(file) if row["exercise"] == "why_digits"}
    assert given == {"ada": "2.5", "bob": "0.0"}
    feedback = (course / "feedback" / "ada" / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    assert "How many digits, here?" in html.unescape(feedback)


def test_a_gradebook_on_a_server(typed):
    programs = str(Path(program("createdb")).parent)
    with running() as server:
        place = {"PGHOST": str(server.folder), "PGUSER": USER}
        moved = {"@db.example.org": "@"}  # the server that these variables name
        course, said = typed("postgresql.md", "rnn", moved=moved, **place)
        assert programs and "rows are in both databases, and equal." in said
        assert "4 submissions. All decided. 4 unchanged." in said
        assert not (course / "gradebook.db").exists()
        with Gradebook(server.url("rnn"), "rnn") as book:
            assert len(book.assignment_submissions(LESSON)) == 4


def test_points_by_lti(typed, tmp_path):
    platform = Platform(tmp_path / "work" / "rnn" / KEY_FILE)
    platform.enrolled = {"31", "32", "33"}
    here = {
        "https://canvas.example.edu/login/oauth2/token": f"{platform.address}/token",
        "https://canvas.example.edu/api/lti/courses/7/line_items": f"{platform.address}{ITEMS}?type_id=3",
    }
    try:
        course, said = typed("lti.md", "rnn", moved=here, no_proxy="127.0.0.1")
    finally:
        platform.close()
    assert platform.wrong == [] and platform.held() == {"31": 8.0, "32": 8.0}
    shown = [block.text for block in blocks(TEACHING / "lti.md") if block.text.startswith("Column of")]
    assert shown[0] in said, "what the page says that it prints"
    assert "Sent (2): ada 8, bob 8" in said and "Sent before, and the same since: 2" in said
    assert {len(scores) for scores in platform.scores.values()} == {1}
    assert (course / "lti.toml").read_text() and "PRIVATE" not in said


def test_over_the_years(typed):
    course, said = typed("over-the-years.md", "rnn-2027")
    assert "ada: left 20" in said and "In the class again: ada." in said and "11 submissions." in said
    assert "ada" not in exported(course) and "ben" in exported(course)
    without = course.parent / "without-names"
    with (without / f"{LESSON}.csv").open(encoding="utf-8") as file:
        pseudonyms = {row["student"] for row in csv.DictReader(file)}
    assert len(pseudonyms) == 12 and {path.name for path in (without / LESSON).iterdir()} == pseudonyms
    assert len(list(without.glob("*/*/*.ipynb"))) == 12 and len(list(without.glob("*/*/*-feedback.html"))) == 1
    people = [path.name for path in (course / "submitted").iterdir()]
    assert {"ada", "bo"} <= set(people)
    for path in without.rglob("*"):
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        assert not [name for name in people if re.search(rf"\b{name}\b", f"{path.relative_to(without)} {text}", re.I)]
    with (course.parent / "years.csv").open(encoding="utf-8") as file:
        years = list(csv.DictReader(file))
    assert {row["year"] for row in years} == {"rnn-2026", "rnn-2027"} and {row["students"] for row in years} == {"12"}
    assert [row for row in years if row["mistakes"]] and [row for row in years if row["discrimination"]]
    assert "wrote years.html" in said
