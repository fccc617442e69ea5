"""The one writer of nbgrader's gradebook: the same rows and files as `nbgrader autograde` leaves, without a notebook
being converted, so that a class is written in seconds."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType

import nbformat
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry, SubmittedNotebook
from nbgrader.preprocessors import AssignLatePenalties

from coursekit.grading.canonical import unread
from coursekit.grading.course import Course, CourseError, Submission
from coursekit.grading.nbgrader.presentation import first_answer, flag_comment, points, present
from coursekit.grading.trusted import Graded


class Writer:
    """Writes results into gradebook and autograded folder. Use it as a context manager, one at a time."""

    def __init__(self, course: Course, assignment: str) -> None:
        self.course, self.assignment = course, assignment
        self._book = Gradebook(course.db_url, course.directory.course_id)
        self._late = AssignLatePenalties(config=course.config)
        self._late.init_plugin()

    def __enter__(self) -> Writer:
        try:
            self._book.find_assignment(self.assignment)
        except MissingEntry:
            self._book.close()
            raise CourseError(
                f"The gradebook does not know {self.assignment!r}: run `nbgrader generate_assignment "
                f"{self.assignment} --force`."
            ) from None
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._book.close()

    def known(self, student: str) -> bool:
        """True if the gradebook holds a submission of this student with every automatic score decided."""
        try:
            submission = self._book.find_submission(self.assignment, student)
        except MissingEntry:
            return False
        return all(g.auto_score is not None or g.cell.cell_type != "code" for n in submission.notebooks for g in n.grades)

    def write(self, submission: Submission, results: dict[str, Graded]) -> None:
        """Store one student's results, all or nothing, and the notebooks that people look at."""
        book, student = self._book, submission.student
        book.update_or_create_student(student)
        stamp = _timestamp(submission.folder)
        row = book.update_or_create_submission(self.assignment, student, **({"timestamp": stamp} if stamp else {}))
        files: dict[str, NotebookNode] = {}
        released = self.course.released(self.assignment) if submission.problems else {}
        for notebook in row.notebooks:
            graded = results.get(notebook.name)
            if graded is not None:
                nb = submission.notebooks[notebook.name]
                _score(notebook, nb, graded)
                files[notebook.name] = present(nb, graded)
            else:
                reason = submission.problems.get(notebook.name, "it was not graded")
                _quarantine(notebook)
                if notebook.name in released:
                    files[notebook.name] = unread(released[notebook.name], reason)
        book.db.flush()
        for notebook in row.notebooks:
            notebook.late_submission_penalty = self._penalty(row.total_seconds_late, student, notebook)
        book.db.commit()
        self._files(submission, files)

    def _penalty(self, seconds: float, student: str, notebook: SubmittedNotebook) -> float | None:
        if seconds <= 0:
            return None
        penalty = self._late.plugin_inst.late_submission_penalty(student, notebook.score, seconds)
        return None if penalty is None else self._late._check_late_penalty(notebook, penalty)

    def _files(self, submission: Submission, files: dict[str, NotebookNode]) -> None:
        """Replace the student's autograded folder in one step: formgrader never sees half of it."""
        place = self.course.folder("autograded", submission.student, self.assignment)
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=place.parent, prefix=".new-"))
        os.chmod(fresh, 0o755)
        for name, nb in files.items():
            nbformat.write(nb, fresh / f"{name}.ipynb")
            os.chmod(fresh / f"{name}.ipynb", 0o444)
        stamp = _timestamp(submission.folder)
        if stamp:
            (fresh / "timestamp.txt").write_text(stamp, encoding="ascii", errors="replace")
        if place.exists():
            old = fresh.with_name(fresh.name.replace(".new-", ".old-"))
            os.replace(place, old)
            os.replace(fresh, place)
            shutil.rmtree(old)
        else:
            os.replace(fresh, place)


def _score(notebook: SubmittedNotebook, nb: NotebookNode, graded: Graded) -> None:
    cells = {cell.metadata["nbgrader"]["grade_id"]: cell for cell in nb.cells if "nbgrader" in cell.metadata}
    for grade in notebook.grades:
        cell = cells.get(grade.name)
        if cell is None:
            grade.auto_score, grade.needs_manual_grade = None, True
            continue
        checked = cell.cell_type == "code" and not utils.is_solution(cell)
        grade.auto_score = points(cell, graded) if checked else utils.determine_grade(cell)[0]
        grade.needs_manual_grade = grade.auto_score is None or grade.manual_score is not None
    for comment in notebook.comments:
        cell = cells.get(comment.name)
        untouched = cell is not None and cell.metadata["nbgrader"].get("checksum") == utils.compute_checksum(cell)
        comment.auto_comment = "No response." if untouched else None
        if graded.flags and not untouched and comment.name == first_answer(graded):
            comment.auto_comment = flag_comment(graded.flags)


def _quarantine(notebook: SubmittedNotebook) -> None:
    """Nothing to grade: a person decides, and sees the reason in the notebook. Manual scores stay."""
    for grade in notebook.grades:
        grade.auto_score, grade.needs_manual_grade = None, True


def _timestamp(folder: Path) -> str:
    """The time at which nbgrader collected the submission; empty if there is none that can be read."""
    path = folder / "timestamp.txt"
    if path.is_symlink() or not path.is_file():
        return ""
    text = path.read_bytes()[:100].decode("ascii", errors="replace").strip()
    try:
        utils.parse_utc(text)
    except Exception:  # dateutil raises many kinds for what is not a time
        return ""
    return text
