"""The rows of nbgrader's gradebook for one assignment, read and written in a few statements for dozens of students.

Whoever grades writes them with this: `coursekit grade`, `nbgrader autograde` and the formgrader's button.
"""

from __future__ import annotations

import datetime
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from nbgrader.api import Assignment, Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import (
    BindParameter,
    CursorResult,
    Executable,
    Row,
    Select,
    Table,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from coursekit.grading.gradebook.decision import Decision
from coursekit.grading.submission.names import one_spelling

_students, _submissions, _notebooks = Student.__table__, SubmittedAssignment.__table__, SubmittedNotebook.__table__
_grades, _comments = Grade.__table__, Comment.__table__

_Values = list[tuple[tuple[str, str], dict[str, Any]]]
"""By submitted notebook and cell, what is to be written of it."""

# Made once: to make a statement takes SQLAlchemy as long as the database takes to answer it. Each names its rows so
# that an index of nbgrader's finds them: those begin with the assignment, the notebook and the cell. Of grades by their
# submitted notebook alone there is none, and such a query reads the grades of the whole class.


def _several(name: str) -> BindParameter[Any]:
    return bindparam(name, expanding=True)


_STUDENTS = select(_students.c.id).where(_students.c.id.in_(_several("students")))
_SUBMISSIONS = select(
    _submissions.c.id, _submissions.c.student_id, _submissions.c.timestamp, _submissions.c.extension
).where(_submissions.c.assignment_id == bindparam("assignment"), _submissions.c.student_id.in_(_several("students")))
_NOTEBOOKS = select(_notebooks.c.id, _notebooks.c.assignment_id).where(
    _notebooks.c.notebook_id == bindparam("notebook"), _notebooks.c.assignment_id.in_(_several("submissions"))
)
_GRADES = select(_grades.c.id, _grades.c.notebook_id, _grades.c.cell_id, _grades.c.manual_score).where(
    _grades.c.cell_id.in_(_several("cells")), _grades.c.notebook_id.in_(_several("notebooks"))
)
_COMMENTS = select(_comments.c.id, _comments.c.notebook_id, _comments.c.cell_id).where(
    _comments.c.cell_id.in_(_several("cells")), _comments.c.notebook_id.in_(_several("notebooks"))
)
# Else a plan that PostgreSQL made for the first of a class, when reading all of it was cheapest, serves the last. Older
# ones than version 12 do not know the setting, and would refuse to SET it.
_NEW_PLANS = text("SELECT set_config(name, 'force_custom_plan', true) FROM pg_settings WHERE name = 'plan_cache_mode'")
_SCORES = (
    select(Grade.notebook_id, func.sum(Grade.score).label("score"))
    .where(Grade.cell_id.in_(_several("cells")), Grade.notebook_id.in_(_several("notebooks")))
    .group_by(Grade.notebook_id)
)


@dataclass(frozen=True)
class _Cells:
    """The cells of one notebook that have a row for each student, by name."""

    id: str
    graded: Mapping[str, str]
    commented: Mapping[str, str]


class Entry(NamedTuple):
    """What is to be written of one student.

    timestamp: when it was handed in; None leaves what the gradebook says.
    decisions: by notebook; the rows of others are left alone.
    """

    student: str
    timestamp: datetime.datetime | None
    decisions: Mapping[str, Decision]


@dataclass(frozen=True)
class Stored:
    """Where a student's rows are.

    new:       True if nothing of it was there.
    late_s:    seconds after the deadline.
    notebooks: keys of the submitted notebooks, by name.
    """

    student: str
    key: str
    new: bool
    late_s: float
    notebooks: dict[str, str] = field(default_factory=dict)


class Rows:
    """Reads and writes through a session; the caller commits."""

    def __init__(self, session: Session, assignment: Assignment) -> None:
        self._db, self._id, self._due = session, assignment.id, assignment.duedate
        self.notebooks: dict[str, _Cells] = {}
        self._automatic: set[str] = set()
        for notebook in assignment.notebooks:
            graded = [*notebook.grade_cells, *notebook.task_cells]
            commented = [*notebook.solution_cells, *notebook.task_cells]
            self._automatic |= {cell.id for cell in notebook.grade_cells if cell.cell_type == "code"}
            names = ({cell.name: cell.id for cell in cells} for cells in (graded, commented))
            self.notebooks[notebook.name] = _Cells(notebook.id, *names)
        names = list(session.scalars(select(Student.id)))
        self._students = {one_spelling(name): name for name in names} | {name: name for name in names}

    def id_of(self, student: str) -> str:
        """By which the gradebook knows a student, whose name it may spell in another way."""
        return self._students.get(student) or self._students.get(one_spelling(student), student)

    def decided(self) -> set[str]:
        """The students whose every check has an automatic score."""
        handed_in = select(SubmittedAssignment.student_id).where(SubmittedAssignment.assignment_id == self._id)
        undecided = (
            handed_in.join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .where(Grade.auto_score.is_(None), Grade.cell_id.in_(self._automatic))
        )
        found = set(self._db.scalars(handed_in)) - set(self._db.scalars(undecided))
        return {one_spelling(student) for student in found}

    def store(self, entries: Sequence[Entry]) -> list[Stored]:
        """Write the rows of some students, of each once, in as many statements as for a single one.

        What people wrote (manual scores, comments, extra credit, an extension) stays, and a score beside a manual one
        is marked for a second look, as nbgrader does it. A penalty for lateness is taken back.
        """
        if self._db.connection().dialect.name == "postgresql":
            self._run(_NEW_PLANS)
        stored = self._submissions(entries)
        pairs = [*zip(stored, (entry.decisions for entry in entries), strict=True)]
        for name, cells in self.notebooks.items():
            concerned = [(one, decisions[name]) for one, decisions in pairs if name in decisions]
            if not concerned:
                continue
            old = self._submitted([one for one, _ in concerned], name, cells)
            decided = {one.notebooks[name]: decision for one, decision in concerned}
            self._grades(cells.graded, decided, old)
            self._comments(cells.commented, decided, old)
        return stored

    def scores(self, stored: Iterable[Stored]) -> dict[str, float]:
        """What the gradebook counts for submitted notebooks before penalties, by their keys."""
        keys = {name: [one.notebooks[name] for one in stored if name in one.notebooks] for name in self.notebooks}
        found = {key: 0.0 for each in keys.values() for key in each}
        for name, cells in self.notebooks.items():
            rows = self._run(_SCORES, cells=[*cells.graded.values()], notebooks=keys[name])
            found |= {row.notebook_id: row.score for row in rows}
        return found

    def penalise(self, penalties: Mapping[str, float | None]) -> None:
        """Write the points that are taken for lateness, by keys of submitted notebooks."""
        self._update(_notebooks, [{"key": key, "late_submission_penalty": each} for key, each in penalties.items()])

    def _submissions(self, entries: Sequence[Entry]) -> list[Stored]:
        names = [self.id_of(entry.student) for entry in entries]
        there = {row.student_id: row for row in self._run(_SUBMISSIONS, assignment=self._id, students=names)}
        new = [name for name in names if name not in there]
        known = set(self._run(_STUDENTS, students=new).scalars()) if new else set()
        self._insert(_students, [{"id": name} for name in new if name not in known])
        stored, entered, again = [], [], []
        for name, (_, when, _) in zip(names, entries, strict=True):
            row = there.get(name)
            key = _key() if row is None else row.id
            if row is None:
                entered.append({"id": key, "assignment_id": self._id, "student_id": name, "timestamp": when})
                late_s = self._late_s(when, None)
            else:
                again += [] if when is None else [{"key": key, "timestamp": when}]
                late_s = self._late_s(when or row.timestamp, row.extension)
            stored.append(Stored(name, key, row is None, late_s))
        self._insert(_submissions, entered)
        self._update(_submissions, again)
        return stored

    def _late_s(self, timestamp: datetime.datetime | None, extension: datetime.timedelta | None) -> float:
        if timestamp is None or self._due is None:
            return 0.0
        return max(0.0, (timestamp - self._due - (extension or datetime.timedelta())).total_seconds())

    def _submitted(self, stored: Sequence[Stored], name: str, cells: _Cells) -> list[str]:
        """Find or enter the students' rows of one notebook. Returns the keys of those that were there."""
        submissions = [one.key for one in stored if not one.new]
        found = self._run(_NOTEBOOKS, notebook=cells.id, submissions=submissions) if submissions else ()
        there = {row.assignment_id: row.id for row in found}
        self.penalise(dict.fromkeys(there.values()))
        rows = []
        for one in stored:
            one.notebooks[name] = there.get(one.key) or _key()
            if one.key not in there:
                rows.append({"id": one.notebooks[name], "assignment_id": one.key, "notebook_id": cells.id})
        self._insert(_notebooks, rows)
        return [*there.values()]

    def _grades(self, cells: Mapping[str, str], decided: Mapping[str, Decision], old: Sequence[str]) -> None:
        there = self._there(_GRADES, cells, old)
        rows = []
        for notebook, decision in decided.items():
            for name, cell in cells.items():
                score, row = decision.scores.get(name), there.get((notebook, cell))
                by_hand = score is None or row is not None and row.manual_score is not None
                values = {"auto_score": score, "needs_manual_grade": by_hand}
                rows.append(((notebook, cell), values))
        self._write(_grades, rows, there)

    def _comments(self, cells: Mapping[str, str], decided: Mapping[str, Decision], old: Sequence[str]) -> None:
        there = self._there(_COMMENTS, cells, old)
        rows = [
            ((notebook, cell), {"auto_comment": decision.comments.get(name)})
            for notebook, decision in decided.items()
            for name, cell in cells.items()
        ]
        self._write(_comments, rows, there)

    def _there(self, query: Select, cells: Mapping[str, str], old: Sequence[str]) -> dict[tuple[str, str], Row]:
        """The rows that the gradebook has of submitted notebooks, by notebook and cell."""
        found = self._run(query, cells=[*cells.values()], notebooks=old) if old else ()
        return {(row.notebook_id, row.cell_id): row for row in found}

    def _write(self, table: Table, rows: _Values, there: Mapping[tuple[str, str], Row]) -> None:
        new = [
            {"id": _key(), "notebook_id": place[0], "cell_id": place[1], **values}
            for place, values in rows
            if place not in there
        ]
        self._insert(table, new)
        self._update(table, [{"key": there[place].id, **values} for place, values in rows if place in there])

    def _insert(self, table: Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._db.connection().execute(insert(table), rows)

    def _update(self, table: Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._db.connection().execute(update(table).where(table.c.id == bindparam("key")), rows)

    def _run(self, statement: Executable, **values: Any) -> CursorResult[Any]:
        """Below the session's objects, of which a class of thousands would make millions."""
        return self._db.connection().execute(statement, values)


def _key() -> str:
    """A new row's, of 32 hexadecimal digits as nbgrader's own.

    It begins with the time in milliseconds, as version 7 of RFC 9562: new rows stand side by side in an index. With
    random ones each is written to another page, which is not in memory once the class is large.
    """
    random = secrets.token_hex(9)
    return f"{time.time_ns() // 1_000_000:012x}7{random[:3]}8{random[3:]}"
