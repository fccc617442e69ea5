"""Read an assignment's results: what grading kept, and what people decided in the gradebook. Nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import nbformat

from coursekit.grading import batch
from coursekit.grading.gradebook.book import opened
from coursekit.grading.gradebook.booked import Booked, booked, enrolled, worth
from coursekit.grading.gradebook.table import Row
from coursekit.grading.report.data import UNDECIDED, Class, Mark, Question, Student
from coursekit.grading.submission.course import Course
from coursekit.lessons.cells import check_of, exercise_of, grade_id


def collect(course: Course, assignment: str) -> Class:
    """Everything that is known about an assignment.

    Raises CourseError if the assignment is unknown, nobody has handed anything in, or nothing has been graded.
    """
    released = course.released(assignment)
    names = batch.graded(course, assignment)
    with opened(course, assignment) as (book, entry):
        questions = _questions(released, {cell.name: most for cell, most in worth(entry).items()})
        there = booked(book.db, entry)
        everybody = enrolled(book.db)
    rows = batch.known(course, assignment, names)
    handed_in = course.handed_in(assignment)
    students = tuple(
        replace(
            _student(row, there.get(row.student), questions),
            files=_files(course, assignment, handed_in.get(row.student, []), released),
        )
        for row in rows
    )
    if not any(student.scored or student.problems for student in students):
        raise batch.nothing_graded(assignment)
    absent = tuple(sorted(everybody.keys() - set(names) - set(course.withdrawn)))
    made = datetime.now().astimezone()
    return Class(course.directory.course_id, assignment, made, questions, students, absent)


def _student(row: Row, there: Booked | None, questions: tuple[Question, ...]) -> Student:
    if there is None or not there.scores:  # such as an extension for somebody whose work is not graded yet
        return Student(row.student, state="not graded", problems=row.problems)
    found = {question.exercise: question for question in row.questions}
    scores = {cell.name: score for cell, score in there.scores.items()}
    marks = {}
    for question in questions:
        score = scores.get(check_of(question.name) if question.checked else question.name)
        points, by_hand = (None, False) if score is None else (score.points, score.is_by_hand)
        said = found.get(question.name)
        if not question.checked and said is None:
            marks[question.name] = Mark(points, by_hand)
        elif said is None:
            marks[question.name] = Mark(points, by_hand, UNDECIDED)
        else:
            found_so = (said.verdict, said.diagnoses, said.fault, said.first, said.numbers)
            marks[question.name] = Mark(points, by_hand, *found_so)
    return Student(
        row.student,
        there.full_name,
        row.how,
        marks,
        row.problems,
        row.flags,
        row.late_s,
        row.penalty,
        row.cpu_s or None,
        row.why,
        row.doubts,
        row.remarks,
        row.unprotected,
    )


def _files(
    course: Course, assignment: str, handed_in: list[Path], released: Mapping[str, nbformat.NotebookNode]
) -> dict[str, Path]:
    """What is there to be opened: the folder that was handed in, and of each notebook the two pages made of it.

    The files in that folder are a stranger's and get no link of their own: a browser may take one for a page.
    """
    found = {}
    for number, folder in enumerate(handed_in):
        found["handed in" if number == 0 else f"handed in ({number + 1})"] = folder
        student = folder.parent.name
        for name in released:
            which = f" {name}" if len(released) > 1 else ""
            for what, step, kind in (("notebook", "autograded", "ipynb"), ("feedback", "feedback", "html")):
                path = course.folder(step, student, assignment) / f"{name}.{kind}"
                if path.is_file():
                    found[what + which] = path
    return found


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
