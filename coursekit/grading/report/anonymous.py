"""A class without its names: points, answers and feedback under pseudonyms, looked through before anybody gets them.

A pseudonym follows from the student and from a secret that is kept with the course. With the same secret the same
student has the same pseudonym again; without it nobody can tell who is meant, and nobody can try names out.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode, v4

from coursekit import atomic
from coursekit.grading import batch
from coursekit.grading.gradebook.book import opened_book
from coursekit.grading.gradebook.table import Row
from coursekit.grading.report.export import COLUMNS, NOT_DECIDED, NOT_READ, UNPROTECTED, WHOLE, write_csv
from coursekit.grading.report.names import Named, Names, words
from coursekit.grading.submission.course import Course, CourseError
from coursekit.grading.submission.names import by_student, one_spelling, printable
from coursekit.lessons.cells import grade_id

SECRET_FILE = ".coursekit-pseudonyms"

_HEAD = re.compile(r'<p class="over">[^<]*</p>')  # of a page of feedback: it says whose it is

_LETTERS = str.maketrans("0123456789abcdef", "bcdfghjklmnpqrtw")

READ_ME = """\
Points, answers and feedback of a class. Each student has a pseudonym, the same one in all files. The names, numbers and
mail addresses that the course knows were looked for in every file and are replaced by pseudonyms; pictures and what
programs printed are left out, except where a page of feedback quotes it. Nobody can look for what a student tells of
themselves in other words: read before you publish.
"""


@dataclass(frozen=True)
class Exported:
    """students: how many. files: how many. kept: names that are words of the lessons, too, and stay as such."""

    students: int
    files: int
    kept: tuple[str, ...]


def export(course: Course, assignments: Sequence[str], place: Path) -> Exported:
    """Write a folder that is not there yet.

    Raises CourseError, and leaves nothing, if an assignment cannot be read or a name is found in what would be written;
    OSError if it cannot be written.
    """
    if place.exists():
        raise CourseError(f"{place} is there already: name a folder that is not.")
    secret, people = _secret(course.root), {}
    for student, named in _people(course):
        people[student] = replace(named, pseudonym=pseudonym(secret, student))
    students = {name: course.students(name) for name in assignments}
    rows = {name: list(batch.known(course, name, there)) for name, there in students.items()}
    names = Names(people.values(), _ours(course, rows))
    exported: set[str] = set()
    with atomic.replaced_folder(place) as folder:
        for assignment, there in students.items():
            exported |= set(there)
            called = {student: people[student].pseudonym for student in there}
            write_csv(folder / f"{assignment}.csv", sorted(_hidden(rows[assignment], called, names), key=_by_name))
            for student in there:
                _hand_in(course, assignment, student, folder / assignment / called[student], names)
        files = [path for path in folder.rglob("*") if path.is_file()]
        for path in files:
            _look_through(path, path.relative_to(folder), names)
        (folder / "README.txt").write_text(READ_ME, encoding="utf-8")  # the same whoever they are
    return Exported(len(exported), len(files) + 1, tuple(sorted(names.kept)))


def pseudonym(secret: bytes, student: str) -> str:
    """A word that can stand wherever a name did: of letters alone, so that no other name is found in it."""
    name = one_spelling(student).encode("utf-8", "surrogateescape")  # a folder's name need not be UTF-8
    digest = hmac.new(secret, name, hashlib.sha256).hexdigest()
    return f"s{digest[:14].translate(_LETTERS)}"


def _secret(root: Path) -> bytes:
    path = root / SECRET_FILE
    if not path.exists():
        atomic.create(path, f"{secrets.token_hex(32)}\n")
    secret = path.read_text(encoding="ascii", errors="replace").strip()
    if len(secret) < 32:
        raise CourseError(f"{path} is damaged: restore it, or delete it to get other pseudonyms.")
    return secret.encode()


def _people(course: Course) -> Iterator[tuple[str, Named]]:
    """Everybody who may be named: whom the gradebook knows, and who has a folder; who has left, too."""
    place = course.folder("submitted", "x", "x").parent.parent
    folders = by_student(place.iterdir()) if place.is_dir() else {}
    with opened_book(course) as book:
        for student in book.students:
            name = one_spelling(student.id)
            folders.pop(name, None)
            said = (student.first_name, student.last_name, student.email, student.lms_user_id)
            yield name, Named("", name, *(text or "" for text in said))
    for name in folders:
        yield name, Named("", name)


def _ours(course: Course, rows: dict[str, list[Row]]) -> set[str]:
    """The words that stand in what is written whoever the students are: of the lessons, of verdicts, of the formats."""
    part = dict.fromkeys(("grade", "grade_id", "locked", "points", "schema_version", "solution", "task"), True)
    make = (v4.new_code_cell, v4.new_markdown_cell, v4.new_raw_cell)
    frame = v4.new_notebook(cells=[new("", metadata={"nbgrader": part}) for new in make])
    said = [nbformat.writes(_bare(frame, Names((), ()))), *COLUMNS, *WHOLE, NOT_READ, NOT_DECIDED, UNPROTECTED, "false"]
    for assignment, there in rows.items():
        said.append(f"{assignment} feedback ipynb html csv")
        for name, nb in course.released(assignment).items():
            said += [name, *(text for cell in nb.cells for text in (cell.source, grade_id(cell) or ""))]
        said += [word for row in there for one in row.questions for word in (one.exercise, one.verdict, *one.diagnoses)]
    return words("\n".join(said))


def _by_name(row: Row) -> str:
    return row.student


def _hidden(rows: list[Row], called: dict[str, str], names: Names) -> Iterator[Row]:
    written = {printable(student): word for student, word in called.items()}
    for row in rows:
        questions = tuple(replace(question, fault=names.hidden(question.fault)) for question in row.questions)
        texts = {
            name: tuple(map(names.hidden, getattr(row, name))) for name in ("problems", "flags", "doubts", "remarks")
        }
        texts |= {"student": written[printable(row.student)], "failed": names.hidden(row.failed)}
        yield replace(row, questions=questions, **texts)


def _hand_in(course: Course, assignment: str, student: str, place: Path, names: Names) -> None:
    """The notebooks as they were read, and the pages of feedback. File names are those of what was handed out."""
    place.mkdir(parents=True)
    [submission] = course.submissions(assignment, [student])
    for name, nb in submission.notebooks.items():
        nbformat.write(_bare(nb, names), place / f"{name}.ipynb")
    for name in course.released(assignment):
        page = course.folder("feedback", student, assignment) / f"{name}.html"
        if page.is_file():
            text, heads = _HEAD.subn('<p class="over">Feedback</p>', page.read_text(encoding="utf-8", errors="replace"))
            if heads != 1:
                raise CourseError(
                    f"{page} is of another version: run `nbgrader generate_feedback {assignment} --force` first."
                )
            (place / f"{name}-feedback.html").write_text(names.hidden_in_page(text), encoding="utf-8")


def _bare(nb: NotebookNode, names: Names) -> NotebookNode:
    """A notebook of sources alone: what a student wrote, with the names of the cells, and nothing else of theirs."""
    made = v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    )
    kinds = {"code": v4.new_code_cell, "markdown": v4.new_markdown_cell}
    for number, cell in enumerate(nb.cells):
        own = {"nbgrader": dict(cell.metadata["nbgrader"])} if grade_id(cell) else {}
        new = kinds.get(cell.cell_type, v4.new_raw_cell)
        source = cell.source.encode("utf-8", "replace").decode()  # half a character can be in JSON, and in no file
        made.cells.append(new(names.hidden(source), metadata=own, id=f"cell-{number}"))
    return made


def _look_through(path: Path, told: Path, names: Names) -> None:
    """What was written is read again: its path, and every byte of it but the names of HTML's own elements."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        text = re.sub(r"(</?)\w+", r"\1", text)
    if found := names.found(f"{told.as_posix()}\n{text}"):
        raise CourseError(
            f"{told.name} of {told.parent.name or 'the class'} still names {', '.join(sorted(found))}. Nothing was "
            "written: please report this."
        )
