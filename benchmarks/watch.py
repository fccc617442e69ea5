"""How soon feedback is there after a hand-in, while `coursekit watch` runs and 30 students hand in.

    python benchmarks/watch.py [--students 30] [--lesson 05] [--within 300 60 0]

Students hand in a lesson with nbgrader's own class, at times drawn evenly over so many seconds; 0 is all at once. Some
answers are known mistakes. The time of each ends when its page of feedback lies in the exchange.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import ExchangeReleaseAssignment, ExchangeSubmit
from nbgrader.utils import notebook_hash
from traitlets.config import Config

from coursekit.cli import main as coursekit
from coursekit.grading.platforms.lessons import lesson
from coursekit.grading.watch.exchange import SECRET

PATIENCE_S = 900


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--lesson", default="05")
    parser.add_argument("--within", type=float, nargs="+", default=[300, 60, 0], metavar="S")
    chosen = parser.parse_args()
    name = lesson(chosen.lesson).name
    print(f"{name}, {chosen.students} students, {os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}")
    print(f"{'handed in within':>18}{'median':>10}{'p95':>10}{'slowest':>10}{'CPU each':>10}{'load':>8}")
    for within in chosen.within:
        with tempfile.TemporaryDirectory(prefix="watch-") as folder:
            took, cpu = measured(Path(folder), name, chosen.students, within)
        seconds = sorted(took)
        p95 = seconds[max(0, -(-95 * len(seconds) // 100) - 1)]
        said = "at once" if not within else f"{within:g} s"
        numbers = "".join(
            f"{value:>8.1f} s" for value in (statistics.median(seconds), p95, seconds[-1], cpu / chosen.students)
        )
        print(f"{said:>18}{numbers}{os.getloadavg()[0]:>8.1f}", flush=True)


def measured(folder: Path, name: str, students: int, within: float) -> tuple[list[float], float]:
    """A class hands in while a watcher runs: seconds from each hand-in to its feedback, and CPU seconds of all."""
    course, exchange = folder / "course", folder / "exchange"
    quiet = ["--course-id", "course", "--lessons", name, "--demo", str(students), "--exchange", str(exchange)]
    with open(os.devnull, "w") as nowhere:
        sys.stdout, before = nowhere, sys.stdout
        try:
            assert coursekit(["new-course", str(course), *quiet]) == 0
        finally:
            sys.stdout = before
    with (course / "nbgrader_config.py").open("a") as file:
        file.write("\nc.ExchangeCollect.check_owner = False\n")
    works = sorted((course / "submitted").glob(f"*/{name}"))
    works = [place.rename(folder / place.parent.name) for place in works]
    using(ExchangeReleaseAssignment, course, exchange, name).start()
    with (folder / "log").open("w+") as log:
        command = [sys.executable, "-m", "coursekit.cli", "watch", "--course", str(course)]
        watching = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | {"OMP_NUM_THREADS": "1"})
        try:
            wait_for(lambda: "watching " in (folder / "log").read_text(), watching, folder / "log")
            warm(course, exchange, name, works[0])
            before = cpu(watching.pid)
            took = class_hands_in(course, exchange, name, works, within, watching)
            return took, cpu(watching.pid) - before
        finally:
            watching.terminate()
            watching.wait()


def warm(course: Path, exchange: Path, name: str, work: Path) -> None:
    """One hand-in before the class: what is imported at the first one is imported once a term."""
    page, _ = hand_in(course, exchange, name, "first", work)
    wait_for(page.exists)


def class_hands_in(
    course: Path, exchange: Path, name: str, works: Sequence[Path], within: float, watching: subprocess.Popen
) -> list[float]:
    draw = random.Random(0)
    plan = sorted((draw.uniform(0, within), work) for work in works)
    began, open_pages, took = time.monotonic(), {}, []
    while plan or open_pages:
        while plan and plan[0][0] <= time.monotonic() - began:
            _, work = plan.pop(0)
            page, at = hand_in(course, exchange, name, work.name, work)
            open_pages[page] = at
        for page in [page for page in open_pages if page.exists()]:
            took.append(page.stat().st_ctime - open_pages.pop(page))
        assert watching.poll() is None and time.monotonic() - began < within + PATIENCE_S
        time.sleep(0.02)
    return took


def hand_in(course: Path, exchange: Path, name: str, student: str, work: Path) -> tuple[Path, float]:
    """Where the feedback will be, and when the hand-in was complete."""
    home = course.parent / "homes" / student
    place = home / name
    place.mkdir(parents=True)
    nbformat.write(nbformat.read(work / f"{name}.ipynb", as_version=4), place / f"{name}.ipynb")
    submitting = using(ExchangeSubmit, course, exchange, name, student, home)
    submitting.start()
    at = time.time()
    secret = (exchange / "course" / "inbound" / submitting.assignment_filename / SECRET).read_text()
    return exchange / "course" / "feedback" / f"{notebook_hash(secret=secret, notebook_id=name)}.html", at


def using(kind: type, course: Path, exchange: Path, name: str, student: str = "", home: Path | None = None):
    """One of nbgrader's classes for the exchange, ready to start."""
    config = Config()
    config.Exchange.root = str(exchange)
    if home is not None:
        config.Exchange.assignment_dir, config.Exchange.cache = str(home), str(home / "cache")
    directory = CourseDirectory(config=config)
    directory.root, directory.course_id, directory.assignment_id = str(course), "course", name
    if student:
        directory.student_id = student
    made = kind(coursedir=directory, authenticator=Authenticator(config=config), config=config)
    made.log.setLevel("ERROR")
    return made


def cpu(root: int) -> float:
    """CPU seconds of a process and all that it has started, those that have ended included."""
    parents, used = {}, {}
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended just now
            continue
        parents[int(place.parent.name)] = int(fields[1])
        used[int(place.parent.name)] = sum(map(int, fields[11:15]))
    ours = {root}
    while more := {child for child, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(used[each] for each in ours) / os.sysconf("SC_CLK_TCK")


def wait_for(come: object, watching: subprocess.Popen | None = None, log: Path | None = None) -> None:
    end = time.monotonic() + PATIENCE_S
    while not come():
        if time.monotonic() > end or watching is not None and watching.poll() is not None:
            raise SystemExit(log.read_text() if log else "there is no feedback")
        time.sleep(0.05)


if __name__ == "__main__":
    main()
