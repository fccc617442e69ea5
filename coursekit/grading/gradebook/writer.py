"""What `coursekit grade` leaves: rows of the gradebook, and the folders of notebooks that people look at.

`nbgrader autograde` leaves the same. Here no notebook is converted, so that a class is written in seconds.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import traceback
from dataclasses import dataclass, replace
from numbers import Real
from pathlib import Path
from types import SimpleNamespace, TracebackType

from nbformat import NotebookNode
from nbformat.v4.rwbase import split_lines
from nbgrader.preprocessors import AssignLatePenalties

from coursekit import atomic
from coursekit.grading import nodes
from coursekit.grading.failures import FAILED, is_of_the_disk
from coursekit.grading.gradebook.book import opened, writing
from coursekit.grading.gradebook.booked import Booked, booked, enrolled
from coursekit.grading.gradebook.decision import Decision, decided
from coursekit.grading.gradebook.fingerprint import Circumstances
from coursekit.grading.gradebook.lock import alone_on
from coursekit.grading.gradebook.presentation import present
from coursekit.grading.gradebook.rows import Entry, Rows, Stored
from coursekit.grading.run.notebook import Graded
from coursekit.grading.submission.canonical import unread
from coursekit.grading.submission.course import Course, CourseError, Submission, configured
from coursekit.grading.submission.times import TIMESTAMP, in_utc

EXCHANGE_SECRET = "submission_secret.txt"


@dataclass(frozen=True)
class _Student:
    """What is to be written for one student: by notebook, what was decided, and the file that people look at."""

    submission: Submission
    decisions: dict[str, Decision]
    files: dict[str, NotebookNode]


class Refused(Exception):
    """The gradebook has not taken the rows of one student; the cause says why."""

    def __init__(self, why: Exception) -> None:
        super().__init__(str(why))
        self.__cause__ = why


class LateRuleFailed(Exception):
    """The course's own rule for late work, a function of the teacher's, raises or gives no number."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"the course's own rule for late work {why}: mend it and grade again; the points are not written"
        )


class Writer:
    """Writes results into gradebook and autograded folder. Use it as a context manager, one at a time.

    What `write` was given is in the gradebook and the folder after `flush`, for each student all of it or nothing.
    """

    def __init__(self, course: Course, assignment: str) -> None:
        self.course, self.assignment = course, assignment
        self._late = late_penalties(course)
        self._released: dict[str, NotebookNode] = {}
        self._unwritten: dict[str, _Student] = {}

    def __enter__(self) -> Writer:
        with contextlib.ExitStack() as held:
            self._book, self._entry = held.enter_context(opened(self.course, self.assignment))
            held.enter_context(alone_on(self._book.engine, self.course.directory.course_id))
            with writing():
                self._rows = Rows(self._book.db, self._entry)
                self._decided = self._rows.decided()
                there = booked(self._book.db, self._entry, by_hand=True)
                names = enrolled(self._book.db)
            self.circumstances = Circumstances(self._entry, there, names, self._late.plugin_inst)
            self._held = held.pop_all()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._held.close()

    def booked(self, students: list[str]) -> dict[str, Booked]:
        """What the gradebook says now of these students."""
        self._book.db.expire_all()
        with writing():
            return booked(self._book.db, self._entry, [self._rows.id_of(student) for student in students])

    def has_files(self, submission: Submission) -> bool:
        """True if the notebooks that people look at are there."""
        place = self.course.folder("autograded", submission.student, self.assignment)
        return all((place / f"{name}.ipynb").is_file() for name in self._rows.notebooks)

    def known(self, student: str) -> bool:
        """True if the gradebook holds a submission of this student with every automatic score decided."""
        return student in self._decided

    def write(self, submission: Submission, results: dict[str, Graded]) -> None:
        """Take one student's results, and make the notebooks that people look at. `flush` writes both.

        What others were given survives if this raises.
        """
        self._unwritten[submission.student] = self._prepared(submission, results)

    def leave_to_a_person(self, submission: Submission) -> None:
        """`write`, where the grader itself has failed on the submission: a person decides."""
        self._unwritten[submission.student] = self._undecided(submission)

    def _undecided(self, submission: Submission) -> _Student:
        problems = submission.problems | dict.fromkeys(submission.notebooks, FAILED)
        return self._prepared(replace(submission, problems=problems), {})

    def _prepared(self, submission: Submission, results: dict[str, Graded]) -> _Student:
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
        return _Student(submission, decisions, files)

    def flush(self) -> dict[str, Exception]:
        """Make everything last that was given to `write`. Returns by student why rows (`Refused`) or notebooks could
        not be written; the rows of such a one are undecided, or as they were."""
        students, self._unwritten = list(self._unwritten.values()), {}
        lost: dict[str, Exception] = {}
        try:
            self._store(students)
        except CourseError:
            raise
        except Exception:  # over one of them, or another program has entered one meanwhile: each for itself
            self._book.db.rollback()
            students = [stored for student in students if (stored := self._stored_alone(student, lost))]
        for student in students:
            try:
                self._files(student.submission, student.files)
            except Exception as error:
                if is_of_the_disk(error):
                    raise
                lost.setdefault(student.submission.student, error)
        return lost

    def _stored_alone(self, student: _Student, lost: dict[str, Exception]) -> _Student | None:
        """What was stored in the end: undecided rows, if the gradebook refuses those that were meant.

        None if it refuses these, too: rows and notebooks stay as they were.
        """
        try:
            self._store([student])
            return student
        except CourseError:
            raise
        except Exception as error:
            self._book.db.rollback()
            lost[student.submission.student] = Refused(error)
        try:
            undecided = self._undecided(student.submission)
            self._store([undecided])
            return undecided
        except CourseError:
            raise
        except Exception:
            self._book.db.rollback()
            return None

    def _store(self, students: list[_Student]) -> None:
        """Rows of some students, all of them or none."""
        entries = [Entry(each.submission.student, each.submission.when.time, each.decisions) for each in students]
        with writing():
            if entries:
                self._penalise([stored for stored in self._rows.store(entries) if stored.late_s])
            self._book.db.commit()

    def _handed_out(self, name: str) -> NotebookNode:
        if not self._released:
            self._released = self.course.released(self.assignment)
        return self._released[name]

    def _penalise(self, late: list[Stored]) -> None:
        """What the course's late-penalty plug-in says, as nbgrader's own step asks it."""
        if not late:
            return
        scores, penalties = self._rows.scores(late), {}
        for one in late:
            for key in one.notebooks.values():
                score = scores[key]
                penalty = self._penalty(one, score)
                scored = SimpleNamespace(score=score)  # all that nbgrader's check reads of a submitted notebook
                penalties[key] = None if penalty is None else self._late._check_late_penalty(scored, penalty)
        self._rows.penalise(penalties)

    def _penalty(self, late: Stored, score: float) -> float | None:
        try:
            penalty = self._late.plugin_inst.late_submission_penalty(late.student, score, late.late_s)
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(last.filename).name}, line {last.lineno}"
            raise LateRuleFailed(f"failed ({where}: {type(error).__name__}: {error})") from error
        if penalty is None:
            return None
        if isinstance(penalty, bool) or not (isinstance(penalty, Real) and math.isfinite(penalty)):
            raise LateRuleFailed(f"gave {str(penalty)[:40]!r}, which is no number")
        if penalty < 0:  # nbgrader takes 0 for it
            raise LateRuleFailed(f"gave {float(penalty):g}, and what it gives is taken off, so it is 0 or more")
        return penalty

    def _files(self, submission: Submission, files: dict[str, NotebookNode]) -> None:
        """Replace the student's autograded folder in one step: formgrader never sees half of it."""
        place = self.course.folder("autograded", submission.student, self.assignment)
        place.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replaced_folder(place) as fresh:
            for name, nb in files.items():
                path = fresh / f"{name}.ipynb"
                path.write_text(_as_file(nb), encoding="utf-8")
                os.chmod(path, 0o444)
            if submission.when.time is not None:
                (fresh / TIMESTAMP).write_text(in_utc(submission.when.time), encoding="ascii")
            if secret := _exchange_secret(submission.folder):
                (fresh / EXCHANGE_SECRET).write_bytes(secret)


def _as_file(nb: NotebookNode) -> str:
    """A notebook as nbformat writes it, with lists of lines for texts. What has no outputs is split here: `split_lines`
    takes five times as long over it."""
    split_lines(nodes.notebook([cell for cell in nb.cells if cell.get("outputs") or "attachments" in cell]))
    for cell in nb.cells:
        if isinstance(source := cell["source"], str):
            cell["source"] = source.splitlines(True)
    return json.dumps(nb, ensure_ascii=False)


def late_penalties(course: Course) -> AssignLatePenalties:
    """nbgrader's step that takes points for lateness, with the plug-in that the course configures.

    Raises CourseError where it cannot be made."""
    with configured(course.root):
        step = AssignLatePenalties(config=course.config)
        step.init_plugin()
    return step


def _exchange_secret(folder: Path) -> bytes:
    """What `nbgrader submit` put beside the notebook, by which `nbgrader release_feedback` addresses the feedback."""
    path = folder / EXCHANGE_SECRET
    if path.is_symlink() or not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(1000)
