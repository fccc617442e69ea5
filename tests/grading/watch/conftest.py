"""A course with an exchange, students who hand in with nbgrader's own class, and watchers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeFetchFeedback, ExchangeReleaseAssignment, ExchangeSubmit
from traitlets.config import Config

from coursekit.grading.submission.course import Course as OurCourse
from coursekit.grading.watch.limit import Limit
from coursekit.grading.watch.watcher import Watcher
from tests.grading.nbgrader.mini_course import CONFIG, Course, write_template
from tests.once import once
from tests.processes import Listener

EXCHANGE = """
c.Exchange.root = {root!r}
c.ExchangeCollect.check_owner = False
"""
COUNT_WRONG = "def gru_parameter_count(D, H):\n    return 3 * (D * H + H * H + H)"

# It opens a file that it does not close.
quiet_about_nbgrader = pytest.mark.filterwarnings("ignore:unclosed file .*timestamp.txt:ResourceWarning")
# With a version of the grader that does not depend on who edits its code just now, and with Ctrl-C at work as in a
# terminal: a job in the background of a script, as these tests may be, ignores it.
WATCH = """
import signal, sys
from coursekit.cli import main
from coursekit.grading.run import job

signal.signal(signal.SIGINT, signal.default_int_handler)
job.grader_version = lambda: "of this test"
sys.exit(main())
"""


class Classroom:
    """A course and its students, all with one account of the machine."""

    def __init__(self, folder: Path, course: Course) -> None:
        self.folder, self.course = folder, course
        self.root = folder / "exchange"
        self.lines: list[str] = []
        self.started: list[Listener] = []

    def _exchange(self, kind, student, assignment="mini", **more):
        home = self.folder / "students" / (student or "teacher")
        home.mkdir(parents=True, exist_ok=True)
        config = Config()
        config.Exchange = Config(root=str(self.root), cache=str(home / "cache"), assignment_dir=str(home))
        directory = CourseDirectory(config=config)
        directory.root, directory.course_id, directory.assignment_id = str(self.course.root), "course", assignment
        directory.release_directory = "notebooks"
        if student:
            directory.student_id = student
        return kind(coursedir=directory, authenticator=Authenticator(config=config), config=config, **more)

    def release(self, assignment="mini"):
        self._exchange(ExchangeReleaseAssignment, "", assignment).start()

    def submit(self, student, nb=None, name="mini.ipynb"):
        """As `nbgrader submit` does it. Gives the folder in the exchange."""
        place = self.folder / "students" / student / "mini"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        if isinstance(nb, bytes):
            (place / name).write_bytes(nb)
        else:
            nbformat.write(self.course.solution if nb is None else nb, place / name)
        submitting = self._exchange(ExchangeSubmit, student)
        submitting.start()
        return self.inbound / submitting.assignment_filename

    def feedback(self, student):
        """The pages that `nbgrader fetch_feedback` gives a student, in the order of the hand-ins."""
        home = self.folder / "students" / student / "mini" / "feedback"
        shutil.rmtree(home, ignore_errors=True)
        self._exchange(ExchangeFetchFeedback, student).start()
        return [path.read_text(encoding="utf-8") for path in sorted(home.glob("*/*.html"))]

    @property
    def inbound(self):
        return self.root / "course" / "inbound"

    @property
    def ledger(self):
        """By student, what the ledger says of their hand-ins, in their order."""
        kept = (self.course.root / ".coursekit-results" / "watch" / "hand-ins" / "mini").glob("*.json")
        return {path.stem: [one["state"] for one in json.loads(path.read_text()).values()] for path in kept}

    def points(self, student):
        with Gradebook(self.course.db_url, "course") as book:
            return book.find_submission("mini", student).score

    def watcher(self, tries=None, jobs=1):
        return Watcher(OurCourse(self.course.root), Limit(tries), self.lines.append, jobs=jobs)

    def look(self, tries=None, jobs=1):
        """What a new watcher says of one look."""
        self.lines.clear()
        self.watcher(tries, jobs).look()
        return list(self.lines)

    def start(self, *arguments, program=WATCH):
        """`coursekit watch` as a program that is listened to."""
        command = [sys.executable, "-c", program, "watch", "--course", str(self.course.root), *arguments]
        env, pipe = os.environ | {"OMP_NUM_THREADS": "1"}, subprocess.PIPE
        self.started.append(
            Listener(
                subprocess.Popen(
                    command, text=True, stdin=pipe, stdout=pipe, stderr=pipe, env=env, start_new_session=True
                )
            )
        )
        return self.started[-1]


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> Path:
    made = once(
        tmp_path_factory, "template", lambda folder: write_template(folder / "course", CONFIG.format(options=""))
    )
    return made / "course"


@pytest.fixture
def classroom(template, tmp_path, monkeypatch, isolated):
    from coursekit.grading.run import job

    monkeypatch.setattr(job, "grader_version", lambda: "of this test")
    shutil.copytree(template, tmp_path / "course")
    (tmp_path / "exchange").mkdir()
    os.chmod(tmp_path / "exchange", 0o777)
    config = CONFIG.format(options="") + EXCHANGE.format(root=str(tmp_path / "exchange"))
    (tmp_path / "course" / "nbgrader_config.py").write_text(config)
    room = Classroom(tmp_path, Course(tmp_path / "course"))
    room.release()
    yield room
    for program in room.started:
        program.close()
