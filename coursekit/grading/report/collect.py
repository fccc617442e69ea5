"""Read an assignment's results: what grading kept, and what people decided in the gradebook. Nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import nbformat
from nbgrader import api
from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy.exc import SQLAlchemyError

from coursekit.grading import batch
from coursekit.grading.gradebook.results import RESULTS
from coursekit.grading.report.data import UNDECIDED, Class, Mark, Question, Student
from coursekit.grading.submission.course import Course, CourseError, unknown_to_gradebook
from coursekit.lessons.cells import check_of, exercise_of, grade_id


@dataclass
class _Booked:
    """What the gradebook holds of one student."""

    full_name: str = ""
    late_s: float = 0.0
    penalties: dict[str, float] = field(default_factory=dict)
    scores: dict[str, tuple[float | None, bool]] = field(default_factory=dict)  # by cell: points, given by a person


def collect(course: Course, assignment: str) -> Class:
    """Everything that is known about an assignment.

    Raises CourseError if the assignment is unknown, nobody has handed anything in, or nothing has been graded.
    """
    released = course.released(assignment)
    names = course.students(assignment)
    if not names:
        raise CourseError(f"Nobody has handed in {assignment!r} yet: run `nbgrader collect {assignment}` first.")
    if not (course.root / RESULTS).is_dir():
        raise CourseError(f"Nothing of {assignment!r} has been graded yet: run `coursekit grade {assignment}` first.")
    questions, booked, enrolled = _gradebook(course, assignment, released)
    rows = {row.student: row for row in batch.known(course, assignment, names)}
    students = tuple(_student(rows[name], booked.get(name), questions) for name in names)
    if not any(student.scored or student.problems for student in students):
        raise CourseError(f"Nothing of {assignment!r} has been graded yet: run `coursekit grade {assignment}` first.")
    absent = tuple(sorted(enrolled - set(names)))
    made = datetime.now().astimezone()
    return Class(course.directory.course_id, assignment, made, questions, students, absent)


def _student(row: batch.Row, booked: _Booked | None, questions: tuple[Question, ...]) -> Student:
    if booked is None:
        return Student(row.student, state="not graded", problems=row.problems)
    found = {question.exercise: question for question in row.questions}
    marks = {}
    for question in questions:
        cell = check_of(question.name) if question.checked else question.name
        points, by_hand = booked.scores.get(cell, (None, False))
        said = found.get(question.name)
        if not question.checked and said is None:
            marks[question.name] = Mark(points, by_hand)
        elif said is None:
            marks[question.name] = Mark(points, by_hand, UNDECIDED)
        else:
            marks[question.name] = Mark(points, by_hand, said.verdict, said.diagnoses, said.fault)
    return Student(
        row.student,
        booked.full_name,
        row.how,
        marks,
        row.problems,
        row.flags,
        booked.late_s,
        sum(booked.penalties.values()),
        row.cpu_s if row.questions else None,
        row.remarks,
    )


def _gradebook(
    course: Course, assignment: str, released: Mapping[str, nbformat.NotebookNode]
) -> tuple[tuple[Question, ...], dict[str, _Booked], set[str]]:
    """The questions, what is booked by student, and everybody who is enrolled."""
    book = Gradebook(course.db_url, course.directory.course_id)
    try:
        entry = book.find_assignment(assignment)
        worth = {cell.name: cell.max_score for notebook in entry.notebooks for cell in _graded(notebook)}
        return _questions(released, worth), _booked(book, assignment), {student.id for student in book.students}
    except MissingEntry:
        raise unknown_to_gradebook(assignment) from None
    except SQLAlchemyError as error:
        raise CourseError(f"The gradebook cannot be read: {type(error).__name__}. Is its db_url right?") from None
    finally:
        book.close()


def _graded(notebook: api.Notebook) -> list[api.BaseCell]:
    return [*notebook.grade_cells, *notebook.task_cells]


def _questions(released: Mapping[str, nbformat.NotebookNode], worth: Mapping[str, float]) -> tuple[Question, ...]:
    """What is worth points, in the order in which learners meet it."""
    questions = []
    for nb in released.values():
        for cell in nb.cells:
            name = grade_id(cell)
            if name in worth:
                exercise = exercise_of(cell)
                questions.append(Question(exercise or name, worth[name], checked=exercise is not None))
    return tuple(questions)


def _booked(book: Gradebook, assignment: str) -> dict[str, _Booked]:
    """One query for the whole class: its cost per student stays flat."""
    query = (
        book.db.query(api.SubmittedAssignment, api.Student, api.SubmittedNotebook, api.BaseCell.name, api.Grade)
        .join(api.Assignment, api.SubmittedAssignment.assignment_id == api.Assignment.id)
        .join(api.Student, api.SubmittedAssignment.student_id == api.Student.id)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
        .join(api.Grade, api.Grade.notebook_id == api.SubmittedNotebook.id)
        .join(api.BaseCell, api.Grade.cell_id == api.BaseCell.id)
        .filter(api.Assignment.name == assignment)
    )
    found: dict[str, _Booked] = {}
    for submission, student, notebook, cell, grade in query:
        entry = found.setdefault(student.id, _Booked())
        entry.full_name = " ".join(part for part in (student.first_name, student.last_name) if part)
        entry.late_s = submission.total_seconds_late
        entry.penalties[notebook.id] = notebook.late_submission_penalty or 0.0
        decided = grade.manual_score is not None or grade.auto_score is not None
        by_hand = grade.manual_score is not None or bool(grade.extra_credit)
        entry.scores[cell] = (float(grade.score) if decided else None, by_hand)
    return found
