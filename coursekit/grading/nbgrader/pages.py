"""The pages that nbgrader makes of a graded notebook: formgrader's page for manual grading, and the feedback."""

from __future__ import annotations

import html
from typing import Any

from nbconvert.exporters import Exporter, HTMLExporter
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from traitlets import Bool

from coursekit.grading import feedback
from coursekit.grading.gradebook.booked import Cell, booked
from coursekit.grading.gradebook.presentation import quotes_a_student, words_made_safe
from coursekit.grading.safe_markdown import lesson_markdown, shown_markdown, typeset
from coursekit.lessons.cells import grade_id, nbgrader_part

Resources = dict[str, Any]

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""Of the feedback: it loads nothing, and nothing in it runs."""

_NAMES = ("student", "first_name", "last_name", "filename", "notebook_path")


class SafePage(Preprocessor):
    """Whatever lies in an autograded notebook: a student's words are made safe where the page is made, and formulas are
    typeset, so that no page needs a program or a network for them."""

    enabled = Bool(True).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        for name in _NAMES:  # formgrader's template writes them as they are
            if isinstance(resources.get(name), str):
                resources[name] = html.escape(resources[name])
        for cell in words_made_safe(nb).cells:
            if cell.cell_type == "markdown":
                cell.source = typeset(cell.source) if quotes_a_student(cell) else lesson_markdown(cell.source)
        return nb, resources


class SafeComments(Preprocessor):
    """Comments, as they stand in the gradebook. nbgrader renders them as Markdown, HTML included."""

    enabled = Bool(True).tag(config=True)  # nbconvert leaves out a step that does not say so

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        for cell in nb.cells:
            said = nbgrader_part(cell)
            if said.get("comment"):
                said["comment"] = typeset(shown_markdown(said["comment"]))
        return nb, resources


class BookedNumbers(Preprocessor):
    """What the gradebook says, after nbgrader's own step, which counts as 0 what nobody has decided."""

    enabled = Bool(True).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        own = resources["nbgrader"]
        with Gradebook(own["db_url"], CourseDirectory(config=self.config).course_id) as book:
            found = booked(book.db, book.find_assignment(own["assignment"]), [own["student"]])
        for entry in found.values():
            own["late_s"] = entry.late_s
            for cell in nb.cells:
                score = entry.scores.get(Cell(own["notebook"], grade_id(cell)))
                if score is not None:
                    said = nbgrader_part(cell)
                    said.update(score=score.points, points=score.max_points, by_hand=score.is_by_hand)
        return nb, resources


class FeedbackExporter(HTMLExporter):
    """The page that a student gets back, in place of nbgrader's."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: Resources | None = None, **options: Any
    ) -> tuple[str, Resources]:
        nb, resources = Exporter.from_notebook_node(self, nb, resources, **options)
        return feedback.page(nb, resources["nbgrader"], POLICY), resources
