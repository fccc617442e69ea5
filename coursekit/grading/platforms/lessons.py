"""Which lesson a notebook is of, and that lesson as it was handed out."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode, v4

from coursekit.grading.submission.intake import grade_ids
from coursekit.lessons.tree import is_meant, shipped_notebooks
from coursekit.told import Told


class UnknownLesson(Told, ValueError):
    """It is not known which lesson is meant; the message says what to do."""


@dataclass(frozen=True)
class Lesson:
    """A lesson: its name, and the notebook as it was handed out. path: where that lies."""

    name: str
    notebook: NotebookNode
    path: Path | None = None

    @property
    def cells(self) -> frozenset[str]:
        """The names of the cells that a learner answers, and of their checks."""
        return grade_ids(self.notebook)


def shipped() -> dict[str, Path]:
    """The notebooks of the lessons that came with this package, by name. With what a teacher has packed, theirs did."""
    folder = shipped_notebooks()
    found = [] if folder is None else sorted(folder.glob("*/*.ipynb"))
    return {path.stem: path for path in found if path.stem == path.parent.name}


def lesson(wanted: str) -> Lesson:
    """A lesson by its name (05_gru), its number (05 or 5), or the path of a released notebook of one's own."""
    if wanted.endswith(".ipynb"):
        return _read(Path(wanted))
    known = shipped()
    for name, path in known.items():
        if is_meant(wanted, name):
            return _came_with_us(path)
    raise UnknownLesson(f"there is no lesson {wanted!r}. {_there_are(known)}")


def of_a_course(folder: Path, name: str) -> Lesson:
    """A lesson as a course has handed it out. folder: of the released assignment. Raises UnknownLesson."""
    found = sorted(folder.glob("*.ipynb"))
    if len(found) != 1:
        said = (
            f"it holds {len(found)} notebooks, and a platform grades one" if found else "nothing was handed out there"
        )
        raise UnknownLesson(
            f"{name} cannot be packed from {folder}: {said}. See `nbgrader generate_assignment {name}`."
        )
    return _read(found[0])


def recognised(nb: NotebookNode | None, file_name: str) -> Lesson:
    """The lesson of a notebook, by the names of its cells; where they do not tell, by the name of its file.

    nb: as `intake` read it; None if it could not be read. Raises UnknownLesson if neither tells.
    """
    known = shipped()
    if nb is not None and (found := _by_cells(grade_ids(nb), known)):
        return found
    named = [name for name in known if re.search(rf"(?<!\d){re.escape(name)}(?![a-z])", file_name)]
    if len(named) == 1:
        return _came_with_us(known[named[0]])
    raise UnknownLesson(
        f"it is not known which lesson {file_name} is of: neither its cells nor its name are those of one. Name the "
        f"lesson with --lesson. {_there_are(known)}"
    )


def _by_cells(names: frozenset[str], known: Mapping[str, Path]) -> Lesson | None:
    """The lesson that has most of these cells; None if no lesson has more than one other."""
    lessons = map(_came_with_us, known.values()) if names else ()
    shared = sorted(((len(names & one.cells), one) for one in lessons), key=lambda found: found[0])
    if not shared or not shared[-1][0] or len(shared) > 1 and shared[-1][0] == shared[-2][0]:
        return None
    return shared[-1][1]


@functools.cache
def _came_with_us(path: Path) -> Lesson:
    return _read(path)


def _read(path: Path) -> Lesson:
    """A notebook that this package, or a teacher, has made."""
    try:
        nb = v4.reads(path.read_text(encoding="utf-8"))
        read = Lesson(path.stem, nb, path)
        if nb.get("nbformat") == 4 and read.cells:
            return read
    except OSError as error:
        raise UnknownLesson(f"cannot read the lesson {path}: {(error.strerror or '').lower()}.") from None
    except (ValueError, AttributeError, KeyError, TypeError):
        pass
    raise UnknownLesson(f"{path} is no notebook that was handed out: it has no cells that nbgrader knows.")


def _there_are(known: Mapping[str, Path]) -> str:
    return f"There are {', '.join(known)}." if known else "This installation holds no lessons."
