"""Who started the grader ends it, by a signal or by a time that was set: what is known by then is still said."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType

from coursekit.grading.bounds import Stopped

_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
_ALARM = getattr(signal, "SIGALRM", None)  # Windows has none: there nothing but a signal ends the grader


class Stopping:
    """Raises Stopped, once, when the process is told to end or the seconds are over."""

    def __init__(self, seconds: float | None, numbers: tuple[int, ...]) -> None:
        self._seconds, self._numbers = seconds, numbers
        self._told = ""

    def undisturbed(self) -> None:
        """Called before a result is written: from then on nothing disturbs any more."""
        for number in self._numbers:
            signal.signal(number, signal.SIG_IGN)

    def check(self) -> None:
        """Raise Stopped if the process was told to end.

        For what runs on and on: an exception is lost that comes while Python runs a destructor or clears up, where it
        ignores all of them.
        """
        if self._told:
            raise Stopped(self._told)

    def stop(self, number: int, frame: FrameType | None) -> None:
        self.undisturbed()
        over = f"the {self._seconds:g} s that the grader was given were over" if number == _ALARM else ""
        self._told = over or f"the grader was told to end ({signal.Signals(number).name})"
        raise Stopped(self._told)


@contextlib.contextmanager
def stoppable(seconds: float | None = None, keyboard: bool = False) -> Iterator[Stopping]:
    """In its body Stopped is raised when the process is told to end, or after so many seconds.

    keyboard: Ctrl-C is one way to tell it. For the main thread of a process, which alone receives signals.
    """
    numbers = (*_ENDING, *((_ALARM,) if _ALARM else ()), *((signal.SIGINT,) if keyboard else ()))
    stopping = Stopping(seconds, numbers)
    before = {number: signal.signal(number, stopping.stop) for number in numbers}
    try:
        if seconds and _ALARM:
            signal.setitimer(signal.ITIMER_REAL, seconds)
        yield stopping
    finally:
        if _ALARM:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
