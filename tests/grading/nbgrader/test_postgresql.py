"""The gradebook in a real PostgreSQL, started for this test as an ordinary user."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path

import pytest

from coursekit.grading.gradebook.book import opened
from coursekit.grading.gradebook.lock import alone_on
from coursekit.grading.submission.course import Course

pytestmark = [pytest.mark.nbgrader, pytest.mark.slow, pytest.mark.usefixtures("isolated")]
WRONG = "def gru_parameter_count(D, H):\n    return 3 * (D * H + H * H + H)"


def program(name):
    debian = Path(os.environ.get("COURSEKIT_TESTS_POSTGRESQL", "/usr/lib/postgresql"))
    found = shutil.which(name) or next(iter(sorted(debian.glob(f"*/bin/{name}"), reverse=True)), None)
    if found is None:
        pytest.skip(f"PostgreSQL is not installed here: there is no {name} (Debian: apt-get install postgresql)")
    return str(found)


@pytest.fixture(scope="module")
def server():
    """The URL of an empty database; the server listens on a socket in its own folder only."""
    initdb, pg_ctl = program("initdb"), program("pg_ctl")
    pytest.importorskip("psycopg")
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # a socket's path must be short
    data = folder / "data"
    as_user = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def run(*command):
        done = subprocess.run(command, cwd=folder, text=True, capture_output=True, **as_user)
        assert done.returncode == 0, done.stderr[-2000:]

    try:
        run(initdb, "-D", str(data), "-U", "teacher", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        run(pg_ctl, "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://teacher@/postgres?host={folder}"
        finally:
            run(pg_ctl, "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
