"""What nbgrader reads of a submission, made safe before its own code opens anything."""

from __future__ import annotations

import contextlib
import functools
import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from sqlalchemy import create_engine
from traitlets.log import get_logger

from coursekit.grading import nodes
from coursekit.grading.gradebook.lock import alone_in, alone_on
from coursekit.grading.gradebook.places import RESULTS
from coursekit.grading.submission import intake
from coursekit.grading.submission.course import Course, CourseError
from coursekit.grading.submission.quarantine import MAX_ENTRIES, REASONS, note, place_of, set_aside, shown

UNREAD = "coursekit_unread"
"""Key under which the reason travels why a notebook could not be read: first in resources, then in its metadata."""

REMARKS = "coursekit_remarks"
"""Key in resources: what there is to say about how a notebook was read."""


class SafeExporter(NotebookExporter):
    """Reads what was handed in without believing it. What cannot be read becomes an empty notebook with a reason,
    where nbgrader would lose the submission."""

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[str | NotebookNode, dict[str, Any]]:
        if not self.parent._sanitizing:  # the second half of autograding reads what the first has written
            with beside_no_grader():
                return super().from_filename(filename, resources, **options)
        resources = {} if resources is None else resources
        nb, problem, resources[REMARKS] = _read(Path(filename))
        if problem:
            resources[UNREAD] = problem
        return self.from_notebook_node(nb, resources, **options)


@contextlib.contextmanager
def beside_no_grader() -> Iterator[None]:
    """While rows are written, `coursekit grade` is not at work. Raises CourseError if it is."""
    course = Course(Path.cwd())
    with alone_in(course.root / RESULTS, autograde=True), contextlib.ExitStack() as held:
        if not course.db_url.startswith("sqlite"):
            engine = create_engine(course.db_url)
            held.callback(engine.dispose)
            held.enter_context(alone_on(engine, course.directory.course_id, autograde=True))
        yield


def _read(path: Path) -> tuple[NotebookNode, str, tuple[str, ...]]:
    """A notebook that was handed in, or one in its folder that holds its answers; why it could not be read; remarks."""
    course, folder = Course(Path.cwd()), path.parent
    state = _state(folder), _state(course.folder("release", ".", folder.name))
    read = _submission(course.root, folder, state)
    problem = read.problems.get(path.stem, "")
    return read.notebooks.get(path.stem, nodes.notebook([])), problem, read.remarks


@functools.lru_cache(maxsize=1)  # nbgrader asks for one notebook of a folder after the other
def _submission(root: Path, folder: Path, state: tuple[frozenset[Any], ...]) -> intake.Intake:
    """All that a folder holds. state: of what it is read from; if that changes, it is read anew."""
    released = Course(root).released(folder.name)
    expected = {name: intake.grade_ids(nb) for name, nb in released.items()}
    return intake.read_submission(folder, expected, released)


def _state(folder: Path) -> frozenset[Any]:
    """What tells two states of a folder apart, without a look into its files."""
    found = itertools.islice(folder.rglob("*"), MAX_ENTRIES)
    status = ((path, path.lstat()) for path in found)
    return frozenset((path, each.st_ino, each.st_size, each.st_ctime_ns) for path, each in status)


def prepare(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's hook before a submission is converted; nbgrader calls it in the course's folder.

    Links, special files and times that are none are set aside, so that nbgrader does not copy what they point to, and
    a notebook under another name is found. Where `coursekit grade` is at work, the run ends here, with a sentence.

    notebooks: the paths that nbgrader will convert, changed in place. The other two are what was typed, which may be
               "*".
    """
    try:
        with beside_no_grader():
            pass
    except CourseError as error:  # nbgrader passes over what a hook raises, except this
        raise SystemExit(f"nbgrader autograde: {error}") from None
    folder = Path(notebooks[0]).parent
    course = Course(Path.cwd())
    assignment, student = folder.name, folder.parent.name
    expected = {path.stem for path in course.folder("release", ".", assignment).glob("*.ipynb")}
    if expected - {Path(path).stem for path in notebooks}:
        _find_renamed(course, assignment, folder, notebooks)
    _say_who_is_left_out(course.root, assignment)
    place = place_of(course.root, assignment, student)
    set_aside(folder, place, course.when(folder), keep={Path(path) for path in notebooks})


@functools.cache  # once a run: nbgrader calls the hook for every submission
def _say_who_is_left_out(root: Path, assignment: str) -> None:
    """nbgrader passes over a folder without a notebook, and its gradebook then says nothing of the student."""
    course = Course(root)
    for student, folders in course.handed_in(assignment).items():
        if not any(path for folder in folders for path in folder.glob("*.ipynb")):
            place = place_of(course.root, assignment, student)
            note(place, ["no notebook was handed in, so `nbgrader autograde` left this submission out"])
            get_logger().warning(
                "%s handed in no notebook and is NOT in the gradebook (see %s); `coursekit grade` lists such students",
                shown(student),
                place / REASONS,
            )


def _find_renamed(course: Course, assignment: str, folder: Path, notebooks: list[str]) -> None:
    released = course.released(assignment)
    names = {name: intake.grade_ids(nb) for name, nb in released.items()}
    for name, found in intake.read_submission(folder, names, released).renamed.items():
        if not (folder / f"{name}.ipynb").exists():
            shutil.copyfile(folder / found, folder / f"{name}.ipynb", follow_symlinks=False)
            notebooks.append(str(folder / f"{name}.ipynb"))
