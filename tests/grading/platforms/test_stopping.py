"""Told to end: at once, or where Python drops the exception, at the next occasion."""

from __future__ import annotations

import os
import signal
import sys
import time

import pytest

from coursekit.grading.bounds import Stopped
from coursekit.grading.platforms.stopping import stoppable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to send")


NUMBERS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT) if sys.platform != "win32" else ()


@pytest.fixture(autouse=True)
def as_in_a_terminal():
    """Nothing is ignored. These tests may be a job in the background of a script, which ignores Ctrl-C."""
    before = {number: signal.getsignal(number) for number in NUMBERS}
    for number in NUMBERS:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def told(number):
    """Send a signal to this process. What is said to it by then comes before the end of this."""
    os.kill(os.getpid(), number)
    time.sleep(5)  # an exception ends it


def test_the_body_ends_and_what_was_before_is_there_again():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Stopped, match="SIGTERM"), stoppable():
        told(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) == before


def test_ctrl_c_is_one_way_to_tell_it_where_that_is_asked_for():
    with pytest.raises(Stopped, match="SIGINT"), stoppable(keyboard=True):
        told(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), stoppable():
        told(signal.SIGINT)


@pytest.mark.parametrize("number", [number for number in NUMBERS if number != signal.SIGTERM])
def test_what_was_ignored_when_it_was_started_ends_nothing(number):
    """By `nohup`, or by a shell for a job in the background."""
    signal.signal(number, signal.SIG_IGN)
    with stoppable(keyboard=True) as stopping:
        os.kill(os.getpid(), number)
        stopping.check()
    assert signal.getsignal(number) == signal.SIG_IGN


class Dying:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        for _ in range(1000):  # here the signal arrives, and its exception is ignored
            pass


def test_an_exception_that_python_dropped_is_not_forgotten():
    """Nor is anything said about it, which would be an error of the test run."""
    with stoppable() as stopping:
        stopping.check()
        dying = Dying()
        del dying
        with pytest.raises(Stopped, match="SIGTERM"):
            stopping.check()


def test_an_exception_that_python_dropped_comes_again():
    with pytest.raises(Stopped, match="SIGTERM"), stoppable():
        dying = Dying()
        del dying
        time.sleep(5)
    with stoppable() as stopping:
        dying = Dying()
        stopping.undisturbed()
        del dying
        time.sleep(0.2)


def test_what_another_destructor_raises_is_told_as_before(monkeypatch):
    class Broken:
        def __del__(self):
            raise ValueError

    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda what: told.append(what.exc_type))
    with stoppable():
        broken = Broken()
        del broken
    assert told == [ValueError]
