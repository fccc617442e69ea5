"""What `coursekit grade` leaves: rows of the gradebook, and the folders of notebooks that people look at.

`nbgrader autograde` leaves the same. Here no notebook is converted, so that a class is written in seconds.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from nbformat import NotebookNode
from nbformat.v4.rwbase import split_lines
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc
from sqlalchemy.exc import OperationalError

from coursekit import atomic
from coursekit.grading.failures import is_of_the_disk
from coursekit.grading.gradebook.decision import Decision, decided
from coursekit.grading.gradebook.presentation import present
from coursekit.grading.gradebook.rows import Rows
from coursekit.grading.run.notebook import Graded
from coursekit.grading.submission.canonical import unread
from coursekit.grading.submission.course import Course, CourseError, Submission, unknown_to_gradebook
from coursekit.grading.submission.quarantine import TIMESTAMP, is_time

EXCHANGE_SECRET = "submission_secret.txt"


@dataclass(frozen=True)
class _Student:
    """What is to be written for one student: by notebook, what was decided, and the file that people look at."""

    submission: Submission
    decisions: dict[str, Decision]
    files: dict[str, NotebookNode]


class Writer:
    """Writes results into gradebook and autograded folder. Use it as a context manager, one at a time.

    What `write` was given is in the gradebook and the folder after `flush`, for each student all of it or nothing.
    """

    def __init__(self, course: Course, assignment: str) -> None:
        self.course, self.assignment = course, assignment
        self._book = Gradebook(course.db_url, course.directory.course_id)
        self._late = AssignLatePenalties(config=course.config)
        self._late.init_plugin()
        self._released: dict[str, NotebookNode] = {}
        self._unwritten: list[_Student] = []

    def __enter__(self) -> Writer:
        try:
            self._rows = Rows(self._book.db, self._book.find_assignment(self.assignment))
        except MissingEntry:
            self._book.close()
            raise unknown_to_gradebook(self.assignment) from None
        self._decided = self._rows.decided()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._book.close()

    def known(self, student: str) -> bool:
        """True if the gradebook holds a submission of this student with every automatic score decided."""
        return student in self._decided

    def write(self, submission: Submission, results: dict[str, Graded]) -> None:
        """Store one student's results, and the notebooks that people look at.

        What others were given survives if this raises.
        """
        files: dict[str, NotebookNode] = {}
        decisions: dict[str, Decision] = {}
        for name in self._rows.notebooks:
            graded = results.get(name)
            if graded is not None:
                decisions[name] = decided(submission.notebooks[name], graded)
                files[name] = present(submission.notebooks[name], graded)
            else:  # nothing to grade: a person decides, and sees the reason in the notebook
                decisions[name] = Decision()
                if reason := submission.problems.get(name, "it was not graded"):
                    files[name] = unread(self._handed_out(name), reason)
        student = _Student(submission, decisions, files)
        try:
            self._store(student)
        except CourseError:
            raise
        except Exception:
            self._book.db.rollback()  # half of this student, and those who are not committed yet: these again
            for other in self._unwritten:
                self._store(other)
            raise
        self._unwritten.append(student)

    def _store(self, student: _Student) -> None:
        name, stamp = student.submission.student, _timestamp(student.submission.folder)
        try:
            late = self._rows.store(name, parse_utc(stamp) if stamp else None, student.decisions)
            if late:
                self._penalise(name)
        except OperationalError as error:
            raise _unwritable(error) from None

    def flush(self) -> dict[str, Exception]:
        """Make everything last that was given to `write`. Returns by student why notebooks could not be written."""
        try:
            self._book.db.commit()
        except OperationalError as error:
            raise _unwritable(error) from None
        lost: dict[str, Exception] = {}
        for student in self._unwritten:
            try:
                self._files(student.submission, student.files)
            except Exception as error:
                if is_of_the_disk(error):
                    raise
                lost[student.submission.student] = error
        self._unwritten = []
        return lost

    def _handed_out(self, name: str) -> NotebookNode:
        if not self._released:
            self._released = self.course.released(self.assignment)
        return self._released[name]

    def _penalise(self, student: str) -> None:
        """What the course's late-penalty plug-in says, as nbgrader's own step asks it."""
        self._book.db.expire_all()
        row = self._book.find_submission(self.assignment, student)
        for notebook in row.notebooks:
            penalty = self._late.plugin_inst.late_submission_penalty(student, notebook.score, row.total_seconds_late)
            checked = None if penalty is None else self._late._check_late_penalty(notebook, penalty)
            notebook.late_submission_penalty = checked
        self._book.db.flush()

    def _files(self, submission: Submission, files: dict[str, NotebookNode]) -> None:
        """Replace the student's autograded folder in one step: formgrader never sees half of it."""
        place = self.course.folder("autograded", submission.student, self.assignment)
        place.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replaced_folder(place) as fresh:
            for name, nb in files.items():
                path = fresh / f"{name}.ipynb"
                path.write_text(json.dumps(split_lines(nb), ensure_ascii=False), encoding="utf-8")
                os.chmod(path, 0o444)
            if stamp := _timestamp(submission.folder):
                (fresh / TIMESTAMP).write_text(stamp, encoding="ascii")
            if secret := _exchange_secret(submission.folder):
                (fresh / EXCHANGE_SECRET).write_bytes(secret)


def _unwritable(error: OperationalError) -> CourseError:
    return CourseError(
        f"The gradebook cannot be written: {error.orig}. What was graded is kept; close other programs that use the "
        "gradebook and run the same command again."
    )


def _exchange_secret(folder: Path) -> bytes:
    """What `nbgrader submit` put beside the notebook, by which `nbgrader release_feedback` addresses the feedback."""
    path = folder / EXCHANGE_SECRET
    if path.is_symlink() or not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(1000)


def _timestamp(folder: Path) -> str:
    """The time at which nbgrader collected the submission; empty if there is none that can be read."""
    path = folder / TIMESTAMP
    if path.is_symlink() or not path.is_file():
        return ""
    text = path.read_bytes()[:100].decode("ascii", errors="replace").strip()
    return text if is_time(text) else ""
