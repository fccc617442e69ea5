"""Where the CPU time of a graded submission goes, for benchmarks/grading.py --profile.

A class of invented students of a lesson is graded one after the other in this process. Each part is timed where it
begins and ends; what the sandbox computes is read from its workers' clocks.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from coursekit.cli import main as coursekit
from coursekit.grading import batch
from coursekit.grading.gradebook.results import ResultStore
from coursekit.grading.gradebook.writer import Writer
from coursekit.grading.gradebook.written import Written
from coursekit.grading.platforms.lessons import lesson
from coursekit.grading.run import runners, servers
from coursekit.grading.run.job import Job, grader_version
from coursekit.grading.run.notebook import Graded, _Grading
from coursekit.grading.run.sandbox import Worker
from coursekit.grading.submission.course import Course

WORKER, CELLS, PICTURES, CALLS = "sandbox: worker", "sandbox: cells", "sandbox: cells with figures", "sandbox: answers"
COMPARING, LINES, REST = "comparing, diagnosing", "reading wrong lines", "grader: the rest of a notebook"
READING, GRADEBOOK, FILES = "reading, rebuilding", "gradebook", "files for people, results kept"
PARTS = (WORKER, CELLS, PICTURES, CALLS, COMPARING, LINES, REST, READING, GRADEBOOK, FILES)

spent: Counter[str] = Counter()
inside: list[float] = [0.0]


def table(lessons: Iterable[str], students: int) -> None:
    columns = {name: profile(name, students) for name in lessons}
    print(f"CPU ms of a submission, {students} students" + "".join(f"{name:>12}" for name in columns))
    for part in PARTS:
        print(f"{part:36}" + "".join(f"{1000 * found[part]:12.1f}" for found in columns.values()))
    totals = [sum(found.values()) for found in columns.values()]
    print(f"{'in all':36}" + "".join(f"{1000 * total:12.1f}" for total in totals))
    print(f"{'submissions an hour and core':36}" + "".join(f"{3600 / total:12,.0f}" for total in totals))


def profile(which: str, students: int) -> dict[str, float]:
    """CPU seconds of each part, per submission."""
    spent.clear()
    with tempfile.TemporaryDirectory(prefix="profile-") as folder, _timed():
        root, name = Path(folder, "course"), lesson(which).name
        with contextlib.redirect_stdout(io.StringIO()):
            coursekit(["new-course", str(root), "--lessons", which, "--demo", str(students)])
        course = Course(root)
        grader_version()
        servers.shared_server(True)

        def runner(jobs: Iterable[Job]) -> Iterator[tuple[Job, Graded]]:
            for job in jobs:
                graded = runners.run_job(job)
                spent[WORKER] += graded.cpu_s
                yield job, graded

        rows = 0
        start = time.process_time()
        for _ in batch.grade(course, name, course.students(name), runner):
            rows += 1
        all_here = time.process_time() - start
        servers.close_shared_server()
        shutil.rmtree(root)
    spent[WORKER] -= spent[CELLS] + spent[PICTURES] + spent[CALLS]  # what is left is its beginning and its end
    here = (COMPARING, LINES, REST, GRADEBOOK, FILES)
    spent[READING] = all_here - sum(spent[part] for part in here)
    return {part: spent[part] / rows for part in PARTS}


@contextlib.contextmanager
def _timed() -> Iterator[None]:
    """Every part with a clock around it; nothing is left of them afterwards."""
    with contextlib.ExitStack() as stack:
        for owner, name, part in (
            (_Grading, "run", REST),
            (_Grading, "_report", COMPARING),
            (_Grading, "_read_along", LINES),
            (Writer, "write", GRADEBOOK),
            (Writer, "flush", GRADEBOOK),
            (Writer, "booked", GRADEBOOK),
            (Writer, "_files", FILES),
            (ResultStore, "put", FILES),
            (Written, "put", FILES),
        ):
            stack.enter_context(_replaced(owner, name, _clocked(getattr(owner, name), part)))
        stack.enter_context(_replaced(Worker, "run_cell", _in_worker(Worker.run_cell, CELLS)))
        stack.enter_context(_replaced(Worker, "call", _in_worker(Worker.call, CALLS)))
        yield


@contextlib.contextmanager
def _replaced(owner: type, name: str, by: Callable[..., Any]) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, by)
    try:
        yield
    finally:
        setattr(owner, name, before)


def _clocked(function: Callable[..., Any], part: str) -> Callable[..., Any]:
    """Counts what the function computes itself, without the parts that it calls."""

    def clocked(*args: Any, **options: Any) -> Any:
        inside.append(0.0)
        start = time.process_time()
        try:
            return function(*args, **options)
        finally:
            took = time.process_time() - start
            spent[part] += took - inside.pop()
            inside[-1] += took

    return clocked


def _in_worker(function: Callable[..., Any], part: str) -> Callable[..., Any]:
    """Counts what the worker computes meanwhile."""

    def counted(worker: Worker, *args: Any, **options: Any) -> Any:
        before = worker.cpu_s if worker.alive else 0.0
        result = function(worker, *args, **options)
        if worker.alive:
            drawn = any("image/png" in piece.data for piece in result.shown)
            spent[PICTURES if drawn else part] += worker.cpu_s - before
        return result

    return counted
