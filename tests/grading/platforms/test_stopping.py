"""Told to end: at once, or where Python drops the exception, at the next occasion."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from coursekit.grading.bounds import Stopped
from coursekit.grading.platforms.stopping import stoppable

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to send")


def test_the_body_ends_and_what_was_before_is_there_again():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Stopped, match="SIGTERM"), stoppable():
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()
    assert signal.getsignal(signal.SIGTERM) == before


def test_ctrl_c_is_one_way_to_tell_it_where_that_is_asked_for():
    with pytest.raises(Stopped, match="SIGINT"), stoppable(keyboard=True):
        os.kill(os.getpid(), signal.SIGINT)
        signal.pause()
    with pytest.raises(KeyboardInterrupt), stoppable():
        os.kill(os.getpid(), signal.SIGINT)
        signal.pause()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_exception_that_python_dropped_is_not_forgotten():
    class Dying:
        def __del__(self):
            os.kill(os.getpid(), signal.SIGTERM)
            for _ in range(1000):  # here the signal arrives, and its exception is ignored
                pass

    with stoppable() as stopping:
        stopping.check()
        dying = Dying()
        del dying
        with pytest.raises(Stopped, match="SIGTERM"):
            stopping.check()
