"""Grade one notebook, without a gradebook and without a course. Whatever happens, there is a result."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from nbformat import NotebookNode

from coursekit.checking.message import as_text
from coursekit.grading.bounds import Stopped
from coursekit.grading.failures import FAILED, trace
from coursekit.grading.platforms.lessons import Lesson, UnknownLesson, recognised
from coursekit.grading.platforms.result import Result, questions
from coursekit.grading.run.job import Job
from coursekit.grading.run.runners import faulty, run_job
from coursekit.grading.run.sandbox import SandboxUnavailable, escapes
from coursekit.grading.run.servers import isolation_is_asked_for, shared_server
from coursekit.grading.submission.canonical import canonical, unread
from coursekit.grading.submission.intake import grade_ids, read_notebook, read_submission
from coursekit.lessons.notebook_file import Refused

UNFINISHED = "the grading has begun and did not come to its end"
"""What a result says that was written before there was one."""


def fresh_seed() -> str:
    """A seed that nobody can foresee, for a notebook that is graded where no secret of a course may lie."""
    return secrets.token_hex(16)


def unfinished(path: Path, lesson: Lesson | None, seed: str, reason: str = UNFINISHED) -> Result:
    """The result that decides nothing: every question of the lesson waits for a person."""
    made = Result(notebook=path.name, problems=(reason,), seed=seed)
    if lesson is None:
        return made
    nothing = unread(lesson.notebook, reason)
    undecided = questions(nothing, faulty(_job(nothing, lesson, seed), reason))
    nobody = tuple(replace(question, points=None) for question in undecided)  # not even an empty answer in words
    return replace(made, lesson=lesson.name, questions=nobody)


def grade_one(path: Path, lesson: Lesson | None, seed: str) -> Result:
    """Grade a notebook file.

    path:   where it lies; what is no notebook gives a result that says so.
    lesson: of which it is; None to find out from its cells or its name.
    seed:   hexadecimal; the draws follow from it and from what the notebook holds.

    Raises nothing: a fault of the grader is a problem in the result and never a number, and so is being stopped.
    """
    return _in_any_case(_of_a_file, path, lesson, seed)


def grade_folder(folder: Path, lesson: Lesson, seed: str) -> Result:
    """Grade what a student has put into a folder: the lesson's notebook under whatever name, the newest of several.

    As `grade_one` otherwise.
    """
    return _in_any_case(_of_a_folder, folder, lesson, seed)


def _in_any_case(graded: Callable[..., Result], path: Path, lesson: Lesson | None, seed: str) -> Result:
    began = time.monotonic()
    try:
        result = graded(path, lesson, seed)
    except Stopped as reason:
        result = unfinished(path, lesson or _by_name(path), seed, str(reason))
    except Exception as error:
        result = replace(unfinished(path, lesson or _by_name(path), seed, FAILED), log=(trace(error),))
    return replace(result, seconds=round(time.monotonic() - began, 3))


def _of_a_file(path: Path, lesson: Lesson | None, seed: str) -> Result:
    try:
        nb = read_notebook(path)
    except Refused as reason:
        return unfinished(path, lesson or _by_name(path), seed, f"{path.name} {reason}")
    if lesson is None or not grade_ids(nb) & lesson.cells:
        try:
            found = recognised(nb, path.name)
        except UnknownLesson as unknown:
            if lesson is None:
                return unfinished(path, None, seed, str(unknown))
        else:
            if lesson is not None and found.name != lesson.name:
                return unfinished(path, lesson, seed, f"{path.name} is of the lesson {found.name}, not {lesson.name}")
            lesson = lesson or found
    return _run(path.name, nb, lesson, seed)


def _of_a_folder(folder: Path, lesson: Lesson, seed: str) -> Result:
    name = lesson.name
    read = read_submission(folder, {name: lesson.cells}, {name: lesson.notebook})
    if name in read.problems:
        made = unfinished(Path(f"{name}.ipynb"), lesson, seed, read.problems[name])
        return replace(made, remarks=read.remarks)
    return _run(read.renamed.get(name, f"{name}.ipynb"), read.notebooks[name], lesson, seed, read.remarks)


def _by_name(path: Path) -> Lesson | None:
    try:
        return recognised(None, path.name)
    except UnknownLesson:
        return None


def _run(file: str, nb: NotebookNode, lesson: Lesson, seed: str, remarks: tuple[str, ...] = ()) -> Result:
    copy = canonical(lesson.notebook, nb, remarks)
    job = _job(copy, lesson, seed)
    level, fault = _isolation(job.needs_torch)
    graded = faulty(job, fault) if fault else run_job(job)
    return Result(
        lesson.name,
        file,
        questions(copy, graded),
        {name: as_text(report, graded=True) for name, report in graded.reports.items()},
        problems=(fault,) if fault else (),
        flags=graded.flags,
        remarks=graded.remarks,
        seed=seed,
        isolation=level,
        log=(graded.broken,) if graded.broken else (),
        cpu_s=graded.cpu_s,
    )


def _job(copy: NotebookNode, lesson: Lesson, seed: str) -> Job:
    return Job.of(copy, lesson.name, lesson.name, "", seed.encode())


def _isolation(torch: bool) -> tuple[str, str]:
    """The level at which a notebook runs here, and why none may be run; one of both is "". The sandbox that will run it
    is tried each time, which takes 20 ms.

    torch: it is one with PyTorch, which takes seconds longer to start.
    """
    if not isolation_is_asked_for():
        return "none", ""
    try:
        server = shared_server(torch)
        escaped = escapes(server)
    except SandboxUnavailable as reason:
        return "", str(reason)
    return ("", f"the sandbox does not hold here: {', '.join(escaped)} was possible") if escaped else (server.level, "")
