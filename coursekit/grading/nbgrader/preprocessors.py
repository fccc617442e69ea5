"""The steps of nbgrader's autograding that this course replaces, and one more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from coursekit.grading import nodes
from coursekit.grading.failures import FAILED, Failures, trace
from coursekit.grading.gradebook.decision import decided
from coursekit.grading.gradebook.places import RESULTS
from coursekit.grading.gradebook.presentation import outputs_shown, words_made_safe
from coursekit.grading.gradebook.results import ResultStore
from coursekit.grading.gradebook.rows import Entry, Rows
from coursekit.grading.nbgrader.reading import REMARKS, UNREAD
from coursekit.grading.run.job import Job
from coursekit.grading.run.notebook import Graded
from coursekit.grading.run.runners import failed, faulty, run_job
from coursekit.grading.seeds import course_secret
from coursekit.grading.submission.canonical import canonical, unread
from coursekit.grading.submission.intake import repaired
from coursekit.grading.submission.quarantine import shown

Resources = dict[str, Any]


class _Step(NbGraderPreprocessor):
    """One that tells a teacher where the grader itself has failed."""

    def _keep(self, own: Resources, told: str) -> None:
        root = Path(CourseDirectory(config=self.config).root)
        said = Failures(root / RESULTS, own["assignment"]).keep(own["student"], told)
        self.log.error("%s: %s", own["student"], said)


class Canonicalize(_Step):
    """Rebuild what was handed in on what was handed out, before nbgrader looks at it."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        own = resources["nbgrader"]
        released = released_notebook(CourseDirectory(config=self.config), own["assignment"], own["notebook"])
        reason = resources.get(UNREAD)
        if reason is None:
            try:
                return canonical(released, repaired(nb), resources.get(REMARKS, ())), resources
            except Exception as error:  # of ours: the other submissions are graded all the same
                reason = FAILED
                self._keep(own, trace(error))
        nb = unread(released, reason)
        nb.metadata[UNREAD] = reason  # the second half of autograding reads it from the file written in between
        return nb, resources


class TrustedExecute(_Step):
    """Grade in the sandbox; a result that is known already is not computed again."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        own = resources["nbgrader"]
        root = Path(CourseDirectory(config=self.config).root)
        secret = course_secret(root)
        job = Job.of(nb, own["assignment"], own["notebook"], own["student"], secret)
        reason = nb.metadata.pop(UNREAD, None)
        graded = result_of(job, ResultStore(root / RESULTS, secret)) if reason is None else faulty(job, reason)
        try:
            for_people = outputs_shown(nodes.copied(nb), graded)
        except Exception as error:  # of ours: the other submissions are graded all the same
            graded = failed(job, error)
            for_people = outputs_shown(nb, graded)
        if not job.isolated:
            self.log.warning("%s ran without isolation, and could do all that you can", shown(own["student"]))
        if graded.broken:
            self._keep(own, graded.broken)
        for name, reason in graded.faults.items():
            self.log.error("%s of %s needs manual grading: %s", name, shown(own["student"]), shown(reason))
        resources["coursekit"] = graded
        return for_people, resources


class TrustedSaveAutoGrades(NbGraderPreprocessor):
    """Write the rows that `coursekit grade` writes: of the grader's own result, never of what a cell shows."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        own = resources["nbgrader"]
        with Gradebook(own["db_url"], CourseDirectory(config=self.config).course_id) as book:
            rows = Rows(book.db, book.find_assignment(own["assignment"]))
            decisions = {own["notebook"]: decided(nb, resources["coursekit"])}
            rows.store([Entry(own["student"], None, decisions)])
            book.db.commit()
        return nb, resources


class SafeWords(NbGraderPreprocessor):
    """A student's Markdown becomes harmless HTML, once the scores are taken."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        return words_made_safe(nb), resources


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
    """The result of a job: from the store, or computed now."""
    key = job.key
    graded = store.get(key)
    if graded is None:
        graded = run_job(job)
        store.put(key, graded)
    return graded
