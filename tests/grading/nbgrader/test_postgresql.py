"""The gradebook in a real PostgreSQL, started for this test as an ordinary user."""

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import text

from coursekit.grading.gradebook.book import opened
from coursekit.grading.gradebook.lock import alone_on
from coursekit.grading.gradebook.rows import Rows
from coursekit.grading.submission.course import Course
from tests.postgresql import running

pytestmark = [pytest.mark.nbgrader, pytest.mark.slow, pytest.mark.usefixtures("isolated")]
WRONG = "def gru_parameter_count(D, H):\n    return 3 * (D * H + H * H + H)"


@pytest.fixture(scope="module")
def server():
    with running() as server:
        yield server.url("postgres")


def test_both_programs_write_the_same_gradebook(server, make_course):
    course = make_course(extra=f"\nc.CourseDirectory.db_url = {server!r}\n")
    course.db_url = server
    course.run("generate_assignment", "mini", "--force")
    course.hand_in("ada", course.solution)
    course.hand_in("bob", course.answered(gru_parameter_count=WRONG))
    course.hand_in("dan", b"{ not json")
    done = course.grade("-j", "2")
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr[-2000:]
    students = ("ada", "bob", "dan")
    ours = {student: course.scores(student) for student in students}
    assert ours["ada"]["check_gru_step"] == (4.0, False) and ours["bob"]["check_gru_parameter_count"] == (0.0, False)
    assert ours["dan"]["check_gru_step"] == (None, True)
    assert course.grade("-j", "1", "--force").returncode == 1
    assert {student: course.scores(student) for student in students} == ours
    course.run("autograde", "mini", "--force")
    assert {student: course.scores(student) for student in students} == ours
    course.run("export")
    assert "ada" in (course.root / "grades.csv").read_text()


def test_two_graders_without_a_common_folder_and_a_server_that_is_gone(server, make_course):
    course = make_course(extra=f"\nc.CourseDirectory.db_url = {server!r}\n")
    course.db_url = server
    course.run("generate_assignment", "mini", "--force")
    course.hand_in("ada", b"{ not json")
    place = Course(course.root)
    with opened(place, "mini") as (book, _), alone_on(book.engine, "course"):
        done = course.grade("-j", "1")
        assert done.returncode == 2 and "another `coursekit grade` is at work" in done.stderr, done.stderr
    assert course.grade("-j", "1").returncode == 1 and "Traceback" not in done.stderr
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace("host=", "host=/nowhere"))
    done = course.grade("-j", "1")
    assert done.returncode == 2 and "The gradebook cannot be opened" in done.stderr, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_plans_are_made_anew_while_rows_are_written_and_only_then(server):
    mode = text("SHOW plan_cache_mode")
    with Gradebook(server) as book:
        rows = Rows(book.db, book.add_assignment("plans"))
        before = book.db.scalar(mode)
        rows.store([])
        assert (before, book.db.scalar(mode)) == ("auto", "force_custom_plan")
        book.db.commit()
        assert book.db.scalar(mode) == "auto"
