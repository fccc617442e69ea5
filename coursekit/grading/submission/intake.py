"""Read what a stranger handed in, without believing anything it says.

A folder comes in; notebooks by their expected names come out, or a sentence that says why one did not. Nothing here
raises for what a submission holds: a problem is data, so that one submission cannot end a batch or get lost in it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from coursekit.grading import nodes
from coursekit.grading.bounds import Bounds, Exceeded
from coursekit.grading.submission.copies import answered
from coursekit.grading.submission.elsewhere import is_untouched
from coursekit.grading.submission.handed_out import HandedOut
from coursekit.grading.submission.versions import newest, versions
from coursekit.lessons import notebook_file
from coursekit.lessons.cells import grade_id
from coursekit.lessons.notebook_file import Refused

_MAX_FILES = 1000

_ENDING = re.compile(r"\.ipynb(\.txt|\.json)?$", re.IGNORECASE)
"""Browsers put their own ending behind a notebook's, and programs of Windows write large letters."""

Given = NotebookNode | HandedOut
"""A notebook as it was handed out."""


@dataclass(frozen=True)
class Intake:
    """What one submission folder holds.

    notebooks: the notebooks that could be read, by the name that the assignment expects.
    problems:  by expected name, a sentence on why a notebook could not be read.
    remarks:   what a person may want to know ("found under another name"), never a reason to take points.
    renamed:   by expected name, the file name under which a notebook was found.
    """

    notebooks: Mapping[str, NotebookNode]
    problems: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)


def read_submission(
    folder: Path, expected: Mapping[str, frozenset[str]], released: Mapping[str, Given] | None = None
) -> Intake:
    """Read a submission folder.

    folder:   one student's files for one assignment.
    expected: names of the assignment's notebooks (without .ipynb), each with the grade_ids of its cells, by which
              a renamed notebook is recognised.
    released: the notebooks as they were handed out, by which one that nobody has touched is recognised.
    """
    notebooks: dict[str, NotebookNode] = {}
    problems: dict[str, str] = {}
    remarks: list[str] = []
    renamed: dict[str, str] = {}
    candidates = _notebook_files(folder, remarks)
    given = {name: HandedOut.of(nb) for name, nb in (released or {}).items()}
    for name in expected:
        path = candidates.pop(f"{name}.ipynb", None)
        if path is None:
            continue
        uploads = {file: candidates[file] for file in versions(name, candidates) if Path(file).stem not in expected}
        path = latest(path, uploads.values(), expected[name], given.get(name), remarks)
        try:
            notebooks[name] = read_notebook(path)
        except Refused as reason:
            problems[name] = f"{path.name} {reason}"
        if name in problems or not _untouched(notebooks[name], given.get(name)):
            for file in uploads:
                del candidates[file]
    for name in expected:
        there = notebooks.get(name)
        if name in problems or there is not None and not _untouched(there, given.get(name)):
            continue
        alike = _alike(candidates, expected[name])
        found = (answered(alike, given[name]) if name in given else {}) or (alike if there is None else {})
        found = _one_upload(name, found, candidates)
        if len(found) == 1:
            [(renamed[name], notebooks[name])] = found.items()
            why = "was found under the name" if there is None else "is as it was handed out, and what was read is"
            remarks.append(f"{name}.ipynb {why} {renamed[name]!r}")
            del candidates[renamed[name]]
        elif there is None:
            problems[name] = f"{name}.ipynb was not handed in"
        elif found:
            del notebooks[name]
            problems[name] = f"{name}.ipynb is as it was handed out, and several others hold answers: {_names(found)}"
    return Intake(notebooks, problems, tuple(remarks), renamed)


def _untouched(nb: NotebookNode, given: Given | None) -> bool:
    return given is not None and is_untouched(given, nb)


def _one_upload(
    name: str, found: Mapping[str, NotebookNode], candidates: Mapping[str, Path]
) -> Mapping[str, NotebookNode]:
    """Of several uploads of one notebook the newest; anything else as it is."""
    if len(found) < 2 or not set(found) <= set(versions(name, candidates)):
        return found
    first, *others = (candidates[file] for file in found)
    chosen = newest(first, others).name
    return {chosen: found[chosen]}


def latest(
    path: Path, uploads: Iterable[Path], wanted: frozenset[str], given: Given | None, remarks: list[str]
) -> Path:
    """The newest of a notebook and later uploads of it that can be read, hold its cells and were worked on.

    A remark says which. given: the notebook as it was handed out.
    """
    others = []
    for other in uploads:
        try:
            nb = read_notebook(other)
            if wanted and len(grade_ids(nb) & wanted) > len(wanted) / 2 and not _untouched(nb, given):
                others.append(other)
        except Refused as reason:
            remarks.append(f"{path.name} counts, because {other.name} {str(reason).rstrip('.')}")
    chosen = newest(path, others)
    if others:
        older = ", ".join(sorted(p.name for p in (path, *others) if p != chosen))
        remarks.append(f"{chosen.name} counts: it is the newest of several, and {older} was not graded")
    return chosen


def read_notebook(path: Path) -> NotebookNode:
    """One notebook file as version 4; refuses links, special files, files over the limit and what is no notebook."""
    try:
        with Bounds().step():
            return nodes.notebook(list(map(_cell, notebook_file.read_cells(path))))
    except FileNotFoundError:
        raise Refused("is not there: check its name") from None
    except IsADirectoryError:
        raise Refused("is a folder: take the notebook in it") from None
    except OSError as error:
        raise Refused(f"cannot be opened ({error.strerror}): check its permissions") from None
    except Exceeded:
        raise Refused("takes too much time or memory to read; clear its outputs and hand it in again") from None


def is_notebook(name: str) -> bool:
    """Whether a file that was handed in is a notebook, by its name."""
    return _ENDING.search(name) is not None


def _notebook_files(folder: Path, remarks: list[str]) -> dict[str, Path]:
    """Notebook files at the top of a folder; links and special files are left out and said."""
    found: dict[str, Path] = {}
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)[:_MAX_FILES]
    except OSError as error:
        remarks.append(f"the folder cannot be read ({error.strerror}): check its permissions")
        return found
    for entry in entries:
        if not is_notebook(entry.name):
            continue
        if entry.is_symlink() or not entry.is_file(follow_symlinks=False):
            remarks.append(f"{entry.name[:100]!r} is not a plain file and was not read: ask for the notebook itself")
            continue
        found[entry.name] = Path(entry.path)
    return found


def repaired(nb: Mapping[str, Any]) -> NotebookNode:
    """A new notebook with the cells' sources and grade_ids and nothing else; what is no cell is dropped.

    Raises Refused if there are no cells to read.
    """
    return nodes.notebook(list(map(_cell, notebook_file.cells_of(nb))))


def _cell(cell: Mapping[str, Any]) -> NotebookNode:
    """Which cell of the assignment this claims to be is all that is taken over beside the source."""
    name = grade_id(cell)
    known = name[:200] if name and name.isprintable() else None
    return nodes.cell(cell["cell_type"], cell["source"], cell["id"], known)


def grade_ids(nb: NotebookNode) -> frozenset[str]:
    """The names of a notebook's nbgrader cells."""
    return frozenset(filter(None, map(grade_id, nb.cells)))


def _alike(candidates: Mapping[str, Path], wanted: frozenset[str]) -> dict[str, NotebookNode]:
    """The notebooks that hold most of the cells looked for, by file name."""
    found = {}
    for name, path in candidates.items():
        try:
            nb = read_notebook(path)
        except Refused:
            continue
        if wanted and len(grade_ids(nb) & wanted) > len(wanted) / 2:
            found[name] = nb
    return found


def _names(files: Mapping[str, NotebookNode]) -> str:
    return ", ".join(repr(name[:100]) for name in list(files)[:5])
