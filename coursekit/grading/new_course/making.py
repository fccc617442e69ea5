"""Making the folder of a new course, by nbgrader's own steps. It is made whole or not at all."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI

from coursekit.grading.demo import hand_in
from coursekit.grading.demo import names as invented_names
from coursekit.grading.new_course import files
from coursekit.grading.new_course.plan import Assignment, Plan, PlanError
from coursekit.grading.submission.course import Course
from coursekit.lessons import LessonError, build_solution
from coursekit.lessons.cells import is_graded, points


def make(plan: Plan, told: Callable[[str], None] = lambda name: None) -> list[Assignment]:
    """Make the course; `told` hears the name of each assignment before it is made.

    Raises PlanError if the folder holds something or a lesson cannot be built, OSError if it cannot be written. In
    both cases nothing is left behind.
    """
    _refuse_content(plan.folder)
    with _all_or_nothing(plan.folder):
        (plan.folder / "nbgrader_config.py").write_text(files.configuration(plan), encoding="utf-8")
        (plan.folder / ".gitignore").write_text(files.IGNORED, encoding="utf-8")
        course = Course(plan.folder)
        api = NbGraderAPI(course.directory, config=course.config)
        made = []
        for name, text in plan.texts.items():
            told(name)
            made.append(_assignment(plan, course, api, name, text))
        with Gradebook(course.db_url, plan.course_id) as book:
            for name in invented_names(plan.demo):
                book.update_or_create_student(name, first_name=name.capitalize(), last_name="(invented)")
            for person in plan.people:
                fields = {key: value for key, value in asdict(person).items() if value and key != "id"}
                book.update_or_create_student(person.id, **fields)
        (plan.folder / "README.md").write_text(files.readme(plan, made), encoding="utf-8")
    return made


def _assignment(plan: Plan, course: Course, api: NbGraderAPI, name: str, text: Path) -> Assignment:
    """Source, release and gradebook entry of one lesson, and submissions if they were asked for."""
    solution = nbformat.read(add_source(course, name, text), as_version=4)
    graded = [cell for cell in solution.cells if is_graded(cell)]
    _generate(api, name)
    due = plan.due.get(name)
    if due is not None:
        with Gradebook(course.db_url, plan.course_id) as book:
            book.update_or_create_assignment(name, duedate=f"{due.astimezone(datetime.UTC):%Y-%m-%d %H:%M:%S} UTC")
    people = _demo(plan, course, name, solution) if plan.demo else []
    most = sum(map(points, graded))
    return Assignment(name, len(graded), most, due, len(people))


def add_source(course: Course, name: str, text: Path) -> Path:
    """Write the notebook of a lesson, answers included, where nbgrader looks for an assignment of this name.

    Raises PlanError if the text breaks the conventions of lessons or asks for nothing that is graded.
    """
    try:
        solution = build_solution(text)
    except LessonError as error:
        raise PlanError(str(error)) from None
    if not any(map(is_graded, solution.cells)):
        raise PlanError(f"{text} has no exercise that is graded, so it makes no assignment.")
    path = course.folder("source", ".", name) / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(solution, path)
    return path


def _generate(api: NbGraderAPI, name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # nbgrader builds its rows outside of the session, which SQLAlchemy tells
        done = api.generate_assignment(name)
    if not done["success"]:
        raise PlanError(f"nbgrader could not make {name}: {_cause(done.get('log') or done.get('error') or '')}.")


def _cause(log: str) -> str:
    """The error that a log of nbgrader reports: the last line of its traceback, and not the remarks after it."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"[\w.]+(Error|Exception|Failure)\b", line)]
    return (errors or lines or ["it did not say why, and `coursekit doctor` may"])[-1].rstrip(".")


def _demo(plan: Plan, course: Course, name: str, solution: NotebookNode) -> list[str]:
    submitted = course.folder("submitted", "x", name).parent.parent
    released, due = course.released(name)[name], plan.due.get(name)
    return hand_in(submitted, name, released, solution, plan.demo, due, pairs=plan.copies)


def _refuse_content(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise PlanError(f"{folder} is a file. Name a folder, which is made if need be.")
    if folder.is_dir() and any(folder.iterdir()):
        raise PlanError(f"{folder} is not empty, and nothing there is touched. Name a new folder.")


@contextmanager
def _all_or_nothing(folder: Path) -> Iterator[None]:
    """Make a folder, and take it away again, or empty it if it was there, when the work in it fails."""
    existed = folder.is_dir()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # names, points and answers are the teacher's alone
    try:
        yield
    except BaseException:
        for entry in folder.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink()
        if not existed:
            os.rmdir(folder)
        raise
