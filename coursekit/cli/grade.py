"""Grade what students handed in for an assignment: in a sandbox, in parallel, into nbgrader's gradebook.

Results are kept by content. A second run grades what has changed and writes again what depends on a time, a due date
or a setting that has changed; a run that was stopped goes on where it was. The table leaves out who is unchanged, and
its points are the gradebook's.

Exit status: 0 if everything was decided, 1 if a person has to look at something, 2 if nothing could be graded, 3 if the
grader itself failed on some submissions (the others are graded; it is said where the tracebacks are).

  coursekit grade 05_gru
  coursekit grade 05_gru --student ada --student bob --force
  coursekit grade 05_gru --student ada --regrade
  coursekit grade 05_gru --csv points.csv
  coursekit grade 05_gru --cluster tcp://scheduler:8786
"""

from __future__ import annotations

import argparse
import itertools
import os
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from coursekit.cli.arguments import add_course
from coursekit.cli.early import start_sandbox
from coursekit.cli.errors import UserError, reason
from coursekit.cli.isolation import cores, require_sandbox

if TYPE_CHECKING:
    from coursekit.grading.batch import Row, Runner
    from coursekit.grading.run.job import Job
    from coursekit.grading.run.notebook import Graded
    from coursekit.grading.submission.course import Course

SUMMARY = "grade the submissions of an assignment"

_JOBS = cores() + 1  # while one process compares or waits, another computes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("assignment", metavar="ASSIGNMENT", help="its name, such as 05_gru")
    add_course(parser)
    add("--student", metavar="NAME", action="append", help="only this student; can be given more than once")
    where = parser.add_mutually_exclusive_group()
    processes = f"processes (default: one more than there are cores, here {_JOBS})"
    where.add_argument("-j", "--jobs", metavar="N", type=int, default=_JOBS, help=processes)
    where.add_argument("--cluster", metavar="ADDRESS", help="a Dask scheduler, such as tcp://host:8786")
    add("--force", action="store_true", help="write every student again, even where nothing changed")
    add("--regrade", action="store_true", help="run every notebook again, even where its result is known")
    add("--csv", metavar="FILE", type=Path, help="also write one line per student and exercise")
    trusting = "run notebooks without isolation: they can then do all that you can. Only for notebooks you trust"
    add("--no-sandbox", action="store_true", help=trusting)


def run(arguments: argparse.Namespace) -> int:
    if arguments.jobs < 1:
        raise UserError(f"-j needs a number of processes, at least 1; got {arguments.jobs}.")
    if arguments.csv and not arguments.csv.parent.is_dir():  # found out now, and not after the grading
        raise UserError(f"cannot write {arguments.csv}: there is no folder {arguments.csv.parent}.")
    start_sandbox(arguments)
    from coursekit.grading.failures import is_of_the_disk
    from coursekit.grading.report.export import write_csv
    from coursekit.grading.run.servers import UNSAFE
    from coursekit.grading.submission.course import Course

    if arguments.no_sandbox:
        os.environ[UNSAFE] = "1"
    try:
        course = Course(arguments.course)
        course.released(arguments.assignment)
        students = _chosen(course, arguments.assignment, arguments.student)
        if len(students) == 1:
            arguments.jobs = 1
        rows = _with_progress(course, students, arguments)
    except OSError as error:
        if is_of_the_disk(error):
            kept = "What was graded until then is kept. Make room and run the same command again."
            raise UserError(f"nothing more can be written: {reason(error)}. {kept}") from None
        if not arguments.cluster:
            raise
        raise UserError(
            f"{str(error).rstrip('.')}. Is a Dask scheduler with workers running at {arguments.cluster}?"
        ) from None
    _table(rows)
    if arguments.csv:
        try:
            write_csv(arguments.csv, rows)
        except OSError as error:
            raise UserError(f"cannot write {arguments.csv}: {reason(error)}. The gradebook is written.") from None
    if any(row.failed for row in rows):
        return 3
    return 1 if any(row.needs_a_person for row in rows) else 0


def _chosen(course: Course, assignment: str, wanted: list[str] | None) -> list[str]:
    from coursekit.grading.submission.names import one_spelling

    students = course.students(assignment)
    if not students:
        raise course.nobody(assignment)
    wanted = [one_spelling(name) for name in wanted or ()]
    if left := [name for name in wanted if name in course.withdrawn]:
        raise UserError(f"{left[0]} has left the class. To bring them back: coursekit withdraw {left[0]} --undo")
    unknown = sorted(set(wanted) - set(students))
    if unknown:
        raise UserError(f"no submission of {', '.join(unknown)}; there are {len(students)}, such as {students[0]}.")
    return [name for name in students if not wanted or name in wanted]


def _runner(arguments: argparse.Namespace) -> Runner:
    """Where jobs run. Nothing is started for a class in which nothing has changed."""
    from coursekit.grading.run import runners
    from coursekit.grading.run.sandbox import view

    def run(jobs: Iterable[Job]) -> Iterator[tuple[Job, Graded]]:
        torch = False
        if not arguments.cluster and view.missing_packages(torch=True):
            jobs = list(jobs)  # whatever one of them lacks is then said before anything runs
            torch = any(job.needs_torch for job in jobs)
        waiting = iter(jobs)
        first = next(waiting, None)
        if first is None:
            return
        everything = itertools.chain([first], waiting)
        several = arguments.jobs > 1 and not arguments.cluster
        if several:
            runners.prepare_processes()  # while the sandbox is tried
        if not arguments.cluster:  # there every worker decides for itself
            require_sandbox(torch or first.needs_torch)
        if arguments.cluster:
            yield from runners.on_cluster(everything, arguments.cluster)
        elif several:
            yield from runners.in_processes(everything, arguments.jobs)
        else:
            yield from runners.serially(everything)

    return run


def _with_progress(course, students: list[str], arguments: argparse.Namespace) -> list[Row]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from coursekit.grading.batch import grade

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    rows = []
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(f"grading {arguments.assignment}", total=len(students))
        how = {"force": arguments.force, "regrade": arguments.regrade}
        for row in grade(course, arguments.assignment, students, _runner(arguments), **how):
            rows.append(row)
            progress.advance(task)
    return sorted(rows, key=lambda row: row.student)


def _table(rows: list[Row]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from coursekit.grading.submission.quarantine import shown

    table = Table(box=None, pad_edge=False)
    for name in ("student", "points", "of", "late", "how", "remarks"):
        table.add_column(name, justify="right" if name in ("points", "of", "late") else "left")
    listed = [row for row in rows if row.how != "unchanged" or row.needs_a_person]
    for row in listed:
        student, remarks = (escape(shown(words)) for words in (row.student, _remarks(row)))
        points = f"{row.points:g}" if row.total is not None else f"{row.points:g} + ?"
        table.add_row(student, points, f"{row.max_points:g}", _late(row), _how(row), remarks)
    if listed:
        Console(soft_wrap=False).print(table)
        print()
    _summary(rows)


def _summary(rows: list[Row]) -> None:
    look = [row.student for row in rows if row.needs_a_person]
    unchanged = sum(row.how == "unchanged" for row in rows)
    said = [f"{len(rows)} submission{'' if len(rows) == 1 else 's'}."]
    said += [f"A person has to look at {len(look)}." if look else "All decided."]
    said += [f"{unchanged} unchanged."] if unchanged else []
    print(" ".join(said))
    written = sum(question.points is None for row in rows for question in row.questions if not question.checked)
    if written:
        print(f"Written answers that wait for a person in the formgrader: {written}.")
    if late := sum(row.late_s > 0 for row in rows):
        print(f"Late: {late}.")
    if unprotected := sum(row.unprotected for row in rows):
        print(
            f"Warning: {unprotected} ran without isolation, where a notebook can do all that you can, and change its "
            "points as well. Trust these as far as you trust who wrote the notebooks."
        )
    from coursekit.grading.submission.quarantine import shown

    for row in (row for row in rows if row.how == "not written"):
        print(f"{shown(row.student)}: {shown(row.failed)}.")
    if failed := [row for row in rows if row.failed and row.how != "not written"]:
        print(f"The grader itself failed on {len(failed)}. Nobody lost points for it. Please report the tracebacks:")
        for row in failed:
            print(f"  {row.student}: {row.failed}")


def _how(row: Row) -> str:
    return f"written again: {row.why}" if row.why and row.how == "from store" else row.how


def _late(row: Row) -> str:
    from coursekit.grading.report.words import seconds

    if row.late_s <= 0:
        return ""
    return seconds(row.late_s) + (f", -{row.penalty:g}" if row.penalty else "")


def _remarks(row: Row) -> str:
    from coursekit.checking import Verdict
    from coursekit.grading.gradebook.table import UNDECIDED

    said = [*row.problems, *row.doubts, *row.flags, *row.remarks, *(q.fault for q in row.questions if q.fault)]
    told = {Verdict.PASSED, UNDECIDED} if row.problems else {Verdict.PASSED}  # which notebook, is said already
    short = [question for question in row.questions if question.checked and question.verdict not in told]
    said += [f"{q.exercise}: {q.diagnoses[0] if q.diagnoses else q.verdict}" for q in short]
    return textwrap.shorten("; ".join(dict.fromkeys(each.rstrip(".") for each in said)), 300, placeholder=" …")
