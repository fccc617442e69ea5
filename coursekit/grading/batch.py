"""Grade an assignment: read what was handed in, run what is not known yet, write the gradebook, say what happened."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import chain

from coursekit.grading.failures import Failures, is_of_the_disk, trace
from coursekit.grading.gradebook.book import opened
from coursekit.grading.gradebook.booked import booked, enrolled
from coursekit.grading.gradebook.fingerprint import RUN, WORDS, Circumstances, Fingerprint, changed
from coursekit.grading.gradebook.lock import alone_in
from coursekit.grading.gradebook.places import RESULTS, WRITTEN
from coursekit.grading.gradebook.results import ResultStore
from coursekit.grading.gradebook.table import UNDECIDED, Question, Row, in_gradebook
from coursekit.grading.gradebook.writer import LateRuleFailed, Refused, Writer, late_penalties
from coursekit.grading.gradebook.written import Written
from coursekit.grading.run.along import first_wrong
from coursekit.grading.run.job import Job
from coursekit.grading.run.notebook import Graded
from coursekit.grading.run.servers import isolation_is_asked_for
from coursekit.grading.run.stock import IN_KERNEL
from coursekit.grading.submission.course import Course, CourseError, Submission

_FLUSH_ROWS, _FLUSH_S = 50, 1.0

Runner = Callable[[Iterable[Job]], Iterator[tuple[Job, Graded]]]


@dataclass
class _Pending:
    """A student whose notebooks are on their way. why: what has changed since they were written last."""

    submission: Submission
    keys: dict[str, str]
    fingerprint: Fingerprint
    why: str = ""
    results: dict[str, Graded] = field(default_factory=dict)
    computed: bool = False


def graded(course: Course, assignment: str) -> list[str]:
    """Who handed in, where some grading has been. Raises CourseError that says which command comes first."""
    names = course.students(assignment)
    if not names:
        raise course.nobody(assignment)
    if not (course.root / RESULTS).is_dir():
        raise nothing_graded(assignment)
    return names


def nothing_graded(assignment: str) -> CourseError:
    return CourseError(f"Nothing of {assignment!r} has been graded yet: run `coursekit grade {assignment}` first.")


def grade(
    course: Course,
    assignment: str,
    students: list[str],
    runner: Runner,
    *,
    force: bool = False,
    regrade: bool = False,
) -> Iterator[Row]:
    """Grade submissions and yield a row for each as it is written.

    course:     where.
    assignment: its name.
    students:   whom to grade, in this order.
    runner:     where jobs run: see `runners`.
    force:      write every student again, even where nothing has changed.
    regrade:    run every notebook again, also where the result is known.

    Results are kept as they arrive, so a run that is killed goes on where it was. Raises CourseError before anything is
    graded if the course cannot be graded as it is, or another process grades it.
    """
    with alone_in(course.root / RESULTS), Writer(course, assignment) as writer:
        run = _Run(course, assignment, writer.circumstances, force=force or regrade, regrade=regrade)
        run.writer = writer
        waiting = run.missing(students)
        for jobs in waiting:  # who has none is finished here, so that a class of which all is known is not held at once
            if jobs:
                for job, graded in runner(chain(jobs, chain.from_iterable(waiting))):
                    run.arrived(job, graded)
                    yield from run.finished()
            yield from run.finished()
        yield from run.finished(at_once=True)


def known(course: Course, assignment: str, students: list[str]) -> Iterator[Row]:
    """A row for each student with what is known already; nothing is graded and nothing is written."""
    with opened(course, assignment) as (book, entry):
        there = booked(book.db, entry)
        circumstances = Circumstances(entry, there, enrolled(book.db), late_penalties(course).plugin_inst)
    run = _Run(course, assignment, circumstances)
    for submission in course.submissions(assignment, students):
        row = run.known(submission)
        yield in_gradebook(row, there.get(submission.student))


class _Run:
    """One run over an assignment."""

    def __init__(
        self, course: Course, assignment: str, circumstances: Circumstances, force: bool = False, regrade: bool = False
    ) -> None:
        self.course, self.assignment, self.force, self.regrade = course, assignment, force, regrade
        self.circumstances = circumstances
        self.secret = course.secret
        self.store = ResultStore(course.root / RESULTS, self.secret)
        self.written = Written(course.root / RESULTS / WRITTEN / assignment)
        self.failures = Failures(course.root / RESULTS, assignment)
        self.writer: Writer
        self.pending: dict[str, _Pending] = {}
        self.done: list[tuple[Fingerprint, Row]] = []  # with the fingerprint of what was written
        self.rows: list[Row] = []  # written
        self.last_flush = time.monotonic()

    def missing(self, students: list[str]) -> Iterator[list[Job]]:
        """The jobs of each student that have to run. One whose results are all known is finished on the way."""
        for submission in self.course.submissions(self.assignment, students):
            missing: list[Job] = []
            with self._alone(submission):
                missing = self._begin(submission)
            yield missing
            if len(self.done) >= _FLUSH_ROWS:  # a runner that looks for its next job asks nobody for rows
                self._flush()

    def _begin(self, submission: Submission) -> list[Job]:
        """The jobs of one student that have to run."""
        if submission.nameless:
            self.done.append(({}, _row(_Pending(submission, {}, {}))))
            return []
        new = self._jobs(submission)
        fingerprint, why, kept = self._changed(submission, new)
        if kept is not None and not why and not self.force:
            self.done.append(({}, kept))
            return []
        results = {} if self.regrade else self._stored(new)
        missing = [job for job in new if job.name not in results]
        keys = {job.name: job.key for job in new}
        pending = _Pending(submission, keys, fingerprint, why, results, computed=bool(missing))
        self.pending[submission.student] = pending
        if not missing:
            self._write(submission.student)
        return missing

    def _changed(self, submission: Submission, jobs: list[Job]) -> tuple[Fingerprint, str, Row | None]:
        """The fingerprint of now, what has changed since the last writing, and its row.

        The row is None where nothing was written or it waits for a person: such a one is always tried again.
        """
        now, kept = self.circumstances.of(submission, jobs), self._kept(submission.student)
        if kept is None:
            return now, "", None
        before, row = kept
        said = [WORDS[part] for part in changed(before, now)]
        if not said and self.circumstances.overwritten(submission):
            said = [WORDS["time"]]
        if not said and not self.writer.has_files(submission):
            said = ["the notebook to look at was gone"]
        waits = row.needs_a_person or row.problems or not self.writer.known(submission.student)
        return now, " and ".join(said[:2]), None if waits else row

    def _kept(self, student: str) -> tuple[Fingerprint, Row] | None:
        kept = self.written.get(student)
        try:
            return None if kept is None else (kept[0], replace(Row.from_dict(kept[1]), how="unchanged", why=""))
        except (KeyError, TypeError):  # of an older version
            return None

    def _stored(self, jobs: list[Job]) -> dict[str, Graded]:
        return {job.name: graded for job in jobs if (graded := self.store.get(job.key)) is not None}

    def arrived(self, job: Job, graded: Graded) -> None:
        pending = self.pending.get(job.student)
        if pending is None:  # the grader has failed on another notebook of this student
            return
        with self._alone(pending.submission):
            self.store.put(pending.keys[job.name], graded)
            pending.results[job.name] = graded
            if len(pending.results) == len(pending.keys):
                self._write(job.student)

    @contextlib.contextmanager
    def _alone(self, submission: Submission) -> Iterator[None]:
        """An exception of ours over one submission is that submission's: the others are graded all the same. Not so
        what concerns all of them, such as a course that cannot be graded or a full disk."""
        try:
            yield
        except CourseError:
            raise
        except Exception as error:
            if is_of_the_disk(error):
                raise
            self.pending.pop(submission.student, None)
            self._failed(submission, error)

    def _failed(self, submission: Submission, error: Exception) -> None:
        said = self.failures.keep(submission.student, trace(error))
        with contextlib.suppress(Exception):
            self.writer.leave_to_a_person(submission)
        self.done.append(({}, Row(submission.student, "failed", failed=said)))

    def finished(self, at_once: bool = False) -> Iterator[Row]:
        """The rows that are written by now. A commit waits for the disk, so several students share one."""
        if at_once or len(self.done) >= _FLUSH_ROWS or time.monotonic() - self.last_flush >= _FLUSH_S:
            self._flush()
        rows, self.rows = self.rows, []
        yield from rows

    def _flush(self) -> None:
        lost = self.writer.flush()
        self.last_flush = time.monotonic()
        done, self.done = self.done, []
        there = self.writer.booked([row.student for _, row in done])
        for fingerprint, row in done:
            try:
                if row.student in lost:
                    raise lost[row.student]
                if fingerprint:
                    self.written.put(row.student, fingerprint, asdict(row))
            except Exception as error:
                if is_of_the_disk(error):
                    raise
                said = self.failures.keep(row.student, trace(error))
                if isinstance(error, Refused) and isinstance(error.__cause__, LateRuleFailed):
                    row = Row(row.student, "not written", failed=str(error))
                elif isinstance(error, Refused):
                    row = Row(row.student, "failed", failed=said)
                else:
                    row = replace(row, failed=said)
            self.rows.append(in_gradebook(row, there.get(row.student)))

    def known(self, submission: Submission) -> Row:
        """What is known about one submission."""
        jobs = self._jobs(submission)
        now, kept = self.circumstances.of(submission, jobs), self._kept(submission.student)
        shown_anyway = self.circumstances.shown_anyway(submission.student)
        differs = [] if kept is None else [part for part in changed(kept[0], now) if part not in shown_anyway]
        if kept is not None and not differs:
            return kept[1]
        results = self._stored(jobs)
        if len(results) == len(jobs) and set(differs) <= RUN:  # `nbgrader autograde` has graded it since
            return _row(_Pending(submission, {}, now, results=results))
        if kept is None:
            return Row(submission.student, "not graded")
        return replace(kept[1], how="outdated", why=" and ".join([WORDS[part] for part in differs][:2]))

    def _jobs(self, submission: Submission) -> list[Job]:
        return [
            Job.of(nb, self.assignment, name, submission.student, self.secret)
            for name, nb in submission.notebooks.items()
        ]

    def _write(self, student: str) -> None:
        pending = self.pending.pop(student)
        row = _row(pending)
        self.writer.write(pending.submission, pending.results)
        told = "\n".join(filter(None, (pending.submission.broken, *(g.broken for g in pending.results.values()))))
        if told:
            row = replace(row, failed=self.failures.keep(student, told))
        else:
            self.failures.forget(student)
        self.done.append((pending.fingerprint, row))


def _row(pending: _Pending) -> Row:
    questions, flags, seconds = [], [], 0.0
    remarks = [*pending.submission.remarks]
    for graded in pending.results.values():
        for name, report in graded.reports.items():
            alike = {"first": first_wrong(report), "numbers": graded.numbers.get(name, "")}
            questions.append(
                Question(name, report.points, report.max_points, report.verdict, report.diagnoses, **alike)
            )
        for name, (points, most) in graded.tests.items():
            questions.append(Question(name, points, most, IN_KERNEL))
        for name, reason in graded.faults.items():
            questions.append(Question(name, None, 0.0, UNDECIDED, fault=reason))
        flags += graded.flags
        remarks += graded.remarks
        seconds += graded.cpu_s
    submission = pending.submission
    return Row(
        submission.student,
        "graded" if pending.computed else "from store" if pending.results else "not read",
        tuple(questions),
        tuple(submission.problems.values()),
        tuple(flags),
        round(seconds, 3),
        why=pending.why,
        doubts=(submission.when.doubt,) if submission.when.doubt else (),
        remarks=tuple(dict.fromkeys(remarks)),
        unprotected=bool(pending.results) and not isolation_is_asked_for(),
    )
