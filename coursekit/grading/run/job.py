"""One notebook of one student, ready to be graded anywhere: plain data, and a key that says when a result holds."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from nbformat import NotebookNode, from_dict

import coursekit
from coursekit.checking import registry
from coursekit.grading.run.notebook import Graded, grade_notebook
from coursekit.grading.run.sandbox import Connection, Server
from coursekit.grading.run.stock import is_stock_test
from coursekit.grading.seeds import seed
from coursekit.grading.submission.canonical import READING
from coursekit.lessons.cells import exercise_of, grade_id, nbgrader_part


@dataclass(frozen=True)
class Job:
    """A canonical copy, and the seeds of its draws.

    notebook: the canonical copy as JSON, so that a job can travel to another process or machine.
    seeds:    by exercise.
    """

    assignment: str
    name: str
    student: str
    notebook: str
    seeds: Mapping[str, int]

    @classmethod
    def of(cls, nb: NotebookNode, assignment: str, name: str, student: str, secret: bytes) -> Job:
        checks = [cell for cell in nb.cells if not is_stock_test(cell)]
        exercises = [exercise for cell in checks if (exercise := exercise_of(cell)) is not None]
        seeds = {exercise: seed(secret, assignment, exercise, student) for exercise in exercises}
        return cls(assignment, name, student, json.dumps(nb), seeds)

    @property
    def checked(self) -> list[str]:
        """What is to be decided: the exercises, and nbgrader's own tests by the names of their cells."""
        cells = from_dict(json.loads(self.notebook)).cells
        return [*self.seeds, *(grade_id(cell) for cell in cells if is_stock_test(cell))]

    @property
    def key(self) -> str:
        """Hash of all that a result depends on: the cells, the draws, the grader and the libraries."""
        nb = json.loads(self.notebook)
        cells = [(cell["cell_type"], cell.get("id"), cell["source"], nbgrader_part(cell)) for cell in nb["cells"]]
        content = json.dumps(
            [cells, nb["metadata"].get(READING), sorted(self.seeds.items()), grader_version()], sort_keys=True
        )
        return hashlib.sha256(content.encode()).hexdigest()

    def run(self, server: Server | Connection) -> Graded:
        return grade_notebook(from_dict(json.loads(self.notebook)), server, self.seeds.__getitem__)


@functools.cache
def grader_version() -> str:
    """Hash of the code that grades and of the libraries it stands on: a result of another version is not reused.

    It covers every file of the package. A right answer may lie anywhere in it, and so may what an answer is drawn from.
    """
    package = Path(coursekit.__file__).resolve().parent
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    for place in registry.installed_files():
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    for library in ("numpy", "torch", "ipython"):
        try:
            digest.update(f"{library} {version(library)}".encode())
        except PackageNotFoundError:
            continue
    return digest.hexdigest()
