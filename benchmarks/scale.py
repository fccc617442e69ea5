"""How grading grows with a class: 10,000 and 100,000 submissions through store, gradebook, report and a Dask cluster.

    python benchmarks/scale.py                                         every part, classes of 1,000 and 10,000
    python benchmarks/scale.py store gradebook --sizes 10000 100000    some parts, other classes
    python benchmarks/scale.py cluster --workers 2 4 8 --sizes 5000

A dozen invented students hand in lesson 00 and are graded for real. What the grader found in their notebooks is then
replayed under other names, so that everything but the sandbox does its work. Each line is measured in a process of its
own: CPU seconds, and the most memory that it held. Parts:

  store      results kept and read again, one file each
  gradebook  rows of nbgrader's gradebook, entered and written again, into SQLite and into a PostgreSQL server; and
             those with the notebooks for people
  grade      the whole way of `coursekit grade`: folders read, rebuilt, stored, booked; and once more, unchanged
  report     the page of the class report
  cluster    the way over a Dask scheduler and so many workers, each of which waits for 0 to 40 ms a notebook; one
             notebook in 300 ends its worker once, one in 1,000 always: those are left to a person
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import scale_worker
from scale_worker import NAME

from coursekit.grading import batch, nodes
from coursekit.grading.gradebook.book import opened
from coursekit.grading.gradebook.decision import decided
from coursekit.grading.gradebook.moving import move
from coursekit.grading.gradebook.places import RESULTS
from coursekit.grading.gradebook.results import ResultStore
from coursekit.grading.gradebook.rows import Entry, Rows
from coursekit.grading.gradebook.writer import Writer
from coursekit.grading.report.collect import collect
from coursekit.grading.report.page import page
from coursekit.grading.run.job import Job, grader_version
from coursekit.grading.run.notebook import Graded
from coursekit.grading.run.runners import on_cluster
from coursekit.grading.submission.course import Course, Submission
from tests.postgresql import running

REAL = 12
PARTS = ("store", "gradebook", "grade", "report", "cluster")
ROWS = 50  # students that share a commit, as in `coursekit grade`

Found = tuple[Submission, dict[str, Graded]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000], metavar="N")
    parser.add_argument("--workers", type=int, nargs="+", default=[2, 4, 8], metavar="N")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the page of the report there")
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    parts = chosen.parts or PARTS
    print(f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}\n")
    with tempfile.TemporaryDirectory(prefix="scale-") as folder:
        real = real_class(Path(folder, "real"))
        if {"store", "gradebook"} & set(parts):
            head("part", "class", "CPU, s", "a second", "peak, MB", "what")
        if "store" in parts:
            for size in chosen.sizes:
                line("store", size, measured(store, real, size), "results")
        if "gradebook" in parts:
            gradebook(real, chosen.sizes)
        if "grade" in parts:
            whole(real, chosen.sizes)
        if "report" in parts:
            reports(real, chosen.sizes, chosen.keep)
        if "cluster" in parts:
            cluster(real, chosen.sizes, chosen.workers)
    print(f"load after {os.getloadavg()[0]:.1f}")


def head(*names: str) -> None:
    print(f"{names[0]:22}" + "".join(f"{name:>11}" for name in names[1:-1]) + f"  {names[-1]}", flush=True)


def line(name: str, size: int, cost: dict[str, float], what: str) -> None:
    rate = cost.get("rows", size) / cost["cpu"]
    print(f"{name:22}{size:>11,}{cost['cpu']:>11.1f}{rate:>11,.0f}{cost['peak']:>11.0f}  {what}", flush=True)


# A real class, and its replay.


def real_class(root: Path) -> Path:
    """A course in which a dozen students were graded in the sandbox."""
    for command in (
        ["new-course", str(root), "--lessons", NAME, "--demo", str(REAL)],
        ["grade", NAME, "--course", str(root)],
    ):
        done = subprocess.run([sys.executable, "-m", "coursekit.cli", *command], text=True, capture_output=True)
        if done.returncode not in (0, 1):
            raise SystemExit(f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}")
    return root


def found(course: Course) -> list[Found]:
    """What was handed in, and what the grader found in it."""
    kept = ResultStore(course.root / RESULTS, course.secret)
    real = []
    for submission in course.submissions(NAME, course.students(NAME)):
        jobs = {
            name: Job.of(nb, NAME, name, submission.student, course.secret) for name, nb in submission.notebooks.items()
        }
        graded = {name: kept.get(job.key) for name, job in jobs.items()}
        if graded and None not in graded.values():
            real.append((submission, graded))
    if not real:
        raise SystemExit("nothing of the real class is of this version of the grader")
    return real


def names(size: int) -> Iterator[tuple[int, str]]:
    return ((number, f"s{number:06d}") for number in range(size))


@contextlib.contextmanager
def copied(real: Path) -> Iterator[Course]:
    with tempfile.TemporaryDirectory(prefix="class-") as folder:
        root = Path(folder, "course")
        shutil.copytree(real, root)
        yield Course(root)


def handed_in(real: Path, root: Path, size: int) -> Course:
    """A course in which so many have handed in what the real ones did."""
    shutil.copytree(real, root, ignore=shutil.ignore_patterns("submitted", "autograded", "feedback", RESULTS))
    folders = [submission.folder for submission, _ in found(Course(real))]
    for number, name in names(size):
        shutil.copytree(folders[number % len(folders)], root / "submitted" / name / NAME)
    return Course(root)


def measured(part: Callable[..., dict[str, float]], *arguments: Any) -> dict[str, float]:
    """What a part says of itself, with its CPU seconds and peak memory, from a new process."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as one:
        return one.submit(_measured, part, *arguments).result()


def _measured(part: Callable[..., dict[str, float]], *arguments: Any) -> dict[str, float]:
    grader_version()
    said = part(*arguments)
    return {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024} | said


# The parts.


def store(real: Path, size: int) -> dict[str, float]:
    with copied(real) as course:
        graded = [next(iter(each.values())) for _, each in found(course)]
        kept = ResultStore(course.root / "kept", course.secret)
        start = time.process_time()
        for number, name in names(size):
            kept.put(name, graded[number % len(graded)])
        for number, name in names(size):
            assert kept.get(name) == graded[number % len(graded)]
        return {"cpu": time.process_time() - start}


def gradebook(real: Path, sizes: Iterable[int]) -> None:
    for size in sizes:
        booked("SQLite", real, size, None)
    with running() as server:
        for size in sizes:
            url = server.create(f"class{size}")
            move(Course(real), url)
            booked("PostgreSQL", real, size, url)
    for size in sizes:
        line("SQLite and notebooks", size, measured(write, real, size), "rows, and files for people")


def booked(name: str, real: Path, size: int, url: str | None) -> None:
    """The rows of a class, entered and written again."""
    cost = measured(rows, real, size, url)
    said = f"; {cost['server']:.1f} s more of the server" if url else f", {cost['rows'] / size:.0f} of each student"
    line(name, size, cost, f"rows{said}")
    said = f"; {cost['server again']:.1f} s more of the server" if url else ""
    line(f"{name}, again", size, cost | {"cpu": cost["again"]}, f"rows{said}")


def rows(real: Path, size: int, url: str | None) -> dict[str, float]:
    """Rows only, in commits as `coursekit grade` makes them."""
    with copied(real) as course:
        course.db_url = url or course.db_url
        decisions = [
            (submission.when.time, {name: decided(submission.notebooks[name], each) for name, each in graded.items()})
            for submission, graded in found(course)
        ]
        cost = {}
        with opened(course, NAME) as (book, entry):
            for which in ("", "again"):
                start, server = time.process_time(), server_s(url)
                table = Rows(book.db, entry)
                for first in range(0, size, ROWS):
                    some = range(first, min(first + ROWS, size))
                    table.store([Entry(f"s{number:06d}", *decisions[number % len(decisions)]) for number in some])
                    book.db.commit()
                cost |= {which or "cpu": time.process_time() - start}
                cost |= {f"server {which}".strip(): server_s(url) - server}
            each = 2 + sum(len(cells.graded) + len(cells.commented) for cells in table.notebooks.values())
        return cost | {"rows": size * (each + len(table.notebooks))}


def server_s(url: str | None) -> float:
    """CPU seconds of a PostgreSQL server on this machine, of all its processes that are there."""
    folder = url and url.partition("host=")[2]
    seconds = 0.0
    for process in psutil.process_iter(["name"]) if folder else ():
        with contextlib.suppress(psutil.Error):
            if process.info["name"] == "postgres" and process.cwd().startswith(folder):
                seconds += sum(process.cpu_times()[:2])
    return seconds


def write(real: Path, size: int) -> dict[str, float]:
    """Rows and files of a class, in commits as `coursekit grade` makes them."""
    with copied(real) as course:
        replayed = found(course)
        copying = 0.0  # in place of reading, and none of the writer's
        start = time.process_time()
        with Writer(course, NAME) as writer:
            each = sum(2 + len(cells.graded) + len(cells.commented) for cells in writer._rows.notebooks.values())
            for number, name in names(size):
                submission, graded = replayed[number % len(replayed)]
                before = time.process_time()
                handed_in = replace(submission, student=name, notebooks=_copies(submission))
                copying += time.process_time() - before
                writer.write(handed_in, graded)
                if number % ROWS == ROWS - 1:
                    writer.flush()
            writer.flush()
        cpu = time.process_time() - start - copying
        shutil.rmtree(course.root / "autograded")
        return {"cpu": cpu, "rows": size * (each + 1)}


def _copies(submission: Submission) -> dict[str, Any]:
    return {name: nodes.copied(nb) for name, nb in submission.notebooks.items()}


def whole(real: Path, sizes: Iterable[int]) -> None:
    head("\npart", "class", "CPU, s", "a second", "peak, MB", "what")
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="class-") as folder:
            root = handed_in(real, Path(folder, "course"), size).root
            line("grade", size, measured(grade, real, root), "submissions")
            line("grade, unchanged", size, measured(grade, real, root), "submissions")


def grade(real: Path, root: Path) -> dict[str, float]:
    course = Course(root)
    replayed = [next(iter(graded.values())) for _, graded in found(Course(real))]

    def runner(jobs: Iterable[Job]) -> Iterator[tuple[Job, Graded]]:
        for job in jobs:
            yield job, replayed[int(job.student[1:]) % len(replayed)]

    start = time.process_time()
    rows = sum(1 for _ in batch.grade(course, NAME, course.students(NAME), runner))
    return {"cpu": time.process_time() - start, "rows": rows}


def reports(real: Path, sizes: Iterable[int], keep: Path | None) -> None:
    head("\npart", "class", "CPU, s", "a second", "peak, MB", "what")
    for size in sizes:
        cost = measured(drawn, real, size, keep)
        said = f"students; the page has {cost['mb']:.1f} MB, packed {cost['packed']:.2f} MB"
        line("report", size, cost, said)


def drawn(real: Path, size: int, keep: Path | None) -> dict[str, float]:
    """The page of a class whose students are the real ones under other names."""
    group = collect(Course(real), NAME)
    there = group.students
    students = tuple(replace(there[number % len(there)], name=name) for number, name in names(size))
    start = time.process_time()
    text = page(replace(group, students=students), folder=real / "reports").encode()
    cpu = time.process_time() - start
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / f"report-{size}.html").write_bytes(text)
    return {"cpu": cpu, "mb": len(text) / 1e6, "packed": len(gzip.compress(text)) / 1e6}


def cluster(real: Path, sizes: Iterable[int], workers: Iterable[int]) -> None:
    head("\nworkers", "class", "wall, s", "an hour", "peak, MB", "what became of the notebooks")
    for number in workers:
        for size in sizes:
            cost = measured(over_dask, real, size, number)
            said = f"{cost['once']:.0f} graded once, {cost['person']:.0f} left to a person, "
            said += f"{cost['lost']:.0f} lost, {cost['twice']:.0f} twice; {cost['deaths']:.0f} workers ended"
            numbers = f"{size:>11,}{cost['wall']:>11.1f}{3600 * size / cost['wall']:>11,.0f}{cost['peak']:>11.0f}"
            print(f"{number:<22}{numbers}  {said}", flush=True)


def over_dask(real: Path, size: int, workers: int) -> dict[str, float]:
    course = Course(real)
    replayed = found(course)
    submission, _ = replayed[0]
    [(notebook, nb)] = submission.notebooks.items()
    job = Job.of(nb, NAME, notebook, submission.student, course.secret)
    with tempfile.TemporaryDirectory(prefix="dask-") as folder, cluster_of(workers, Path(folder), real) as address:
        arrived: dict[str, int] = {}
        person = 0
        start = time.perf_counter()
        jobs = (replace(job, student=name, seeds={**job.seeds, "": number}) for number, name in names(size))
        for done, graded in on_cluster(jobs, address):
            arrived[done.student] = arrived.get(done.student, 0) + 1
            person += bool(graded.faults)
        wall = time.perf_counter() - start
        deaths = len(list(Path(folder, scale_worker.DEATHS).read_text().splitlines()))
    return {
        "wall": wall,
        "once": sum(times == 1 for times in arrived.values()) - person,
        "person": person,
        "lost": size - len(arrived),
        "twice": sum(times > 1 for times in arrived.values()),
        "deaths": deaths,
    }


@contextlib.contextmanager
def cluster_of(workers: int, folder: Path, real: Path) -> Iterator[str]:
    """A scheduler and workers on this machine; the workers replay instead of grading."""
    Path(folder, scale_worker.DEATHS).touch()
    environment = os.environ | {scale_worker.SETTINGS: json.dumps({"folder": str(folder), "real": str(real)})}
    environment["DASK_DISTRIBUTED__LOGGING__DISTRIBUTED"] = "critical"
    where = folder / "scheduler.json"
    dask = [sys.executable, "-m", "distributed.cli"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment, "cwd": folder}
    scheduler = ["dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    worker = ["dask_worker", "--nworkers", str(workers), "--nthreads", "1", "--no-dashboard", "--preload"]
    worker.append(str(Path(scale_worker.__file__).resolve()))
    started = []
    try:
        for module, *rest in (scheduler, worker):
            command = [*dask[:-1], f"distributed.cli.{module}", "--scheduler-file", str(where), *rest]
            started.append(subprocess.Popen(command, **quiet))
        address = _address(where, workers)
        yield address
    finally:
        for process in reversed(started):
            end(process)


def _address(where: Path, workers: int) -> str:
    from dask.distributed import Client

    for _ in range(600):
        with contextlib.suppress(OSError, ValueError, KeyError):
            address = json.loads(where.read_text())["address"]
            break
        time.sleep(0.1)
    else:
        raise SystemExit("the Dask scheduler did not start")
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=120)
    return address


def end(process: subprocess.Popen) -> None:
    """A process and everything that it has started."""
    with contextlib.suppress(psutil.NoSuchProcess):
        for each in [*psutil.Process(process.pid).children(recursive=True), process]:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()
    process.wait(30)


if __name__ == "__main__":
    main()
