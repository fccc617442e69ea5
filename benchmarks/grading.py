"""Time `coursekit grade` against `nbgrader autograde` as it is shipped, on the same submissions.

    python benchmarks/grading.py [--quick] [--rounds N]       the comparison
    python benchmarks/grading.py --without-torch              the same with notebooks that import NumPy alone
    python benchmarks/grading.py --scale 10,100,500,2000      how time and memory grow with the class
    python benchmarks/grading.py --profile 05 07              where the CPU time of a submission of these lessons goes

A submission has 20 cells, 2 figures, which both render, and 8 checks, and imports NumPy and PyTorch as lesson 05 does
(NumPy alone with --without-torch); some answers of the class are wrong. At the end of both programs the gradebook is
written and the notebooks with their reports are ready. Each program grades a small and a larger class: the difference
is the steady state, what is left of the small class is the start-up. The programs take turns, so that other load on
the machine disturbs them alike; medians are shown. CPU time counts all processes that were started, the sandbox
included.

Plain nbgrader runs the checks in the student's own kernel, without isolation: it does less.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import grading_profile
from grading_course import NAME, copy_with_class, environment, make_course

from coursekit.grading.run.sandbox.inside import linux

PR_SET_CHILD_SUBREAPER = 36
PEAK = "import resource, sys; sys.stderr.write(f'\\npeak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}')"
OURS = f"import sys; from coursekit.cli import main; status = main(); {PEAK}; sys.exit(status)"


@dataclass(frozen=True)
class Cost:
    """Wall and CPU seconds of one program, and the peak memory of its first process in MB (0 if unknown)."""

    wall: float
    cpu: float
    peak: float = 0.0

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.wall - other.wall, self.cpu - other.cpu)

    def per(self, number: int) -> Cost:
        return Cost(self.wall / number, self.cpu / number)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small classes, one round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--without-torch", action="store_true", help="notebooks that do not import PyTorch")
    parser.add_argument("--jobs", type=int, help="processes of coursekit grade (its own default if left out)")
    parser.add_argument("--scale", metavar="N,N,...", help="grade classes of these sizes instead")
    parser.add_argument("--profile", metavar="LESSON", nargs="+", help="show where the CPU time of these lessons goes")
    parser.add_argument("--students", type=int, default=30, help="of --profile")
    arguments = parser.parse_args()
    if arguments.profile:
        grading_profile.table(arguments.profile, arguments.students)
        return
    linux.prctl(PR_SET_CHILD_SUBREAPER, 1)
    with tempfile.TemporaryDirectory(prefix="grading-") as folder:
        template = Path(folder, "template")
        make_course(template, torch=not arguments.without_torch)
        print(f"{os.cpu_count()} cores; load before the run: {os.getloadavg()[0]:.1f}\n")
        if arguments.scale:
            growth(template, [int(size) for size in arguments.scale.split(",")], arguments.jobs)
        else:
            compare(template, 1 if arguments.quick else arguments.rounds, arguments.quick, arguments.jobs)


def compare(template: Path, rounds: int, quick: bool, jobs: int | None) -> None:
    sizes = {"stock": (1, 4) if quick else (2, 12), "ours": (4, 40) if quick else (10, 130)}
    steady: dict[str, list[Cost]] = {"stock": [], "ours": []}
    startup: dict[str, list[Cost]] = {"stock": [], "ours": []}
    for program, (few, _) in sizes.items():  # not counted: what an installation has not compiled is compiled now
        grade(template, few, program == "stock", jobs)
    for number in range(rounds):
        for program, (few, many) in sizes.items():
            small, large = (grade(template, size, program == "stock", jobs) for size in (few, many))
            each = (large - small).per(many - few)
            steady[program].append(each)
            startup[program].append(Cost(small.wall - few * each.wall, small.cpu - few * each.cpu))
            print(f"round {number + 1}, {program}: {1000 * each.wall:.0f} ms wall, {1000 * each.cpu:.0f} ms CPU each")
    print(f"\n{'':34}{'wall, ms':>12}{'CPU, ms':>12}")
    for title, costs in (("each submission, steady state", steady), ("start-up", startup)):
        for program, name in (
            ("stock", "nbgrader autograde"),
            ("ours", "coursekit grade" + (f" -j {jobs}" if jobs else "")),
        ):
            wall, cpu = (statistics.median(getattr(c, what) for c in costs[program]) for what in ("wall", "cpu"))
            print(f"{title if program == 'stock' else '':30}  {name:22}{1000 * wall:8.0f}{1000 * cpu:12.0f}")
    ratios = {
        what: statistics.median(getattr(c, what) for c in steady["stock"])
        / statistics.median(getattr(c, what) for c in steady["ours"])
        for what in ("wall", "cpu")
    }
    print(
        f"\nsteady state: {ratios['wall']:.1f} times less wall time (bar: 20), "
        f"{ratios['cpu']:.1f} times less CPU (bar: 16)"
    )
    print(f"load after the run: {os.getloadavg()[0]:.1f}")


def growth(template: Path, sizes: list[int], jobs: int | None) -> None:
    print(f"{'submissions':>12}{'wall, s':>10}{'CPU, s':>10}{'ms wall each':>14}{'ms CPU each':>13}{'grader, MB':>12}")
    for size in sizes:
        cost = grade(template, size, False, jobs)
        each = cost.per(size)
        print(
            f"{size:12}{cost.wall:10.1f}{cost.cpu:10.1f}{1000 * each.wall:14.0f}{1000 * each.cpu:13.0f}"
            f"{cost.peak:12.0f}",
            flush=True,
        )


def grade(template: Path, students: int, stock: bool, jobs: int | None) -> Cost:
    """Grade a new class of so many students."""
    with tempfile.TemporaryDirectory(prefix="class-") as folder:
        root = Path(folder, "course")
        copy_with_class(template, root, students, stock=stock)
        command = [sys.executable, "-m", "nbgrader", "autograde", NAME]
        if not stock:
            command = [sys.executable, "-c", OURS, "grade", NAME, *(("-j", str(jobs)) if jobs else ())]
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(command, cwd=root, env=environment(), text=True, capture_output=True)
        wall = time.perf_counter() - start
        bury()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode or not stock and f"{students} submissions. All decided." not in done.stdout:
            raise SystemExit(f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}")
        if len(list(root.glob(f"autograded/*/{NAME}/*.ipynb"))) != students:
            raise SystemExit("some submissions were not graded")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak = 0.0 if stock else int(done.stderr.rsplit("peak ", 1)[1]) / 1024
    return Cost(wall, cpu, peak)


def bury() -> None:
    """Collect the processes that lost their parent, so that what they used is counted."""
    with contextlib.suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)


if __name__ == "__main__":
    main()
