"""What the gradebook says of an assignment: points, a person's before the grader's, lateness and penalty.

Whoever shows or exports numbers takes them from here, so that terminal, tables and class report say what is booked.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy import Row, exists, or_, select
from sqlalchemy.orm import Session, object_session

from coursekit.grading.submission.names import one_spelling


class Cell(NamedTuple):
    """A cell that is worth points."""

    notebook: str
    name: str


@dataclass(frozen=True)
class Score:
    """points: None until somebody decides. by_hand: a person's points and extra points, None for none."""

    points: float | None
    max_points: float
    by_hand: tuple[float | None, float | None] = (None, None)

    @property
    def is_by_hand(self) -> bool:
        return self.by_hand[0] is not None or bool(self.by_hand[1])


@dataclass(slots=True)
class Booked:
    """What the gradebook holds of one student. Times are in UTC, as nbgrader has them.

    begun: True if it holds notebooks, and not only an extension for work that has not come.
    """

    id: str
    full_name: str = ""
    time: datetime | None = None
    extension: timedelta | None = None
    late_s: float = 0.0
    begun: bool = True
    penalties: dict[str, float] = field(default_factory=dict)  # by notebook
    scores: dict[Cell, Score] = field(default_factory=dict)

    @property
    def penalty(self) -> float:
        return sum(self.penalties.values())

    @property
    def raw(self) -> float | None:
        """The points before the penalty; None as long as a question is undecided."""
        points = [score.points for score in self.scores.values()]
        return None if not points or None in points else round(sum(points), 4)

    @property
    def total(self) -> float | None:
        return None if self.raw is None else max(0.0, round(self.raw - self.penalty, 4))


def worth(assignment: Assignment) -> dict[Cell, float]:
    """The points of each cell that is worth some, in no order."""
    session, found = object_session(assignment), {}
    for kind in (GradeCell, TaskCell):  # row by row, and not as objects: they are read anew for every few students
        query = select(Notebook.name.label("notebook"), kind.name, kind.max_score)
        query = query.join(Notebook, kind.notebook_id == Notebook.id).where(Notebook.assignment_id == assignment.id)
        found |= {Cell(row.notebook, row.name): float(row.max_score) for row in session.execute(query)}
    return found


def booked(
    session: Session, assignment: Assignment, students: Collection[str] | None = None, *, by_hand: bool = False
) -> dict[str, Booked]:
    """What is booked, by student; of everybody, or of some. Few queries, however many students there are.

    by_hand: of the scores only those that people gave, with no penalties: a tenth of the memory.
    """
    table = SubmittedAssignment
    # Notebooks and cells are named, because nbgrader's indices begin with them: else a few students cost a whole class.
    notebooks = session.scalars(select(Notebook.id).where(Notebook.assignment_id == assignment.id)).all()
    cells = session.scalars(select(BaseCell.id).where(BaseCell.notebook_id.in_(notebooks))).all()
    begun = SubmittedNotebook.notebook_id.in_(notebooks) & (SubmittedNotebook.assignment_id == table.id)
    begun = exists().where(begun).label("begun")
    people = select(table.student_id, table.timestamp, table.extension, Student.first_name, Student.last_name, begun)
    people = people.join(Student, table.student_id == Student.id).where(table.assignment_id == assignment.id)
    scores = (
        select(
            table.student_id,
            Notebook.name.label("notebook"),
            SubmittedNotebook.late_submission_penalty,
            BaseCell.name.label("cell"),
            Grade.auto_score,
            Grade.manual_score,
            Grade.extra_credit,
            Grade.score,
        )
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == table.id)
        .join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, Grade.cell_id == BaseCell.id)
        .where(table.assignment_id == assignment.id)
        .where(SubmittedNotebook.notebook_id.in_(notebooks), Grade.cell_id.in_(cells))
    )
    if by_hand:
        scores = scores.where(or_(Grade.manual_score.is_not(None), Grade.extra_credit.is_not(None)))
    if students is not None:
        people, scores = (query.where(table.student_id.in_(students)) for query in (people, scores))
    most = worth(assignment)
    found: dict[str, Booked] = {}
    for row in session.execute(people):
        name = _full_name(row)
        late_s = _late_s(row.timestamp, assignment.duedate, row.extension)
        found[row.student_id] = Booked(row.student_id, name, row.timestamp, row.extension, late_s, row.begun)
    for row in session.execute(scores):
        entry = found[row.student_id]
        if not by_hand:
            entry.penalties[row.notebook] = row.late_submission_penalty or 0.0
        decided = row.manual_score is not None or row.auto_score is not None
        points = float(row.score) if decided else None
        cell = Cell(row.notebook, row.cell)
        entry.scores[cell] = Score(points, most[cell], (row.manual_score, row.extra_credit))
    return {one_spelling(name): entry for name, entry in found.items()}


def enrolled(session: Session) -> dict[str, str]:
    """The full name of everybody whom the gradebook knows, also of those with no row yet."""
    people = session.execute(select(Student.id, Student.first_name, Student.last_name))
    return {one_spelling(row.id): _full_name(row) for row in people}


def _full_name(row: Row) -> str:
    return " ".join(part for part in (row.first_name, row.last_name) if part)


def _late_s(time: datetime | None, due: datetime | None, extension: timedelta | None) -> float:
    if time is None or due is None:
        return 0.0
    return max(0.0, (time - due - (extension or timedelta())).total_seconds())
