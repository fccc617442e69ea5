"""A course folder as nbgrader lays it out, and what students handed in there."""

from __future__ import annotations

import contextlib
import datetime
import os
import traceback
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url
from traitlets import TraitError
from traitlets.config import Config, PyFileConfigLoader

from coursekit.grading.failures import FAILED, trace
from coursekit.grading.seeds import course_secret
from coursekit.grading.submission import intake, names
from coursekit.grading.submission.canonical import canonical
from coursekit.grading.submission.handed_out import HandedOut
from coursekit.grading.submission.times import HandedIn, handed_in
from coursekit.grading.submission.withdrawn import withdrawn
from coursekit.lessons.cells import grade_id, is_answer, is_graded
from coursekit.told import Told


class CourseError(Told, ValueError):
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
    remarks:   what a person may want to know, and nothing depends on.
    when:      it was handed in.
    broken:    where the grader itself failed to read it, a traceback.
    nameless:  True if the folder's name cannot be a student's: there can be no row in the gradebook.
    """

    student: str
    folder: Path
    notebooks: dict[str, NotebookNode]
    problems: dict[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    when: HandedIn = HandedIn()
    broken: str = ""
    nameless: bool = False


class Course:
    """An nbgrader course: its configuration, its folders, its secret."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.config = _load(self.root)
        with configured(self.root):
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
        """Who handed something in, by name, and has not left the class."""
        gone = self.withdrawn
        return [name for name in self.handed_in(assignment) if name not in gone]

    @property
    def withdrawn(self) -> Collection[str]:
        """Who has left the class. Raises CourseError where that cannot be read, such as another teacher's record."""
        try:
            return withdrawn(self.root).keys()
        except OSError as error:
            raise CourseError(
                f"who has left the class cannot be read: {error.filename}: {(error.strerror or '').lower()}. Without "
                "it nothing is graded or told: make it readable for your account."
            ) from None

    def handed_in(self, assignment: str) -> dict[str, list[Path]]:
        """By student, the folder with what they handed in; two if both spell the same name."""
        place = self.folder("submitted", "x", assignment).parent.parent
        if not place.is_dir():
            raise self.nobody(assignment)
        there = names.by_student(entry for entry in place.iterdir() if os.path.lexists(entry / assignment))
        return {name: [entry / assignment for entry in entries] for name, entries in there.items()}

    def nobody(self, assignment: str) -> CourseError:
        """That nothing was handed in, and where it belongs: a course on a laptop has no exchange to collect from."""
        place = self.folder("submitted", "STUDENT", assignment)
        return CourseError(
            f"nobody has handed in {assignment}: notebooks belong into {place}. "
            f"Where students submit through an exchange, `nbgrader collect {assignment}` brings them there."
        )

    def submissions(self, assignment: str, students: list[str]) -> Iterator[Submission]:
        """Read and rebuild what each student handed in, one at a time."""
        released = {name: HandedOut(nb) for name, nb in self._with_tests(assignment).items()}
        expected = {name: nb.names for name, nb in released.items()}
        folders = self.handed_in(assignment) if students else {}
        for student in students:
            there = folders.get(student, [self.folder("submitted", student, assignment)])
            folder = there[0] if len(there) == 1 else max(there, key=self._last_change)
            if said := names.unusable(student):
                name = names.printable(student)
                yield Submission(name, folder, {}, dict.fromkeys(released, said), nameless=True)
                continue
            if folder.is_symlink() or not folder.is_dir():
                reason = "the folder is a link or missing: ask for the files themselves"
                yield Submission(student, folder, {}, dict.fromkeys(released, reason))
                continue
            try:
                read = intake.read_submission(folder, expected, released)
                remarks = (*read.remarks, *([_TWICE] if len(there) > 1 else []))
                copies = {name: canonical(released[name], nb, remarks) for name, nb in read.notebooks.items()}
                submission = Submission(student, folder, copies, dict(read.problems), remarks, self.when(folder))
            except Exception as error:  # of ours: the others are graded all the same
                submission = Submission(student, folder, {}, dict.fromkeys(released, FAILED), broken=trace(error))
            yield submission

    def when(self, folder: Path) -> HandedIn:
        """When a submission's folder was handed in."""
        return handed_in(folder, str(self.config.get("Exchange", {}).get("timezone", "")))

    def _last_change(self, folder: Path) -> tuple[bool, datetime.datetime, float]:
        """By which the later one of two folders is found: a time that was written down comes before one of a file."""
        if not folder.is_dir():
            return False, datetime.datetime.min, 0.0
        changed = [path.lstat().st_mtime for path in folder.glob("*") if intake.is_notebook(path.name)]
        return True, self.when(folder).time or datetime.datetime.min, max(changed, default=0.0)


_TWICE = "there are two folders of this name, with accents spelt in two ways (NFC and NFD); the later hand-in counts"


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


@contextlib.contextmanager
def configured(root: Path) -> Iterator[None]:
    """While it lasts, what nbgrader says of a value that it cannot take from the configuration is a CourseError."""
    try:
        yield
    except (TraitError, ImportError) as error:
        raise CourseError(f"{root / 'nbgrader_config.py'} sets a value that nbgrader cannot take: {error}") from None


def _line_in(path: Path, error: Exception) -> int | None:
    """The line of a file from which an error came."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == path]
    return lines[-1] if lines else None
