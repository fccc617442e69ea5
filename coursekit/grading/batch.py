"""Grade an assignment: read what was handed in, run what is not known yet, write the gradebook, say what happened."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from coursekit.grading.failures import FAILED, Failures, is_of_the_disk, trace
from coursekit.grading.gradebook.results import RESULTS, ResultStore, replace_json
from coursekit.grading.gradebook.writer import Writer
from coursekit.grading.run.job import Job
from coursekit.grading.run.notebook import Graded
from coursekit.grading.run.stock import IN_KERNEL
from coursekit.grading.submission.course import Course, CourseError, Submission

_FLUSH_ROWS, _FLUSH_S = 50, 1.0

Runner = Callable[[Iterable[Job]], Iterator[tuple[Job, Graded]]]


@dataclass(frozen=True)
class Question:
    """One exercise of one student. points is None if the grader could not decide; then `fault` says why."""

    exercise: str
    points: float | None
    max_points: float
    verdict: str
    diagnoses: tuple[str, ...] = ()
    fault: str = ""


@dataclass(frozen=True)
class Row:
    """One student's line in the table.

    how:      "graded", "from store" (graded before, the same content), "unchanged" (and written before) or "failed"
              (see there). Rows of `known` also say "outdated" (the notebook or the grader has changed since) and
              "not graded".
    problems: why notebooks could not be read; a person has to look.
    remarks:  how notebooks were read, where they were not as they were handed out.
    failed:   where the grader itself failed on this submission, as a sentence for the teacher; a person has to look.
    """

    student: str
    how: str
    questions: tuple[Question, ...] = ()
    problems: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    cpu_s: float = 0.0
    failed: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        return round(sum(q.points or 0.0 for q in self.questions), 4)

    @property
    def max_points(self) -> float:
        return sum(q.max_points for q in self.questions)

    @property
    def needs_a_person(self) -> bool:
        return bool(self.problems or self.failed) or any(q.points is None for q in self.questions)


@dataclass
class _Pending:
    """A student whose notebooks are on their way."""

    submission: Submission
    keys: dict[str, str]
    results: dict[str, Graded] = field(default_factory=dict)
    computed: bool = False


def grade(
    course: Course, assignment: str, students: list[str], runner: Runner, *, force: bool = False
) -> Iterator[Row]:
    """Grade submissions and yield a row for each as it is written.

    course:     where.
    assignment: its name.
    students:   whom to grade, in this order.
    runner:     where jobs run: see `runners`.
    force:      write every student again, even where nothing has changed.

    Results are kept as they arrive, so a run that is killed goes on where it was. Raises CourseError before anything is
    graded if the course cannot be graded as it is.
    """
    run = _Run(course, assignment, force)
    with Writer(course, assignment) as writer:
        run.writer = writer
        waiting = run.jobs(students)
        for job, graded in runner(waiting):
            run.arrived(job, graded)
            yield from run.finished()
        yield from run.finished(at_once=True)


def known(course: Course, assignment: str, students: list[str]) -> Iterator[Row]:
    """A row for each student with what is known already; nothing is graded and nothing is written."""
    run = _Run(course, assignment, force=False)
    for submission in course.submissions(assignment, students):
        yield run.known(submission)


class _Run:
    """One run over an assignment."""

    def __init__(self, course: Course, assignment: str, force: bool) -> None:
        self.course, self.assignment, self.force = course, assignment, force
        self.store = ResultStore(course.root / RESULTS, course.secret)
        self.written = _Written(course.root / RESULTS / "written" / assignment)
        self.failures = Failures(course.root / RESULTS, assignment)
        self.writer: Writer
        self.pending: dict[str, _Pending] = {}
        self.done: list[tuple[str, Row]] = []  # with the fingerprint of what was graded
        self.last_flush = time.monotonic()

    def jobs(self, students: list[str]) -> Iterator[Job]:
        """The jobs that have to run. A student whose results are all known is finished on the way."""
        for submission in self.course.submissions(self.assignment, students):
            missing: list[Job] = []
            with self._alone(submission):
                missing = self._begin(submission)
            yield from missing

    def _begin(self, submission: Submission) -> list[Job]:
        """The jobs of one student that have to run."""
        new = [self._job(submission, name) for name in submission.notebooks]
        keys = {job.name: job.key for job in new}
        kept = self.written.get(submission.student)
        same = kept is not None and kept[0] == _fingerprint(keys, submission) and not kept[1].needs_a_person
        if same and not self.force and self.writer.known(submission.student):
            self.done.append(("", kept[1]))
            return []
        results = {name: graded for name, key in keys.items() if (graded := self.store.get(key)) is not None}
        missing = [job for job in new if job.name not in results]
        self.pending[submission.student] = _Pending(submission, keys, results, computed=bool(missing))
        if not missing:
            self._write(submission.student)
        return missing

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
        undecided = dict.fromkeys(submission.notebooks, FAILED)
        with contextlib.suppress(Exception):  # a person decides; the gradebook may refuse that, too
            self.writer.write(replace(submission, problems=submission.problems | undecided), {})
        self.done.append(("", Row(submission.student, "failed", failed=said)))

    def finished(self, at_once: bool = False) -> Iterator[Row]:
        """The rows that are written by now. A commit waits for the disk, so several students share one."""
        if not at_once and len(self.done) < _FLUSH_ROWS and time.monotonic() - self.last_flush < _FLUSH_S:
            return
        lost = self.writer.flush()
        self.last_flush = time.monotonic()
        done, self.done = self.done, []
        for fingerprint, row in done:
            try:
                if row.student in lost:
                    raise lost[row.student]
                if fingerprint:
                    self.written.put(row.student, fingerprint, row)
            except Exception as error:
                if is_of_the_disk(error):
                    raise
                row = replace(row, failed=self.failures.keep(row.student, trace(error)))
            yield row

    def known(self, submission: Submission) -> Row:
        """What is known about one submission."""
        keys = {name: self._job(submission, name).key for name in submission.notebooks}
        results = {name: graded for name, key in keys.items() if (graded := self.store.get(key)) is not None}
        if len(results) == len(keys):
            return _row(_Pending(submission, keys, results))
        kept = self.written.get(submission.student)
        if kept is None:
            return Row(submission.student, "not graded")
        current = kept[0] == _fingerprint(keys, submission)  # a fault of the grader: rows keep it, the store does not
        return kept[1] if current else replace(kept[1], how="outdated")

    def _job(self, submission: Submission, name: str) -> Job:
        return Job.of(submission.notebooks[name], self.assignment, name, submission.student, self.course.secret)

    def _write(self, student: str) -> None:
        pending = self.pending.pop(student)
        row = _row(pending)
        self.writer.write(pending.submission, pending.results)
        told = "\n".join(filter(None, (pending.submission.broken, *(g.broken for g in pending.results.values()))))
        if told:
            row = replace(row, failed=self.failures.keep(student, told))
        else:
            self.failures.forget(student)
        self.done.append((_fingerprint(pending.keys, pending.submission), row))


def _row(pending: _Pending) -> Row:
    questions, flags, remarks, seconds = [], [], [], 0.0
    for graded in pending.results.values():
        for name, report in graded.reports.items():
            questions.append(Question(name, report.points, report.max_points, report.verdict, report.diagnoses))
        for name, (points, most) in graded.tests.items():
            questions.append(Question(name, points, most, IN_KERNEL))
        for name, reason in graded.faults.items():
            questions.append(Question(name, None, 0.0, "not decided", fault=reason))
        flags += graded.flags
        remarks += graded.remarks
        seconds += graded.cpu_s
    how = "graded" if pending.computed else "from store"
    problems = (*pending.submission.problems.values(), *pending.submission.remarks)
    unreadable = tuple(problems) if pending.submission.problems else ()
    return Row(
        pending.submission.student,
        how,
        tuple(questions),
        unreadable,
        tuple(flags),
        round(seconds, 3),
        remarks=tuple(dict.fromkeys(remarks)),
    )


def _fingerprint(keys: dict[str, str], submission: Submission) -> str:
    return json.dumps([sorted(keys.items()), sorted(submission.problems.items())])


class _Written:
    """What was written for whom: the fingerprint of the content and the row, one small file per student."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, student: str) -> tuple[str, Row] | None:
        try:
            kept = json.loads((self.folder / f"{student}.json").read_text(encoding="utf-8"))
            row = kept["row"]
            questions = tuple(Question(**{**q, "diagnoses": tuple(q["diagnoses"])}) for q in row["questions"])
            return kept["fingerprint"], Row(
                row["student"],
                "unchanged",
                questions,
                tuple(row["problems"]),
                tuple(row["flags"]),
                row["cpu_s"],
                row["failed"],
                tuple(row["remarks"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, student: str, fingerprint: str, row: Row) -> None:
        replace_json(self.folder / f"{student}.json", {"fingerprint": fingerprint, "row": asdict(row)})
