"""A student of the class: what is handed in, and what the grade must be. And the ways to make a submission."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import nbformat
from nbformat.v4 import new_code_cell

CHECK = "check_gru_step"
PERSON = "a person decides"
RIGHT, NOTHING, COUNT_ONLY = (4.0, 1.0), (0.0, 0.0), (0.0, 1.0)
UNREAD = (PERSON, PERSON)

Points = tuple[float | str, float | str]
HandIn = Callable[..., object]


@dataclass(frozen=True)
class Case:
    """One student. hand_in(course, student) writes the submission; expected: points of the two checks."""

    name: str
    kind: str  # hostile, faulty or unlucky
    hand_in: HandIn
    expected: Points


def cases(kind: str, expected: Points, hand_ins: Mapping[str, HandIn]) -> list[Case]:
    return [Case(name, kind, hand_in, expected) for name, hand_in in hand_ins.items()]


def answer(source: str) -> HandIn:
    """The answer of gru_step replaced."""
    return lambda course, student: course.hand_in(student, course.answered(gru_step=source))


def cell(source: str, *, last: bool = False) -> HandIn:
    """No answer to gru_step, and a cell of the student's own before or after everything else."""

    def hand_in(course, student):
        nb = course.answered(gru_step="# nothing")
        nb.cells.insert(len(nb.cells) if last else 0, new_code_cell(source))
        course.hand_in(student, nb)

    return hand_in


def right_and(source: str) -> HandIn:
    """Right answers, with something before them in the answer's cell."""

    def hand_in(course, student):
        nb = course.solution
        target = of(nb, "gru_step")
        target.source = f"{source}\n{target.source}"
        course.hand_in(student, nb)

    return hand_in


def changed(change: Callable[[nbformat.NotebookNode], object], base: str = "solution") -> HandIn:
    """The solution, or the empty notebook, with something done to it."""

    def hand_in(course, student):
        nb = getattr(course, base)
        made = change(nb)
        course.hand_in(student, made if isinstance(made, (bytes, nbformat.NotebookNode)) else nb)

    return hand_in


def of(nb, grade_id):
    return next(c for c in nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def without(nb, grade_id):
    nb.cells.remove(of(nb, grade_id))


def with_file(name: str, content: str, base: HandIn | None = None) -> HandIn:
    """A file beside the notebook."""

    def hand_in(course, student):
        (base or answer("# nothing"))(course, student)
        (course.root / "submitted" / student / "mini" / name).write_text(content)

    return hand_in
