"""A graded notebook as what a page shows of it: its questions, and its cells piece by piece."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode

from coursekit.checking import Verdict
from coursekit.grading.gradebook.presentation import SUMMARY
from coursekit.grading.run.shown import NOT_RUN
from coursekit.grading.run.stock import IN_KERNEL, checked_exercise, is_stock_test
from coursekit.grading.submission.canonical import READING, is_own_cell
from coursekit.lessons.cells import grade_id, is_answer, is_graded, is_task, nbgrader_part


@dataclass
class Question:
    """Something that is worth points.

    name:    of the exercise, or of a question that people grade.
    points:  as the gradebook has them; None until somebody decides.
    verdict: the grader's, "" where it has none.
    found:   what the grader found, in a sentence or two.
    checked: True if a check decides, False if only a person can.
    by_hand: a person has given the points.
    note:    where the points come from, if that is unusual.
    """

    name: str
    points: float | None
    most: float
    verdict: str = ""
    found: tuple[str, ...] = ()
    checked: bool = True
    by_hand: bool = False
    note: str = ""

    @property
    def anchor(self) -> str:
        return f"question-{self.name}"

    @property
    def standing(self) -> str:
        """In one word: right, partly, wrong, unwritten, open (undecided), or graded (by a person)."""
        if self.points is None:
            return "open"
        if not self.checked or self.by_hand:
            return "graded"
        if self.verdict == Verdict.NOT_WRITTEN:
            return "unwritten"
        if self.verdict == Verdict.PASSED or not self.verdict and self.points >= self.most:
            return "right"
        return "partly" if self.points > 0 else "wrong"


@dataclass
class Piece:
    """One cell, or an answer with its check.

    kind:     "words" (Markdown) or "code".
    source:   of the cell; "" for a check alone.
    title:    the name of the question that it belongs to, "" for none.
    question: what is worth points, where it is decided here.
    own:      the student has added the cell.
    outputs:  of the cell. report: the output of the check.
    comment:  of a person or the grader, as clean HTML.
    """

    kind: str
    source: str
    title: str = ""
    question: Question | None = None
    own: bool = False
    outputs: list[NotebookNode] = field(default_factory=list)
    report: list[NotebookNode] = field(default_factory=list)
    comment: str = ""


def pieces(nb: NotebookNode) -> list[Piece]:
    """The notebook from top to bottom. A check joins its answer if nothing stands in between."""
    found: list[Piece] = []
    for cell in nb.cells:
        if _says_nothing(cell):
            continue
        exercise = checked_exercise(cell)
        if exercise is None:
            found.append(_piece(cell))
            continue
        question, last = _checked(cell, exercise), found[-1] if found else None
        if last is None or last.title != exercise or last.question is not None:
            last = Piece("code", "", exercise)
            found.append(last)
        last.question, last.report = question, cell.get("outputs", [])
    return found


def questions(found: list[Piece]) -> list[Question]:
    """What is worth points, in the order of the notebook."""
    return [piece.question for piece in found if piece.question is not None]


def remarks(nb: NotebookNode) -> list[str]:
    """How the notebook was read, where it was not as it was handed out."""
    reading = nb.metadata.get(READING, {})
    return [str(each) for each in reading.get("remarks", [])]


def _says_nothing(cell: NotebookNode) -> bool:
    """A given cell that is empty, or holds comments only, such as one that could be made to ask for a hint."""
    if is_answer(cell) or is_graded(cell) or is_own_cell(cell):
        return False
    lines = [line.strip() for line in cell.source.splitlines()]
    return cell.cell_type == "code" and all(not line or line.startswith("#") for line in lines)


def _piece(cell: NotebookNode) -> Piece:
    kind = "code" if cell.cell_type == "code" else "words"
    outputs = [output for output in cell.get("outputs", []) if _tells_of_student(cell, output)]
    piece = Piece(kind, cell.source, own=is_own_cell(cell), outputs=outputs)
    if is_answer(cell) or is_task(cell) or is_graded(cell):
        piece.title = grade_id(cell)
        piece.comment = str(nbgrader_part(cell).get("comment") or "")
        if is_graded(cell) or is_task(cell):
            piece.question = _question(cell, piece.title, checked=is_stock_test(cell))
    return piece


def _tells_of_student(cell: NotebookNode, output: NotebookNode) -> bool:
    """False for what a given cell shows because it stands among the grader's things: a figure of the course, say."""
    given = not (is_own_cell(cell) or is_answer(cell) or is_graded(cell))
    return not (given and output.output_type == "stream" and output.text.startswith(NOT_RUN))


def _question(cell: NotebookNode, name: str, *, checked: bool, **more: Any) -> Question:
    said = nbgrader_part(cell)
    score, most = said.get("score"), said.get("points")
    note = f"Points {IN_KERNEL}." if checked and is_stock_test(cell) else ""
    return Question(
        name,
        None if score is None else float(score),
        float(most or 0),
        checked=checked,
        by_hand=bool(said.get("by_hand")),
        note=note,
        **more,
    )


def _checked(cell: NotebookNode, exercise: str) -> Question:
    summary = next((summary for output in cell.get("outputs", []) if (summary := _summary(output))), {})
    found = tuple(map(str, summary.get("found", ())))
    return _question(cell, exercise, checked=True, verdict=str(summary.get("verdict", "")), found=found)


def _summary(output: NotebookNode) -> dict[str, Any]:
    kept = output.get("metadata", {}).get(SUMMARY)
    return dict(kept) if isinstance(kept, dict) else {}
