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
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from coursekit.grading.gradebook.decision import Decision
from coursekit.grading.submission.names import one_spelling


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
        table = SubmittedAssignment
        found = self._db.execute(
            select(table.id, table.timestamp, table.extension).where(
                table.assignment_id == self._id, table.student_id == student
            )
        ).one_or_none()
        if found is not None:
            if timestamp is not None:
                self._db.execute(update(table).where(table.id == found.id).values(timestamp=timestamp))
            return found.id, self._late(timestamp or found.timestamp, found.extension)
        if self._db.execute(select(Student.id).where(Student.id == student)).one_or_none() is None:
            self._db.execute(insert(Student).values(id=student))
        key = api.new_uuid()
        self._db.execute(insert(table).values(id=key, assignment_id=self._id, student_id=student, timestamp=timestamp))
        return key, self._late(timestamp, None)

    def _late(self, timestamp: datetime.datetime | None, extension: datetime.timedelta | None) -> bool:
        if timestamp is None or self._due is None:
            return False
        return timestamp > self._due + (extension or datetime.timedelta())

    def _notebook(self, submission: str, cells: _Cells) -> str:
        table = SubmittedNotebook
        wanted = (table.assignment_id == submission, table.notebook_id == cells.id)
        found = self._db.execute(select(table.id).where(*wanted)).scalar_one_or_none()
        if found is None:
            found = api.new_uuid()
            self._db.execute(insert(table).values(id=found, assignment_id=submission, notebook_id=cells.id))
        else:
            self._db.execute(update(table).where(table.id == found).values(late_submission_penalty=None))
        return found

    def _grades(self, notebook: str, cells: Mapping[str, str], scores: Mapping[str, float | None]) -> None:
        there = {
            row.cell_id: row
            for row in self._db.execute(
                select(Grade.id, Grade.cell_id, Grade.manual_score).where(Grade.notebook_id == notebook)
            )
        }
        new, old = [], []
        for name, cell in cells.items():
            score, row = scores.get(name), there.get(cell)
            by_hand = score is None or row is not None and row.manual_score is not None
            values = {"auto_score": score, "needs_manual_grade": by_hand}
            self._sort(values, row, notebook, cell, new, old)
        self._write(Grade, new, old)

    def _comments(self, notebook: str, cells: Mapping[str, str], comments: Mapping[str, str | None]) -> None:
        there = {
            row.cell_id: row
            for row in self._db.execute(select(Comment.id, Comment.cell_id).where(Comment.notebook_id == notebook))
        }
        new, old = [], []
        for name, cell in cells.items():
            self._sort({"auto_comment": comments.get(name)}, there.get(cell), notebook, cell, new, old)
        self._write(Comment, new, old)

    @staticmethod
    def _sort(values: dict[str, Any], row: Any, notebook: str, cell: str, new: list, old: list) -> None:
        if row is None:
            new.append({"id": api.new_uuid(), "notebook_id": notebook, "cell_id": cell, **values})
        else:
            old.append({"key": row.id, **values})

    def _write(self, table: type, new: list[dict[str, Any]], old: list[dict[str, Any]]) -> None:
        connection = self._db.connection()
        if new:
            connection.execute(insert(table.__table__), new)
        if old:
            connection.execute(update(table.__table__).where(table.__table__.c.id == bindparam("key")), old)
