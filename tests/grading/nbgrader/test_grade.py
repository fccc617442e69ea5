"""`coursekit grade` on a real course: parallel, resumable, the same as nbgrader's own autograde."""

import csv
import json

import pytest

from coursekit.grading.batch import grade
from coursekit.grading.run import job, runners
from coursekit.grading.run.servers import shared_server
from coursekit.grading.submission.course import Course, CourseError

pytestmark = [pytest.mark.nbgrader, pytest.mark.usefixtures("isolated")]

ENDLESS = "def gru_parameter_count(D, H):\n    while True: pass"
WRONG = "def gru_parameter_count(D, H):\n    return 3 * (D * H + H * H + H)"


@pytest.fixture
def course(make_course, monkeypatch):
    monkeypatch.setattr(job, "grader_version", lambda: "of this test")
    small = make_course()
    small.hand_in("ada", small.solution)
    small.hand_in("bob", small.answered(gru_parameter_count=WRONG))
    small.hand_in("cyd", small.released)
    small.hand_in("dan", b"{ not json")
    small.hand_in("eve", small.solution, name="my answers.ipynb")
    small.hand_in("fay", small.answered(gru_step="import os; os._exit(1)"))
    return small


EXPECTED = {"ada": (4.0, 1.0), "bob": (4.0, 0.0), "cyd": (0.0, 0.0), "eve": (4.0, 1.0), "fay": (0.0, 1.0)}


def scores(course, students=tuple(EXPECTED)):
    found = {student: course.scores(student) for student in students}
    return {
        student: (cells["check_gru_step"][0], cells["check_gru_parameter_count"][0]) for student, cells in found.items()
    }


def test_a_class_is_graded_in_parallel_and_nobody_is_lost(course, tmp_path):
    table = tmp_path / "points.csv"
    done = course.grade("-j", "2", "--csv", str(table))
    assert done.returncode == 1, done.stderr  # one submission needs a person
    assert "Traceback" not in done.stderr, done.stderr
    assert scores(course) == EXPECTED
    assert course.scores("dan") == {"check_gru_step": (None, True), "check_gru_parameter_count": (None, True)}
    said = " ".join(done.stdout.split())  # the table breaks its lines where the terminal ends
    assert "not JSON" in said and "one bias per gate" in said and "my answers.ipynb" not in done.stderr
    with table.open() as file:
        lines = list(csv.DictReader(file))
    assert {(line["student"], line["exercise"]) for line in lines} >= {
        ("ada", "gru_step"),
        ("bob", "gru_parameter_count"),
    }
    assert next(line for line in lines if line["student"] == "dan")["verdict"] == "not read"
    page = json.loads((course.root / "autograded" / "dan" / "mini" / "mini.ipynb").read_text())
    assert "could not be read" in "".join(page["cells"][0]["source"])
    course.run("generate_feedback", "mini")
    assert "one bias per gate" in (course.root / "feedback" / "bob" / "mini" / "mini.html").read_text()
    again = course.grade("-j", "2")
    assert f"{len(EXPECTED)} unchanged." in again.stdout
    assert [line.split()[0] for line in again.stdout.splitlines()[1:] if line[:1].isalpha()] == ["dan"]


def test_it_leaves_what_nbgrader_autograde_leaves(course):
    for student in ("dan", "eve"):  # nbgrader itself cannot read the one and does not find the other
        (course.root / "submitted" / student / "mini").rename(course.root / f"{student}-elsewhere")
    course.grade("-j", "1")
    ours = {s: course.scores(s) for s in ("ada", "bob", "cyd", "fay")}
    books = [(course.root / "autograded" / s / "mini" / "mini.ipynb") for s in ours]
    cells = [[(c["source"], c.get("outputs")) for c in json.loads(b.read_text())["cells"]] for b in books]
    course.run("autograde", "mini", "--force")
    assert {s: course.scores(s) for s in ours} == ours
    assert [[(c["source"], c.get("outputs")) for c in json.loads(b.read_text())["cells"]] for b in books] == cells


def test_a_run_that_was_killed_goes_on(course):
    place = Course(course.root)
    names = place.students("mini")
    rows = grade(place, "mini", names, runners.serially)
    first = next(rows)
    rows.close()  # the grader is gone in the middle of the class
    done = {row.student: row.how for row in grade(place, "mini", names, runners.serially)}
    assert set(done) == set(names)
    assert done[first.student] in ("unchanged", "from store")
    assert scores(course) == EXPECTED


def test_only_what_changed_is_graded_again(course):
    place = Course(course.root)
    names = ["ada", "bob", "cyd"]
    list(grade(place, "mini", names, runners.serially))
    course.hand_in("bob", course.solution)
    how = {row.student: row.how for row in grade(place, "mini", names, runners.serially)}
    assert how == {"ada": "unchanged", "bob": "graded", "cyd": "unchanged"}
    assert course.scores("bob")["check_gru_parameter_count"] == (1.0, False)


def test_several_processes_give_what_one_gives(course):
    place = Course(course.root)
    names = ["ada", "bob", "cyd", "fay"]
    serial = {row.student: row.questions for row in grade(place, "mini", names, runners.serially, force=True)}
    for kept in (course.root / ".coursekit-results").rglob("*.json"):
        kept.unlink()
    parallel = grade(place, "mini", names, lambda jobs: runners.in_processes(jobs, 2), force=True)
    assert {row.student: row.questions for row in parallel} == serial


def test_a_sandbox_that_the_machine_kills_is_replaced(course):
    place = Course(course.root)

    def killing(jobs):
        for number, finished in enumerate(runners.serially(jobs)):
            if number < 2:
                shared_server(torch=False)._process.kill()
            yield finished

    rows = list(grade(place, "mini", ["ada", "bob", "cyd"], killing))
    assert [row.how for row in rows] == ["graded"] * 3 and not any(row.needs_a_person for row in rows)
    assert scores(course, ("ada", "bob", "cyd")) == {name: EXPECTED[name] for name in ("ada", "bob", "cyd")}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--student", "nobody"), "no submission of nobody"),
        (("-j", "0"), "at least 1"),
    ],
)
def test_slips_get_a_sentence(course, arguments, sentence):
    done = course.grade(*arguments)
    assert done.returncode == 2 and sentence in done.stderr and "Traceback" not in done.stderr


def test_a_folder_that_is_no_course_is_said(tmp_path):
    with pytest.raises(CourseError, match="no nbgrader course"):
        Course(tmp_path)
