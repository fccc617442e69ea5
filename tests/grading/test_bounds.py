"""What the grader itself may use for one notebook."""

import contextlib
import resource
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from coursekit.checking import evaluate
from coursekit.grading import bounds
from coursekit.grading.bounds import Bounds, Exceeded
from coursekit.grading.run import notebook as trusted
from coursekit.grading.run.notebook import FAILED

from .run.test_notebook import COUNT, STEP, answer, check, graded, own


def spin():
    while True:
        pass


def catches_everything():
    while True:
        with contextlib.suppress(Exception):
            spin()


def swallows_what_stops_it():
    """As a `__del__` does, in which nothing can be raised."""
    with contextlib.suppress(bounds.TooMuch):
        spin()
    spin()


def in_a_thread(run):
    """What `run` raises in a thread that is not the main one, as on a Dask worker."""
    raised = []

    def target():
        try:
            run()
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    if raised:
        raise raised[0]


def here(run):
    run()


@pytest.mark.parametrize("where", [here, in_a_thread])
@pytest.mark.parametrize("work", [spin, catches_everything, swallows_what_stops_it])
def test_a_step_that_computes_too_long_is_stopped(monkeypatch, where, work):
    monkeypatch.setattr(bounds, "STEP_S", 0.05)
    monkeypatch.setattr(bounds, "_AGAIN_S", 0.05)

    def run():
        with Bounds().step():
            work()

    with pytest.raises(Exceeded, match="took more than 0.05 s"):
        where(run)
    for _ in range(100_000):  # nothing arrives later
        pass


@pytest.mark.parametrize("where", [here, in_a_thread])
def test_a_step_that_wants_too_much_memory_is_stopped_and_the_process_has_its_own_limit_again(monkeypatch, where):
    monkeypatch.setattr(bounds, "MEMORY_MB", 200)
    monkeypatch.setattr(bounds, "THREADS_MB", 0)
    before = resource.getrlimit(resource.RLIMIT_DATA)

    def run():
        with Bounds().step():
            np.zeros((12_000, 1)) + np.zeros((1, 12_000))

    with pytest.raises(Exceeded, match="took more than 200 MB"):
        where(run)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    np.ones(300 << 20, np.uint8)


def test_steps_in_several_threads_leave_the_limit_as_it_was():
    before = resource.getrlimit(resource.RLIMIT_DATA)

    def run():
        for _ in range(20):
            with Bounds().step():
                np.ones(1000)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


def test_waiting_costs_nothing_and_the_steps_of_a_notebook_are_counted_together(monkeypatch):
    monkeypatch.setattr(bounds, "STEP_S", 0.2)
    monkeypatch.setattr(bounds, "NOTEBOOK_S", 0.3)
    notebook = Bounds()
    with notebook.step():
        time.sleep(0.4)
    with pytest.raises(Exceeded, match="0.2 s"), notebook.step():
        spin()
    for _ in range(2):
        with pytest.raises(Exceeded, match="0.3 s for this notebook"), notebook.step():
            spin()


def test_a_step_is_stopped_beside_longer_ones_that_began_before(monkeypatch):
    begun, over = threading.Event(), threading.Event()

    def long():
        with Bounds().step():
            begun.set()
            over.wait(60)

    thread = threading.Thread(target=long, daemon=True)
    thread.start()
    assert begun.wait(60)
    try:
        with pytest.raises(Exceeded, match="took more than 0.05 s"), Bounds().step(0.05):
            spin()
    finally:
        over.set()
        thread.join(60)
    assert not thread.is_alive()


FORKED = """
import os, signal
from coursekit.grading.bounds import Bounds, Exceeded

with Bounds().step():
    pass
child = os.fork()
if child == 0:
    signal.alarm(60)
    try:
        with Bounds().step(0.05):
            while True:
                pass
    except Exceeded:
        os._exit(0)
    os._exit(1)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_step_is_stopped_in_a_fork_of_a_process_that_has_graded():
    assert subprocess.run([sys.executable, "-c", FORKED], timeout=120).returncode == 0


def test_a_hundred_steps_are_watched_by_one_thread_and_each_is_stopped():
    for _ in range(100):
        with Bounds().step():
            pass
    assert sum(thread.name == "bound on time" for thread in threading.enumerate()) == 1
    assert not bounds._watch.steps
    for _ in range(3):
        with pytest.raises(Exceeded), Bounds().step(0.02):
            spin()


def test_steps_are_bounded_again_after_the_watching_thread_has_ended(monkeypatch):
    monkeypatch.setattr(bounds, "_watch", bounds._Watch())
    with monkeypatch.context() as only:
        only.setattr(bounds._Watch, "_forever", lambda watch: None)
        with Bounds().step():
            pass
    bounds._watch.thread.join(60)
    with pytest.raises(Exceeded), Bounds().step(0.05):
        spin()


def test_steps_are_bounded_beside_one_whose_thread_has_ended_in_it():
    open_step = bounds._cpu(60)
    thread = threading.Thread(target=open_step.__enter__, daemon=True)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    with pytest.raises(Exceeded), Bounds().step(0.05):
        spin()


def failing(error):
    """In the place of `evaluate`: fails on one exercise."""

    def run(exercise, *args, **kwargs):
        if exercise.name == "gru_step":
            raise error
        return evaluate(exercise, *args, **kwargs)

    return run


CELLS = (answer("gru_step", STEP), own("kept = 1"), check("gru_step"), answer("gru_parameter_count", COUNT))


@pytest.mark.parametrize(
    ("error", "fault", "broken"),
    [(KeyError("of ours"), FAILED, "KeyError: 'of ours'"), (MemoryError(), "took more than 1024 MB of memory", "")],
)
def test_what_goes_wrong_over_one_answer_is_for_a_person_and_the_others_keep_their_points(
    warm_server, monkeypatch, error, fault, broken
):
    monkeypatch.setattr(trusted, "evaluate", failing(error))
    result = graded(warm_server, *CELLS, check("gru_parameter_count"))
    assert list(result.faults) == ["gru_step"] and fault in result.faults["gru_step"]
    assert result.reports["gru_parameter_count"].score == 1.0
    assert broken in result.broken and bool(broken) == bool(result.broken)


def test_an_answer_that_takes_the_grader_too_long_is_for_a_person(warm_server, monkeypatch):
    monkeypatch.setattr(bounds, "STEP_S", 0.5)
    monkeypatch.setattr(trusted, "evaluate", lambda exercise, *a, **k: spin())
    result = graded(warm_server, answer("gru_step", STEP), check("gru_step"))
    assert result.reports == {} and "comparison took more than 0.5 s" in result.faults["gru_step"]
