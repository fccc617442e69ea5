"""Where jobs run: in this process, in several processes, or on a Dask cluster. All give the same results.

A runner takes an iterator of jobs and yields (job, result) as they finish. It takes jobs only as fast as they finish,
so that a class of thousands does not lie in memory at once. A job whose process dies is given to another; one that
takes two processes down with it is a fault of the grader, for a person to look at.
"""

from __future__ import annotations

import itertools
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace

from coursekit.grading.failures import FAILED, trace
from coursekit.grading.run.job import Job
from coursekit.grading.run.notebook import Graded
from coursekit.grading.run.sandbox import Connection, SandboxUnavailable, Server
from coursekit.grading.run.servers import shared_server, use_server

ATTEMPTS = 2

DIED = "the grading process died while it graded this notebook"

NOT_ISOLATED = "the process that should run this notebook in a sandbox was told to use none; nothing was run"

WORKERS_S = 120.0
"""So long the first worker of a cluster is waited for, such as one that waits for its own turn in a queue."""

PROCESSES_PER_SERVER = 16
"""A server forks one worker at a time, which takes it 7 ms; a submission takes its grader 300 ms."""


def run_job(job: Job) -> Graded:
    """Grade one job with the sandbox server of this process. A host without a sandbox is a fault, never a score.

    An exception of the grader is a fault of this one job, with its traceback; the jobs after it go on.
    """
    try:
        server = shared_server(job.needs_torch)
        if job.isolated and server.level == "unsafe":  # such as a worker of a cluster that was started otherwise
            return faulty(job, NOT_ISOLATED)
        graded = job.run(server)
        if graded.faults and not server.alive:  # the server ended meanwhile: that says nothing about this job
            graded = job.run(shared_server(job.needs_torch))
        return graded
    except SandboxUnavailable as reason:
        return faulty(job, str(reason))
    except Exception as error:
        return failed(job, error)


def faulty(job: Job, reason: str) -> Graded:
    """A result that decides nothing: every exercise of the job needs a person."""
    return Graded({}, faults=dict.fromkeys(job.checked, reason))


def failed(job: Job, error: BaseException) -> Graded:
    """The result of a job on which the grader itself failed."""
    return Graded({}, faults=dict.fromkeys(job.checked, FAILED), broken=trace(error))


def died(job: Job, error: BaseException) -> Graded:
    """The result of a job with which the process that graded it died, every time."""
    return replace(failed(job, error), faults=dict.fromkeys(job.checked, DIED))


def serially(jobs: Iterable[Job]) -> Iterator[tuple[Job, Graded]]:
    """One after the other, in this process."""
    for job in jobs:
        yield job, run_job(job)


def prepare_processes() -> None:
    """Let the imports of `in_processes` begin, while this process does something else."""
    if _context().get_start_method() == "forkserver":
        from multiprocessing import forkserver

        forkserver.ensure_running()


def in_processes(jobs: Iterable[Job], workers: int) -> Iterator[tuple[Job, Graded]]:
    """In several processes. Up to PROCESSES_PER_SERVER share one warm sandbox server; more have one each."""
    waiting = iter(jobs)
    first = list(itertools.islice(waiting, 1))
    waiting = itertools.chain(first, waiting)
    torch = any(job.needs_torch for job in first)
    tries: dict[str, int] = {}
    again: list[Job] = []
    while True:
        running: dict[Future[Graded], Job] = {}
        try:
            with _processes(workers, _server(torch) if workers <= PROCESSES_PER_SERVER else None) as pool:
                while True:
                    for job in itertools.islice(itertools.chain(_drain(again), waiting), 2 * workers - len(running)):
                        again.append(job)  # until it is accepted: a pool that is broken raises in the next line
                        future = pool.submit(run_job, job)
                        running[future] = again.pop()
                    if not running:
                        return
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        graded = _result(future, running[future])
                        yield running.pop(future), graded
        except BrokenProcessPool:
            # One process died and took the pool along: which job it was, nobody says. Each gets another try.
            for job in running.values():
                tries[job.key] = tries.get(job.key, 0) + 1
                if tries[job.key] < ATTEMPTS:
                    again.append(job)
                else:
                    yield job, _alone(job)


def _result(future: Future[Graded], job: Job) -> Graded:
    try:
        return future.result()
    except BrokenProcessPool:
        raise
    except Exception as error:  # such as a result that could not travel
        return failed(job, error)


def _server(torch: bool) -> Server | Connection | None:
    """A server of this process; None if it cannot have one: those that grade then find that out, and why."""
    try:
        return shared_server(torch)
    except SandboxUnavailable:
        return None


@contextmanager
def _processes(number: int, server: Server | Connection | None = None) -> Iterator[ProcessPoolExecutor]:
    """A pool for a while. Whoever leaves it early, as on Ctrl-C, waits for no notebook that is still at work."""
    line, ours = multiprocessing.Pipe(duplex=False)
    lent = (server, dict(os.environ), line)
    pool = ProcessPoolExecutor(number, mp_context=_context(), initializer=_begin, initargs=lent)
    try:
        yield pool
    finally:
        ours.close()  # its processes end, whatever they are at
        # Waited for: at its own end Python writes to the pool's pipe, and finds it closed if the pool ends just then.
        pool.shutdown(wait=True, cancel_futures=True)
        line.close()


def _context() -> multiprocessing.context.BaseContext:
    """New processes are forked from one that has imported the grader and done nothing else."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def _begin(connection: Connection | None, environment: dict[str, str], line: multiprocessing.connection.Connection):
    """What a process of a pool does first. Ctrl-C is for the grader, which then closes its line."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.clear()  # what the process was forked from may have an older one
    os.environ.update(environment)
    if connection is not None:
        use_server(connection)
    threading.Thread(target=_end_with_grader, args=(line,), daemon=True, name="end with the grader").start()


def _end_with_grader(line: multiprocessing.connection.Connection) -> None:
    """A pool's process would wait for ever for a grader that was killed, and its sandbox with it."""
    multiprocessing.connection.wait([multiprocessing.parent_process().sentinel, line])
    os._exit(1)


def _drain(jobs: list[Job]) -> Iterator[Job]:
    while jobs:
        yield jobs.pop()


def _alone(job: Job) -> Graded:
    """The last try of a job that was there when processes died: in a process of its own."""
    with _processes(1) as pool:
        try:
            return pool.submit(run_job, job).result()
        except BrokenProcessPool as error:
            return died(job, error)


def on_cluster(jobs: Iterable[Job], address: str) -> Iterator[tuple[Job, Graded]]:
    """On a Dask cluster: `address` is its scheduler's, such as tcp://host:8786.

    Dask gives the jobs of a worker that dies to another one, and runs a job once per key. A job that several workers
    had when they died is tried once more when all others are done, so that one beside which they died is graded, too.
    Every worker needs this package, in the version that is installed here, and a host on which the sandbox works.

    Raises OSError if there is no scheduler, or no worker after WORKERS_S.
    """
    from dask.distributed import Client, KilledWorker, as_completed

    with Client(address, set_as_default=False) as client:
        try:
            client.wait_for_workers(1, timeout=WORKERS_S)
        except TimeoutError:
            raise OSError(f"No worker has joined the cluster within {WORKERS_S:g} s") from None
        waiting = iter(jobs)
        size = max(4, 2 * sum(client.ncores().values()))
        running = {}
        suspects: list[Job] = []

        def submit(job: Job) -> Future:
            future = client.submit(run_job, job, key=f"coursekit-{job.key}", retries=ATTEMPTS)
            running[future.key] = job
            return future

        first = [submit(job) for job in itertools.islice(waiting, size)]
        finished = as_completed(first, loop=client.loop)
        for future in finished:
            job = running.pop(future.key)
            error = future.exception()  # waits for a result that has died with its worker, until it is there again
            if error is None:
                yield job, future.result()
            elif isinstance(error, KilledWorker):
                suspects.append(job)
            else:
                yield job, failed(job, error)
            future.release()
            for job in itertools.islice(waiting, 1):
                finished.add(submit(job))
        for job in suspects:
            alone = client.submit(run_job, job, key=f"coursekit-{job.key}-alone")
            try:
                yield job, alone.result()
            except KilledWorker as error:
                yield job, died(job, error)
            except Exception as error:
                yield job, failed(job, error)
