"""The three steps of nbgrader's autograding that this course replaces."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, v4
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades

from coursekit.grading.canonical import canonical, is_own_cell
from coursekit.grading.intake import repaired
from coursekit.grading.job import Job
from coursekit.grading.results import ResultStore
from coursekit.grading.safe_text import safe_markdown
from coursekit.grading.sandbox import SandboxUnavailable
from coursekit.grading.seeds import course_secret
from coursekit.grading.servers import shared_server
from coursekit.grading.trusted import Graded, exercise_of

RESULTS = ".coursekit-results"
"""Folder in the course's root that keeps results by content."""

Resources = dict[str, Any]


class Canonicalize(NbGraderPreprocessor):
    """Rebuild what was handed in on what was handed out, before nbgrader looks at it."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        own = resources["nbgrader"]
        released = released_notebook(CourseDirectory(config=self.config), own["assignment"], own["notebook"])
        return canonical(released, repaired(nb)), resources


class TrustedExecute(NbGraderPreprocessor):
    """Grade in the sandbox; a result that is known already is not computed again."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        own = resources["nbgrader"]
        root = Path(CourseDirectory(config=self.config).root)
        secret = course_secret(root)
        job = Job.of(nb, own["assignment"], own["notebook"], own["student"], secret)
        graded = result_of(job, ResultStore(root / RESULTS, secret))
        for name, reason in graded.faults.items():
            self.log.error("%s of %s needs manual grading: %s", name, own["student"], reason)
        resources["coursekit"] = graded
        return present(nb, graded), resources


class TrustedSaveAutoGrades(SaveAutoGrades):
    """Scores come from the grader's own result, never from what a cell shows."""

    def _add_score(self, cell: NotebookNode, resources: Resources) -> None:
        exercise = exercise_of(cell)
        if exercise is None:
            super()._add_score(cell, resources)
            return
        grade = self.gradebook.find_grade(
            cell.metadata["nbgrader"]["grade_id"], self.notebook_id, self.assignment_id, self.student_id
        )
        grade.auto_score = points(cell, resources["coursekit"])
        grade.needs_manual_grade = grade.auto_score is None or grade.manual_score is not None
        self.gradebook.db.commit()

    def _add_comment(self, cell: NotebookNode, resources: Resources) -> None:
        super()._add_comment(cell, resources)
        flags = resources["coursekit"].flags
        name = cell.metadata["nbgrader"]["grade_id"]
        comment = self.gradebook.find_comment(name, self.notebook_id, self.assignment_id, self.student_id)
        if flags and comment.auto_comment is None and name == first_answer(resources["coursekit"]):
            comment.auto_comment = flag_comment(flags)
            self.gradebook.db.commit()


def released_notebook(course: CourseDirectory, assignment: str, name: str) -> NotebookNode:
    """The notebook as it was handed out."""
    folder = Path(course.root) / course.format_path(course.release_directory, ".", assignment)
    path = folder / f"{name}.ipynb"
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing, and submissions are rebuilt on it: run `nbgrader generate_assignment {assignment}`"
        )
    return nbformat.read(path, as_version=4)


def result_of(job: Job, store: ResultStore) -> Graded:
    """The result of a job: from the store, or computed now. A host without a sandbox makes it a fault, never a score."""
    key = job.key
    graded = store.get(key)
    if graded is None:
        try:
            graded = job.run(shared_server())
        except SandboxUnavailable as reason:
            graded = Graded({}, faults=dict.fromkeys(job.seeds, str(reason)))
        store.put(key, graded)
    return graded


def present(nb: NotebookNode, graded: Graded) -> NotebookNode:
    """Put what the grader found into the notebook that people look at. Everything shown was made or checked here."""
    for cell in nb.cells:
        if cell.cell_type == "markdown" and (is_own_cell(cell) or _is_answer(cell)):
            cell.source = safe_markdown(cell.source)
        if cell.cell_type != "code":
            continue
        exercise = exercise_of(cell)
        outputs = graded.outputs.get(cell.get("id", ""), []) if exercise is None else _report(exercise, graded)
        cell.outputs = [NotebookNode(output) for output in outputs]
    return nb


def points(cell: NotebookNode, graded: Graded) -> float | None:
    """Points of a check cell; None if the grader could not decide."""
    report = graded.reports.get(exercise_of(cell) or "")
    return None if report is None else round(report.score * float(cell.metadata["nbgrader"]["points"]), 4)


def first_answer(graded: Graded) -> str:
    """The exercise whose answer cell carries remarks on the whole notebook."""
    return next(iter([*graded.reports, *graded.faults]), "")


def flag_comment(flags: tuple[str, ...]) -> str:
    """Flags as a comment; nbgrader puts comments into pages as they are, so they are escaped here."""
    return html.escape("Please look: " + "; ".join(flags))[:1000]


def _report(exercise: str, graded: Graded) -> list[NotebookNode]:
    report = graded.reports.get(exercise)
    if report is None:
        reason = graded.faults.get(exercise, "the check did not run")
        text = f"Not graded automatically: {reason}. A person will look at it; no points are lost."
        return [v4.new_output("display_data", data={"text/plain": text})]
    data = {"text/plain": repr(report.points), "text/html": report._repr_html_()}
    return [v4.new_output("execute_result", data=data, execution_count=None)]


def _is_answer(cell: NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))
