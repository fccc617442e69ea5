"""The answers of a course's assignment: the code that was handed in, and what grading kept about its numbers."""

from __future__ import annotations

from collections.abc import Collection

from coursekit.grading import batch
from coursekit.grading.similar.evidence import Answer
from coursekit.grading.submission.course import Course
from coursekit.lessons.cells import exercise_of, grade_id


def answers(course: Course, assignment: str) -> tuple[list[Answer], dict[str, Collection[str]]]:
    """Every answer, and by exercise what everybody was given. Raises CourseError if there is nothing to compare.

    An answer that was not graded is compared by its code alone.
    """
    released = course.released(assignment)
    names = batch.graded(course, assignment)
    cells = [cell for nb in released.values() for cell in nb.cells if cell.cell_type == "code"]
    exercises = {name for name in map(exercise_of, cells) if name is not None}
    given = [cell.source for cell in cells]
    told = {
        (row.student, question.exercise): question
        for row in batch.known(course, assignment, names)
        for question in row.questions
    }
    found = []
    for submission in course.submissions(assignment, names):
        for nb in submission.notebooks.values():
            for cell in nb.cells:
                name = grade_id(cell)
                if name in exercises and cell.cell_type == "code":
                    said = told.get((submission.student, name))
                    more = (said.diagnoses, said.numbers) if said is not None else ()
                    found.append(Answer(submission.student, name, cell.source, *more))
    return found, dict.fromkeys(exercises, given)
