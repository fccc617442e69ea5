"""The rows of nbgrader's gradebook for one assignment, read and written a few statements per student.

Whoever grades writes them with this: `coursekit grade`, `nbgrader autograde` and the formgrader's button.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbgrader import api
from nbgrader.api import Assignment, Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import CursorResult, Executable, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from coursekit.grading.gradebook.decision import Decision
from coursekit.grading.submission.names import one_spelling

_students, _submissions, _notebooks = Student.__table__, SubmittedAssignment.__table__, SubmittedNotebook.__table__
_grades, _comments = Grade.__table__, Comment.__table__

# Made once: to make a statement takes SQLAlchemy as long as the database takes to answer it.
_STUDENT = select(_students.c.id).where(_students.c.id == bindparam("student"))
_SUBMISSION = select(_submissions.c.id, _submissions.c.timestamp, _submissions.c.extension).where(
    _submissions.c.assignment_id == bindparam("assignment"), _submissions.c.student_id == bindparam("student")
)
_HANDED_IN = update(_submissions).where(_submissions.c.id == bindparam("key"))
_NOTEBOOK = select(_notebooks.c.id).where(
    _notebooks.c.assignment_id == bindparam("submission"), _notebooks.c.notebook_id == bindparam("notebook")
)
_NO_PENALTY = update(_notebooks).where(_notebooks.c.id == bindparam("key")).values(late_submission_penalty=None)
_GRADES = select(_grades.c.id, _grades.c.cell_id, _grades.c.manual_score).where(
    _grades.c.notebook_id == bindparam("notebook")
)
_COMMENTS = select(_comments.c.id, _comments.c.cell_id).where(_comments.c.notebook_id == bindparam("notebook"))


@dataclass(frozen=True)
class _Cells:
    """The cells of one notebook that have a row for each student, by name."""

    id: str
    graded: Mapping[str, str]
    commented: Mapping[str, str]


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

    def store(
        self,
        student: str,
        timestamp: datetime.datetime | None,
        decisions: Mapping[str, Decision],
    ) -> bool:
        """Write one student's rows. True if the submission is late.

        timestamp: when it was handed in; None leaves what the gradebook says.
        decisions: by notebook; the rows of others are left alone.

        What people wrote (manual scores, comments, extra credit, an extension) stays, and a score beside a manual one
        is marked for a second look, as nbgrader does it.
        """
        submission, late = self._submission(self.id_of(student), timestamp)
        for name, decision in decisions.items():
            cells = self.notebooks[name]
            notebook = self._notebook(submission, cells)
            self._grades(notebook, cells.graded, decision.scores)
            self._comments(notebook, cells.commented, decision.comments)
        return late

    def _submission(self, student: str, timestamp: datetime.datetime | None) -> tuple[str, bool]:
        found = self._run(_SUBMISSION, assignment=self._id, student=student).one_or_none()
        if found is not None:
            if timestamp is not None:
                self._run(_HANDED_IN, key=found.id, timestamp=timestamp)
            return found.id, self._late(timestamp or found.timestamp, found.extension)
        if self._run(_STUDENT, student=student).one_or_none() is None:
            self._run(insert(_students), id=student)
        key = api.new_uuid()
        entered = {"id": key, "assignment_id": self._id, "student_id": student, "timestamp": timestamp}
        self._run(insert(_submissions), **entered)
        return key, self._late(timestamp, None)

    def _late(self, timestamp: datetime.datetime | None, extension: datetime.timedelta | None) -> bool:
        if timestamp is None or self._due is None:
            return False
        return timestamp > self._due + (extension or datetime.timedelta())

    def _notebook(self, submission: str, cells: _Cells) -> str:
        found = self._run(_NOTEBOOK, submission=submission, notebook=cells.id).scalar_one_or_none()
        if found is None:
            found = api.new_uuid()
            self._run(insert(_notebooks), id=found, assignment_id=submission, notebook_id=cells.id)
        else:
            self._run(_NO_PENALTY, key=found)
        return found

    def _grades(self, notebook: str, cells: Mapping[str, str], scores: Mapping[str, float | None]) -> None:
        there = {row.cell_id: row for row in self._run(_GRADES, notebook=notebook)}
        new, old = [], []
        for name, cell in cells.items():
            score, row = scores.get(name), there.get(cell)
            by_hand = score is None or row is not None and row.manual_score is not None
            values = {"auto_score": score, "needs_manual_grade": by_hand}
            self._sort(values, row, notebook, cell, new, old)
        self._write(_grades, new, old)

    def _comments(self, notebook: str, cells: Mapping[str, str], comments: Mapping[str, str | None]) -> None:
        there = {row.cell_id: row for row in self._run(_COMMENTS, notebook=notebook)}
        new, old = [], []
        for name, cell in cells.items():
            self._sort({"auto_comment": comments.get(name)}, there.get(cell), notebook, cell, new, old)
        self._write(_comments, new, old)

    @staticmethod
    def _sort(values: dict[str, Any], row: Any, notebook: str, cell: str, new: list, old: list) -> None:
        if row is None:
            new.append({"id": api.new_uuid(), "notebook_id": notebook, "cell_id": cell, **values})
        else:
            old.append({"key": row.id, **values})

    def _write(self, table: Table, new: list[dict[str, Any]], old: list[dict[str, Any]]) -> None:
        connection = self._db.connection()
        if new:
            connection.execute(insert(table), new)
        if old:
            connection.execute(update(table).where(table.c.id == bindparam("key")), old)

    def _run(self, statement: Executable, **values: Any) -> CursorResult[Any]:
        """Below the session's objects, of which a class of thousands would make millions."""
        return self._db.connection().execute(statement, values)
