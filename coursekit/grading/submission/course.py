"""A course folder as nbgrader lays it out, and what students handed in there."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url
from traitlets.config import Config, PyFileConfigLoader

from coursekit.grading.failures import FAILED, trace
from coursekit.grading.seeds import course_secret
from coursekit.grading.submission import intake
from coursekit.grading.submission.canonical import canonical
from coursekit.lessons.cells import grade_id, is_answer, is_graded


class CourseError(ValueError):
    """The course cannot be graded as it is; the message says what to do."""


def unknown_to_gradebook(assignment: str) -> CourseError:
    """The error where an assignment was handed out but never entered."""
    command = f"nbgrader generate_assignment {assignment} --force"
    return CourseError(f"the gradebook does not know {assignment!r}: run `{command}`.")


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment, rebuilt on what was handed out.

    notebooks: canonical copies by name.
    problems:  by name, why a notebook could not be read.
    broken:    where the grader itself failed to read it, a traceback.
    """

    student: str
    folder: Path
    notebooks: dict[str, NotebookNode]
    problems: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    broken: str = ""


class Course:
    """An nbgrader course: its configuration, its folders, its secret."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.config = _load(self.root)
        self.directory = CourseDirectory(config=self.config)
        self.directory.root = str(self.root)
        self.db_url = _absolute(self.directory.db_url, self.root)

    @property
    def secret(self) -> bytes:
        try:
            return course_secret(self.root)
        except ValueError as damaged:
            raise CourseError(str(damaged)) from None

    def folder(self, step: str, student: str, assignment: str) -> Path:
        """The folder of a step: "source", "release", "submitted", "autograded" or "feedback"."""
        relative = self.directory.format_path(getattr(self.directory, f"{step}_directory"), student, assignment)
        return self.root / relative

    def released(self, assignment: str) -> dict[str, NotebookNode]:
        """The notebooks of an assignment as they were handed out, by name."""
        folder = self.folder("release", ".", assignment)
        found = {path.stem: _read(path) for path in sorted(folder.glob("*.ipynb"))}
        if not found:
            known = sorted(p.parent.name for p in self.folder("release", ".", "x").parent.glob("*/*.ipynb"))
            hint = f" Handed out are: {', '.join(known)}." if known else " Run `nbgrader generate_assignment` first."
            raise CourseError(f"there is no released assignment called {assignment!r} in {folder.parent}.{hint}")
        return found

    def _with_tests(self, assignment: str) -> dict[str, NotebookNode]:
        """The released notebooks with nbgrader's own tests as the gradebook has them, hidden ones included."""
        released = self.released(assignment)
        with Gradebook(self.db_url, self.directory.course_id) as book:
            try:
                entries = book.find_assignment(assignment).notebooks
            except MissingEntry:
                return released
            sources = {(nb.name, cell.name): cell.source for nb in entries for cell in nb.source_cells if cell.locked}
        for name, nb in released.items():
            for cell in nb.cells:
                if is_graded(cell) and not is_answer(cell) and cell.cell_type == "code":
                    cell.source = sources.get((name, grade_id(cell)), cell.source)
        return released

    def students(self, assignment: str) -> list[str]:
        """Who handed something in, by name."""
        place = self.folder("submitted", "x", assignment).parent.parent
        if not place.is_dir():
            raise CourseError(f"{place} does not exist: collect submissions first (`nbgrader collect {assignment}`).")
        handed_in = (entry.name for entry in place.iterdir() if os.path.lexists(entry / assignment))
        return sorted(name for name in handed_in if not name.startswith("."))

    def submissions(self, assignment: str, students: list[str]) -> Iterator[Submission]:
        """Read and rebuild what each student handed in, one at a time."""
        released = self._with_tests(assignment)
        expected = {name: intake.grade_ids(nb) for name, nb in released.items()}
        for student in students:
            folder = self.folder("submitted", student, assignment)
            if folder.is_symlink() or not folder.is_dir():
                reason = "the folder is a link or missing"
                yield Submission(student, folder, {}, dict.fromkeys(released, reason))
                continue
            try:
                read = intake.read_submission(folder, expected, released)
                copies = {name: canonical(released[name], nb, read.remarks) for name, nb in read.notebooks.items()}
                submission = Submission(student, folder, copies, dict(read.problems), read.remarks)
            except Exception as error:  # of ours: the others are graded all the same
                submission = Submission(student, folder, {}, dict.fromkeys(released, FAILED), broken=trace(error))
            yield submission


def _read(path: Path) -> NotebookNode:
    try:
        return nbformat.read(path, as_version=4)
    except (ValueError, nbformat.ValidationError):  # not JSON, or not a notebook
        raise CourseError(f"{path} is no notebook any more: run `nbgrader generate_assignment {path.stem}`.") from None


def _absolute(db_url: str, root: Path) -> str:
    """nbgrader reads a relative SQLite path from the course's folder, wherever the command was typed."""
    url = make_url(db_url)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return db_url
    return url.set(database=str(root / url.database)).render_as_string(hide_password=False)


def _load(root: Path) -> Config:
    """The course's nbgrader_config.py."""
    path = root / "nbgrader_config.py"
    if not path.is_file():
        raise CourseError(
            f"{root} is no nbgrader course: there is no nbgrader_config.py. Change to the course's folder, or name it "
            "with --course."
        )
    try:
        return PyFileConfigLoader(path.name, path=str(root)).load_config()
    except Exception as error:  # it is a program, written by a person
        line = error.lineno if isinstance(error, SyntaxError) else _line_in(path, error)
        said = f"{type(error).__name__}: {error}"
        raise CourseError(f"{path}{f', line {line}' if line else ''}, cannot be read: {said}") from None


def _line_in(path: Path, error: Exception) -> int | None:
    """The line of a file from which an error came."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == path]
    return lines[-1] if lines else None
