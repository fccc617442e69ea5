"""A gradebook on its way to a real PostgreSQL server: all of it arrives, or nothing has happened."""

from __future__ import annotations

import datetime
import itertools
import sqlite3

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import make_url

from coursekit.cli import main
from coursekit.grading.gradebook.lock import alone_in
from coursekit.grading.gradebook.moving import move
from coursekit.grading.gradebook.places import RESULTS
from coursekit.grading.submission.course import Course, CourseError
from tests.postgresql import running

pytestmark = [pytest.mark.nbgrader, pytest.mark.slow]
numbers = itertools.count()


@pytest.fixture(scope="module")
def server():
    with running() as server:
        yield server


@pytest.fixture
def empty(server):
    """The URL of an empty database."""
    return server.create(f"new{next(numbers)}")


@pytest.fixture
def course(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    with book(tmp_path) as gradebook:
        gradebook.add_assignment("05_gru", duedate=datetime.datetime(2027, 1, 15, 23, 59))
        gradebook.add_notebook("05_gru", "05_gru")
        gradebook.add_grade_cell("check_step", "05_gru", "05_gru", max_score=4, cell_type="code")
        gradebook.add_solution_cell("step", "05_gru", "05_gru")
        gradebook.add_source_cell("check_step", "05_gru", "05_gru", cell_type="code", source="check(step)\n" * 99)
        gradebook.add_student("ada", first_name="Zoë", last_name="Đorđević")
        for name in ("ada", "bob"):
            gradebook.update_or_create_student(name)
            gradebook.add_submission("05_gru", name, timestamp=datetime.datetime(2027, 1, 16, 1, 2, 3, 456789))
        grade = gradebook.find_grade("check_step", "05_gru", "05_gru", "ada")
        grade.auto_score, grade.manual_score, grade.extra_credit = 1 / 3, 0.1, 2.0
        gradebook.find_submission("05_gru", "bob").extension = datetime.timedelta(days=400, microseconds=7)
        gradebook.find_comment("step", "05_gru", "05_gru", "ada").manual_comment = "Sehr schön – 20 %\n\t'\"\\"
        gradebook.db.commit()
    return tmp_path


def book(course):
    return Gradebook(f"sqlite:///{course / 'gradebook.db'}")


def content(url):
    """Everything that nbgrader itself says of the course."""
    with Gradebook(url) as gradebook:
        people = [(s.id, s.first_name, s.last_name, s.email) for s in gradebook.students]
        entries = gradebook.assignment_submissions("05_gru")
        times = [(e.student.id, e.timestamp, e.extension, e.score, e.total_seconds_late) for e in entries]
        notebooks = gradebook.notebook_submissions("05_gru", "05_gru")
        grades = [(g.id, g.name, g.auto_score, g.manual_score, g.score) for nb in notebooks for g in nb.grades]
        comments = [(c.id, c.name, c.comment) for nb in notebooks for c in nb.comments]
        cells = [(c.id, c.name, c.source) for c in gradebook.find_notebook("05_gru", "05_gru").source_cells]
        return [sorted(map(repr, part)) for part in (people, times, grades, comments, cells)]


def tables(url):
    engine = create_engine(url)
    try:
        return inspect(engine).get_table_names()
    finally:
        engine.dispose()


def test_every_row_arrives_and_the_old_gradebook_stays(course, empty, capsys):
    before = (course / "gradebook.db").read_bytes()
    assert main(["move-gradebook", empty, "--course", str(course)]) == 0
    said = capsys.readouterr().out
    line = said.splitlines()[-1]
    assert make_url(line.removeprefix('c.CourseDirectory.db_url = "').removesuffix('"')) == make_url(empty)
    assert "18 rows are in both databases, and equal." in said
    assert (course / "gradebook.db").read_bytes() == before
    assert content(empty) == content(f"sqlite:///{course / 'gradebook.db'}")
    (course / "nbgrader_config.py").write_text(f"c = get_config()\nc.CourseDirectory.db_url = {empty!r}\n")
    assert move_error(course, empty) == "the new database holds tables already"


def move_error(course, url):
    with pytest.raises(CourseError) as error:
        move(Course(course), url)
    said = str(error.value)
    assert said.endswith(".") and "\n" not in said
    return said.partition(":")[0]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE student SET email = 'a' || char(0) WHERE id = 'bob'", "refuses a row of the table student"),
        ("UPDATE student SET email = hex(zeroblob(65)) WHERE id = 'bob'", "refuses a row of the table student"),
        ("DELETE FROM submitted_notebook", "the new database refuses a row of the table"),
        ("UPDATE submitted_assignment SET timestamp = 'soon'", "submitted_assignment cannot be read"),
        ("UPDATE alembic_version SET version_num = '1'", "another version of nbgrader has made this gradebook"),
        ("DROP TABLE comment", "the old gradebook's table comment cannot be read"),
    ],
)
def test_a_row_that_cannot_be_moved_leaves_both_as_they_were(course, empty, statement, said):
    database = sqlite3.connect(course / "gradebook.db")
    database.execute(statement)
    database.commit()
    database.close()
    before = (course / "gradebook.db").read_bytes()
    assert said in move_error(course, empty)
    assert (course / "gradebook.db").read_bytes() == before and tables(empty) == []


def test_a_place_that_is_none(course, empty, tmp_path):
    assert "a gradebook is moved to PostgreSQL" in move_error(course, "sqlite:///new.db")
    assert "a gradebook is moved to PostgreSQL" in move_error(course, "rnn")
    assert "the new database cannot be used" in move_error(course, empty.replace("host=", "host=/nowhere"))
    with alone_in(course / RESULTS):
        assert "at work in this course" in move_error(course, empty)
    (course / "gradebook.db").unlink()
    assert "there is no gradebook yet" in move_error(course, empty)
    assert tables(empty) == [] and not (course / "gradebook.db").exists()
