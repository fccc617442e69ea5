"""Read what a stranger handed in, without believing anything it says.

A folder comes in; notebooks by their expected names come out, or a sentence that says why one did not. Nothing here
raises for what a submission holds: a problem is data, so that one submission cannot end a batch or get lost in it.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from coursekit.grading import nodes
from coursekit.grading.bounds import Bounds, Exceeded
from coursekit.grading.submission.versions import newest, versions
from coursekit.lessons import notebook_file
from coursekit.lessons.cells import grade_id
from coursekit.lessons.notebook_file import Refused

_MAX_FILES = 1000


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


def read_submission(folder: Path, expected: Mapping[str, frozenset[str]]) -> Intake:
    """Read a submission folder.

    folder:   one student's files for one assignment.
    expected: names of the assignment's notebooks (without .ipynb), each with the grade_ids of its cells, by which
              a renamed notebook is recognised.
    """
    notebooks: dict[str, NotebookNode] = {}
    problems: dict[str, str] = {}
    remarks: list[str] = []
    renamed: dict[str, str] = {}
    candidates = _notebook_files(folder, remarks)
    for name in expected:
        path = candidates.pop(f"{name}.ipynb", None)
        if path is None:
            continue
        uploads = {file: candidates[file] for file in versions(name, candidates) if Path(file).stem not in expected}
        path = latest(path, uploads.values(), expected[name], remarks)
        for file in uploads:
            del candidates[file]
        try:
            notebooks[name] = read_notebook(path)
        except Refused as reason:
            problems[name] = f"{path.name} {reason}"
    for name in set(expected) - set(notebooks) - set(problems):
        found = _renamed(candidates, expected[name], versions(name, candidates))
        if found is None:
            problems[name] = f"{name}.ipynb was not handed in"
        else:
            renamed[name], notebooks[name] = found
            remarks.append(f"{name}.ipynb was found under the name {found[0]!r}")
            del candidates[found[0]]
    return Intake(notebooks, problems, tuple(remarks), renamed)


def latest(path: Path, uploads: Iterable[Path], wanted: frozenset[str], remarks: list[str]) -> Path:
    """The newest of a notebook and later uploads of it that can be read and hold its cells; a remark says which."""
    others = []
    for other in uploads:
        try:
            if wanted and len(grade_ids(read_notebook(other)) & wanted) > len(wanted) / 2:
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
            return repaired(notebook_file.read_notebook(path))
    except OSError as error:
        raise Refused(f"cannot be opened: {error.strerror}") from None
    except Exceeded:
        raise Refused("takes too much time or memory to read; clear its outputs and hand it in again") from None


def _notebook_files(folder: Path, remarks: list[str]) -> dict[str, Path]:
    """Notebook files at the top of a folder; links and special files are left out and said."""
    found: dict[str, Path] = {}
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)[:_MAX_FILES]
    except OSError as error:
        remarks.append(f"the folder cannot be read: {error.strerror}")
        return found
    for entry in entries:
        if not entry.name.endswith(".ipynb"):
            continue
        if entry.is_symlink() or not entry.is_file(follow_symlinks=False):
            remarks.append(f"{entry.name[:100]!r} is not a plain file and was not read")
            continue
        found[entry.name] = Path(entry.path)
    return found


def repaired(nb: Mapping[str, Any]) -> NotebookNode:
    """A new notebook with the cells' sources and grade_ids and nothing else; what is no cell is dropped.

    Raises Refused if there are no cells to read.
    """
    return nodes.notebook([_cell(cell) for cell in notebook_file.plain(nb).cells])


def _cell(cell: NotebookNode) -> NotebookNode:
    """Which cell of the assignment this claims to be is all that is taken over beside the source."""
    name = grade_id(cell)
    return nodes.cell(cell.cell_type, cell.source, cell.id, name[:200] if name and name.isprintable() else None)


def grade_ids(nb: NotebookNode) -> frozenset[str]:
    """The names of a notebook's nbgrader cells."""
    return frozenset(filter(None, map(grade_id, nb.cells)))


def _renamed(
    candidates: Mapping[str, Path], wanted: frozenset[str], uploads: Collection[str]
) -> tuple[str, NotebookNode] | None:
    """The one other notebook that holds most of the cells looked for, or the newest of several uploads of it.

    None if there is none, or more than one.
    """
    matches = {}
    for name, path in candidates.items():
        try:
            nb = read_notebook(path)
        except Refused:
            continue
        if wanted and len(grade_ids(nb) & wanted) > len(wanted) / 2:
            matches[name] = nb
    if not matches or len(matches) > 1 and not set(matches) <= set(uploads):
        return None
    first, *others = (candidates[name] for name in matches)
    chosen = newest(first, others).name
    return chosen, matches[chosen]
