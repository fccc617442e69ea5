"""Where jobs run makes no difference, and whoever dies on the way takes nothing along."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from coursekit.grading.batch import grade
from coursekit.grading.run import job, runners
from coursekit.grading.run.servers import close_shared_server
from coursekit.grading.seeds import course_secret
from coursekit.grading.submission.course import Course
from tests.grading.nbgrader import mini_course
from tests.processes import ended, until

pytestmark = [pytest.mark.nbgrader, pytest.mark.slow, pytest.mark.usefixtures("isolated")]
VERSION = "of this test"
INSIDE = "\0-m\0inside\0"
WORK = "\n_ = sum(range(3_000_000))\n"
SWAP = {"(1 - z) * np.tanh(xn + r * hn) + z * h": "z * np.tanh(xn + r * hn) + (1 - z) * h"}


@dataclass(frozen=True)
class Serially:
    """A class that nobody has graded, and what one process after the other found in a copy of it, on the same draws."""

    ungraded: Path
    rows: dict
    scores: dict


@pytest.fixture(scope="module")
def serially(copy_course, tmp_path_factory):
    """Twelve students, some wrong, each busy for a moment."""
    made = copy_course(tmp_path_factory.mktemp("serially"))
    right = next(c.source for c in made.solution.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "gru_step")
    for number in range(12):
        source = right.replace(*next(iter(SWAP.items()))) if number % 3 == 1 else right
        source = "raise ValueError" if number % 6 == 5 else source
        made.hand_in(f"s{number:02d}", made.answered(gru_step=f"# {number}{WORK}{source}"))
    course_secret(made.root)
    ungraded = shutil.copytree(made.root, made.root.with_name("ungraded"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "grader_version", lambda: VERSION)
        rows = graded(made, runners.serially)
    assert len({points for points in (sum(q.points for q in row[0]) for row in rows.values())}) > 1
    return Serially(ungraded, rows, scores(made))


@pytest.fixture
def course(serially, tmp_path, monkeypatch):
    """The class, not graded yet."""
    monkeypatch.setattr(job, "grader_version", lambda: VERSION)
    return mini_course.Course(Path(shutil.copytree(serially.ungraded, tmp_path / "course")))


def graded(course, runner, **options):
    place = Course(course.root)
    rows = grade(place, "mini", place.students("mini"), runner, **options)
    return {row.student: (row.questions, row.flags, row.problems) for row in rows}


def scores(course):
    students = (f"s{number:02d}" for number in range(12))
    return {student: course.scores(student) for student in students}


def forget(course):
    for kept in (course.root / ".coursekit-results").rglob("*.json"):
        kept.unlink()


def test_one_process_two_and_a_regrade_give_the_same(course, serially):
    assert graded(course, lambda jobs: runners.in_processes(jobs, 2)) == serially.rows
    forget(course)
    assert graded(course, runners.serially, force=True) == serially.rows
    assert scores(course) == serially.scores


def test_a_killed_process_of_the_pool_takes_nothing_along(course, serially):
    def killing(jobs):
        for number, finished in enumerate(runners.in_processes(jobs, 2)):
            if number == 2:
                os.kill(processes_that_grade()[0], signal.SIGKILL)
            yield finished

    assert graded(course, killing) == serially.rows


def test_a_job_that_a_broken_pool_refuses_is_not_lost(monkeypatch):
    """The pool can break between two jobs: the one that was already taken has to run all the same."""
    submit, refused = runners.ProcessPoolExecutor.submit, []

    def refusing(self, function, one):
        if one.student == "s3" and not refused:
            refused.append(one)
            raise runners.BrokenProcessPool
        return submit(self, function, one)

    monkeypatch.setattr(runners.ProcessPoolExecutor, "submit", refusing)
    waiting = [job.Job("mini", "mini", f"s{number}", '{"cells": []}', {}) for number in range(6)]
    done = Counter(one.student for one, _ in runners.in_processes(iter(waiting), 1))
    assert refused and done == Counter(one.student for one in waiting)


def descendants(pid):
    """The processes that a process has started, and those that they have started."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], text=True, capture_output=True, timeout=60).stdout
    parents = dict(tuple(map(int, line.split())) for line in listed.splitlines())
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def assert_gone(pids):
    """None of these lives on for long."""
    for _ in range(200):
        left = [pid for pid in pids if not ended(pid)]
        if not left:
            return
        time.sleep(0.05)
    raise AssertionError(left)


def processes_that_grade():
    """Forked from the fork server, so they have its command line."""
    children = [pid for pid in descendants(os.getpid()) if "multiprocessing.forkserver" in command_of(pid)]
    return [pid for pid in children if "multiprocessing.forkserver" in command_of(parent_of(pid))]


def command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def parent_of(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def sandboxes():
    """Warm servers that this process has started, whatever isolates them: all inside of one have its command line."""
    started = descendants(os.getpid())
    return {pid for pid in started if INSIDE in command_of(pid) and INSIDE not in command_of(parent_of(pid))}


@pytest.mark.programs  # it finds the server by its command line, which is another one at each level of isolation
def test_several_processes_share_one_sandbox_server(course):
    close_shared_server()
    before = sandboxes()
    servers, grading = set(), set()

    def watching(jobs):
        for finished in runners.in_processes(jobs, 3):
            grading.update(processes_that_grade())
            servers.update(sandboxes() - before)
            yield finished

    graded(course, watching)
    assert len(grading) == 3 and len(servers) == 1


def test_who_leaves_early_waits_for_no_notebook_that_is_at_work(course):
    for student in ("t0", "t1"):
        course.hand_in(student, course.answered(gru_step="while True: pass"))
    rows = grade(Course(course.root), "mini", ["s00", "t0", "t1"], lambda jobs: runners.in_processes(jobs, 3))
    assert next(rows).student == "s00"
    at_work = processes_that_grade()
    rows.close()
    assert at_work
    assert_gone(at_work)


def kill_a_worker_that_has_results(cluster):
    """They are there, nobody has asked for them yet, and they die with it."""
    until(lambda: all(task.state == "memory" for task in cluster.scheduler.tasks.values()))
    worker = next(iter(cluster.workers.values()))
    address = worker.worker_address
    os.kill(worker.pid, signal.SIGKILL)
    until(lambda: address not in cluster.scheduler.workers)


def test_a_cluster_that_loses_a_worker_gives_the_same_once(course, serially):
    distributed = pytest.importorskip("distributed")
    seen = Counter()
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", host="127.0.0.1", silence_logs=60
    ) as cluster:

        def killing(jobs):
            for number, (one, result) in enumerate(runners.on_cluster(jobs, cluster.scheduler_address)):
                seen[one.key] += 1
                if number == 2:
                    kill_a_worker_that_has_results(cluster)
                yield one, result

        assert graded(course, killing) == serially.rows
    assert len(seen) == 12 and set(seen.values()) == {1}


def test_a_cluster_without_workers_is_not_waited_for_in_silence(monkeypatch):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(runners, "WORKERS_S", 0.2)
    with (
        distributed.LocalCluster(
            n_workers=0, processes=False, protocol="tcp", dashboard_address=":0", host="127.0.0.1", silence_logs=60
        ) as cluster,
        pytest.raises(OSError, match="No worker has joined the cluster within 0.2 s"),
    ):
        list(runners.on_cluster([], cluster.scheduler_address))


@pytest.mark.parametrize("after", [0, 1, 6])
def test_a_grader_that_is_killed_loses_nothing(course, serially, after):
    """SIGKILL to the command once so many results are kept; the same command then finishes the class."""
    program = f"from coursekit.grading.run import job; job.grader_version = lambda: {VERSION!r}; import sys; "
    program += "from coursekit.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "grade", "mini", "-j", "2", "--course", str(course.root)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    store = course.root / ".coursekit-results"
    deadline = time.monotonic() + 120
    while running.poll() is None and time.monotonic() < deadline:
        if len(list(store.glob("??/*.json"))) >= after and (
            after or store.parent.joinpath(".coursekit-secret").exists()
        ):
            break
        time.sleep(0.02)
    started = descendants(running.pid)
    running.kill()
    running.wait(60)
    assert_gone(started)  # the sandboxes included
    kept = {path: path.stat().st_mtime_ns for path in store.glob("??/*.json")}
    assert len(kept) >= after
    done = course.grade("-j", "2")
    assert done.returncode == 0, done.stderr[-2000:]
    assert {path: path.stat().st_mtime_ns for path in kept} == kept  # not graded again
    found = scores(course)
    assert all(score is not None for cells in found.values() for score, _ in cells.values())
    assert len(serially.rows) == 12 and found == serially.scores
