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
from coursekit.grading.run import needs
from coursekit.grading.run.notebook import Graded, grade_notebook
from coursekit.grading.run.sandbox import Connection, Server
from coursekit.grading.run.servers import isolation_is_asked_for
from coursekit.grading.run.stock import checked_exercise, is_stock_test
from coursekit.grading.seeds import seed
from coursekit.grading.submission.canonical import READING, is_own_cell
from coursekit.lessons.cells import grade_id, is_answer, nbgrader_part


@dataclass(frozen=True)
class Job:
    """A canonical copy, and the seeds of its draws.

    notebook: the canonical copy as JSON, so that a job can travel to another process or machine.
    seeds:    by exercise.
    isolated: False for a notebook that may run without a sandbox.
    """

    assignment: str
    name: str
    student: str
    notebook: str
    seeds: Mapping[str, int]
    isolated: bool = True

    @classmethod
    def of(cls, nb: NotebookNode, assignment: str, name: str, student: str, secret: bytes) -> Job:
        exercises = [exercise for cell in nb.cells if (exercise := checked_exercise(cell)) is not None]
        content = _written(nb)
        seeds = {exercise: seed(secret, assignment, exercise, student, content) for exercise in exercises}
        return cls(assignment, name, student, json.dumps(nb), seeds, isolation_is_asked_for())

    @functools.cached_property
    def parts(self) -> dict[str, str]:
        """All that a result depends on: the cells with their draws, the grader and its libraries, the isolation."""
        nb = json.loads(self.notebook)
        cells = [(cell["cell_type"], cell.get("id"), cell["source"], nbgrader_part(cell)) for cell in nb["cells"]]
        isolation = "sandbox" if self.isolated else "none"
        return {
            "notebook": _digest([cells, nb.get("metadata", {}).get(READING), sorted(self.seeds.items())]),
            "grader": grader_version(),
            "isolation": isolation,
        }

    @property
    def needs_torch(self) -> bool:
        """False if no cell says torch, so that a sandbox without it will do."""
        return needs.torch(cell["source"] for cell in json.loads(self.notebook)["cells"] if _is_code(cell))

    @property
    def checked(self) -> list[str]:
        """What is to be decided: the exercises, and nbgrader's own tests by the names of their cells."""
        cells = from_dict(json.loads(self.notebook)).cells
        return [*self.seeds, *(grade_id(cell) for cell in cells if is_stock_test(cell))]

    @functools.cached_property
    def key(self) -> str:
        """Hash of all that a result depends on."""
        return _digest(self.parts)

    def run(self, server: Server | Connection) -> Graded:
        return grade_notebook(from_dict(json.loads(self.notebook)), server, self.seeds.__getitem__)


def _is_code(cell: Mapping[str, str]) -> bool:
    return cell["cell_type"] == "code"


def _written(nb: NotebookNode) -> str:
    """Digest of what the student wrote in a canonical copy: answers, and cells of their own, in order."""
    cells = [cell for cell in nb.cells if is_answer(cell) or is_own_cell(cell)]
    return _digest([(cell.cell_type, grade_id(cell), cell.source) for cell in cells])


def _digest(data: object) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


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
