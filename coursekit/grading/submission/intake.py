"""Read what a stranger handed in, without believing anything it says.

A folder comes in; notebooks by their expected names come out, or a sentence that says why one did not. Nothing here
raises for what a submission holds: a problem is data, so that one submission cannot end a batch or get lost in it.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from coursekit.grading import nodes
from coursekit.grading.bounds import Bounds, Exceeded
from coursekit.grading.submission.versions import newest, versions
from coursekit.lessons.cells import grade_id

MAX_BYTES = 30 << 20
"""A notebook file larger than this is not read."""

MAX_CELLS = 2000

MAX_SOURCE = 2 << 20
"""Characters in all cells together; nobody types that many."""

_MAX_PARTS = 1_000_000  # brackets and commas: each can become an object of 60 bytes
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


class Refused(ValueError):
    """A file that is not read; the message says why."""


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
            remarks.append(f"{other.name} {reason}, so {path.name} counts")
    chosen = newest(path, others)
    if others:
        older = ", ".join(sorted(p.name for p in (path, *others) if p != chosen))
        remarks.append(f"{chosen.name} counts: it is the newest of several, and {older} was not graded")
    return chosen


def read_notebook(path: Path) -> NotebookNode:
    """One notebook file as version 4; refuses links, special files, files over the limit and what is no notebook."""
    try:
        with Bounds().step():
            return _read(path)
    except Exceeded:
        raise Refused("takes too much time or memory to read; clear its outputs and hand it in again") from None


def _read(path: Path) -> NotebookNode:
    data = _json(_bytes(path))
    if not isinstance(data, dict):
        raise Refused("is not a notebook: it holds no JSON object")
    major = data.get("nbformat")
    if type(major) is not int or not 2 <= major <= 4:
        raise Refused(f"is not a notebook of a known format: its nbformat is {str(major)[:20]}")
    try:
        nb = nbformat.convert(nbformat.from_dict(data), 4) if major < 4 else data
    except Exception as error:  # nbformat raises whatever a malformed old notebook makes it stumble over
        raise Refused(f"cannot be read as a notebook: {type(error).__name__}") from None
    return repaired(nb)


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


def _bytes(path: Path) -> bytes:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(path, flags)
    except OSError as error:
        said = "is a link" if error.errno == errno.ELOOP else f"cannot be opened: {error.strerror}"
        raise Refused(said) from None
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Refused("is not a plain file")
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise Refused(f"is larger than {MAX_BYTES >> 20} MB; clear its outputs and hand it in again")
    return content


def _json(content: bytes) -> Any:
    if sum(map(content.count, (b"[", b"{", b","))) > _MAX_PARTS:
        raise Refused("has too many parts; clear its outputs and hand it in again")
    try:
        return json.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Refused("is not JSON: the file may be cut off or hold merge conflict marks") from None


def repaired(nb: Mapping[str, Any]) -> NotebookNode:
    """A new notebook with the cells' sources and grade_ids and nothing else; what is no cell is dropped.

    Raises Refused if there are no cells to read.
    """
    cells = nb.get("cells")
    if not isinstance(cells, list):
        raise Refused("is not a notebook: it has no list of cells")
    if len(cells) > MAX_CELLS:
        raise Refused(f"has more than {MAX_CELLS} cells")
    repaired = [cell for cell in map(_cell, range(len(cells)), cells) if cell is not None]
    if sum(len(cell.source) for cell in repaired) > MAX_SOURCE:
        raise Refused(f"holds more than {MAX_SOURCE >> 20} million characters in its cells")
    return nodes.notebook(repaired)


def _cell(number: int, cell: Any) -> NotebookNode | None:
    if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        return None
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return None
    source = source.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair cannot be written to a file
    name = grade_id(cell)
    # Which cell of the assignment this claims to be is all that is taken over beside the source.
    return nodes.cell(cell["cell_type"], source, f"cell-{number}", name[:200] if name and name.isprintable() else None)


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
