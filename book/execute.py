"""Running a lesson with its answers once, and again only if something that it used has changed."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import tempfile
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

import nbformat
from nbformat import NotebookNode

import coursekit
from coursekit.cli.results import results
from coursekit.cli.running import run_notebook
from coursekit.lessons import build_solution
from coursekit.lessons.tree import Lesson

TIMEOUT = 600
"""Seconds for one cell: enough for the slowest training on a busy machine."""

PACKAGE = Path(coursekit.__file__).resolve().parent

# Run after the last cell, and not part of the page: what the kernel has imported.
_WHAT_WAS_USED = """
import json as _json, sys as _sys
_ours = [_module for _name, _module in _sys.modules.items() if _name.partition(".")[0] == "coursekit"]
_files = [_module.__file__ for _module in _ours if getattr(_module, "__file__", None)]
print(_json.dumps({"files": _files, "imported": sorted({_name.partition(".")[0] for _name in _sys.modules})}))
"""


class BookError(RuntimeError):
    """Why there can be no book: a lesson that fails, a link that leads nowhere, a missing package."""


@dataclass(frozen=True)
class Used:
    """What the outputs of a lesson depend on.

    code:     digest of the lesson's code cells.
    data:     digest of everything in the package and in benchmarks/results that is no code.
    files:    digest of every file of coursekit that the lesson imported.
    versions: of every installed package that the lesson imported from, and of Python.
    """

    code: str
    data: str
    files: dict[str, str]
    versions: dict[str, str]


class _NoDisplay(AbstractContextManager):
    def at(self, cell: int) -> None:
        """Nobody is told; a line per lesson is enough."""

    def __exit__(self, *_: object) -> None:
        return None


def executed(lesson: Lesson, store: Path) -> tuple[NotebookNode, bool]:
    """The lesson's notebook with answers and outputs, and whether it had to be run for that.

    store: the folder that keeps outputs from one build to the next.
    The notebook's metadata.used says what the outputs depend on, as in `Used`.
    Raises BookError if a cell fails or a check does not pass.
    """
    notebook = build_solution(lesson.text)
    kept = store / f"{lesson.text.stem}.ipynb"
    if kept.is_file() and _still_true(kept, notebook, lesson.root):
        return _with_outputs(notebook, nbformat.read(kept, as_version=4)), False
    notebook.metadata["used"] = asdict(_run(notebook, lesson))
    store.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(".partial")
    nbformat.write(notebook, partial)
    os.replace(partial, kept)
    return notebook, True


def _run(notebook: NotebookNode, lesson: Lesson) -> Used:
    """Put the outputs into a notebook; say what they depend on."""
    name = lesson.text.stem
    notebook.cells.append(nbformat.v4.new_code_cell(_WHAT_WAS_USED))
    with tempfile.TemporaryDirectory(prefix="coursekit-book-") as folder:
        outcome = run_notebook(notebook, Path(folder), TIMEOUT, lambda cells: _NoDisplay())
        for cell in notebook.cells[:-1]:
            if "outputs" in cell:
                cell.outputs = _without_folder(cell.outputs, Path(folder).resolve())
    last = notebook.cells.pop()
    if outcome.stopped:
        raise BookError(f"{name}: {outcome.stopped}")
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                raise BookError(f"{name}: the cell\n{cell.source}\nraised {output.ename}: {output.evalue}")
    for result in results(notebook, outcome):
        if not result.passed:
            raise BookError(f"{name}: the lesson's own answer to {result.exercise} does not pass:\n{result.text}")
    seen = json.loads("".join(output.text for output in last.outputs if output.get("name") == "stdout"))
    files = {_short(file): _digest(Path(file).read_bytes()) for file in seen["files"]}
    return Used(_code(notebook), _data(lesson.root), dict(sorted(files.items())), _versions(seen["imported"]))


def _without_folder(outputs: list[NotebookNode], folder: Path) -> list[NotebookNode]:
    """Outputs that name the folder of the run: it is gone afterwards, and no reader has one of that name."""
    written, named = json.dumps(outputs), json.dumps(str(folder))[1:-1]
    return nbformat.from_dict(json.loads(written.replace(named, "the folder of the notebook")))


def _still_true(kept: Path, notebook: NotebookNode, root: Path) -> bool:
    """Whether a run with these outputs would see the same code, data and versions as the one that was kept."""
    try:
        before = Used(**nbformat.read(kept, as_version=4).metadata["used"])
    except (KeyError, TypeError, ValueError):  # made by an older book, or half a file
        return False
    if before.code != _code(notebook) or before.data != _data(root):
        return False
    here = {name: PACKAGE.parent / name for name in before.files}
    if any(not path.is_file() or _digest(path.read_bytes()) != before.files[name] for name, path in here.items()):
        return False
    return all(_version(name) == version for name, version in before.versions.items())


def _with_outputs(notebook: NotebookNode, kept: NotebookNode) -> NotebookNode:
    """A fresh notebook, whose texts may be new, with the outputs of cells that are the same."""
    ran = (cell for cell in kept.cells if cell.cell_type == "code")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            before = next(ran)
            cell.outputs, cell.execution_count = before.outputs, before.execution_count
    notebook.metadata["used"] = kept.metadata["used"]
    return notebook


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _short(file: str) -> str:
    return Path(file).resolve().relative_to(PACKAGE.parent).as_posix()


def _code(notebook: NotebookNode) -> str:
    return _digest(json.dumps([cell.source for cell in notebook.cells if cell.cell_type == "code"]).encode())


def _data(root: Path) -> str:
    """The recorded runs and the data files: lessons open them, which sys.modules does not tell."""
    folders = (PACKAGE, root / "benchmarks" / "results")
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    known = sorted(path for path in files if path.suffix not in (".py", ".pyc") and "__pycache__" not in path.parts)
    return _digest(b"".join(path.name.encode() + path.read_bytes() for path in known))


def _versions(imported: list[str]) -> dict[str, str]:
    owners = metadata.packages_distributions()
    names = {owner for top in imported for owner in owners.get(top, ()) if owner != "coursekit"}
    return {name: _version(name) for name in ("Python", *sorted(names))}


def _version(name: str) -> str:
    if name == "Python":
        return platform.python_version()
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"
