"""Who started the grader ends it, by a signal or by a time that was set: what is known by then is still said."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator
from types import FrameType

from coursekit.grading.bounds import Stopped

_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
_ALARM = getattr(signal, "SIGALRM", None)  # Windows has none: there nothing but a signal ends the grader


_AGAIN_S = 0.05


class Stopping:
    """Raises Stopped when the process is told to end or the seconds are over: once, and again if Python dropped it.

    Python drops an exception that comes while it runs a destructor, and while it clears up.
    """

    def __init__(self, seconds: float | None, numbers: tuple[int, ...]) -> None:
        self._seconds, self._numbers = seconds, numbers
        self._told, self._over = "", False
        self.unraisable = sys.unraisablehook

    def undisturbed(self) -> None:
        """Called before a result is written: from then on nothing disturbs any more."""
        self._over = True
        self._deaf()

    def _deaf(self) -> None:
        for number in self._numbers:
            signal.signal(number, signal.SIG_IGN)

    def check(self) -> None:
        """Raise Stopped if the process was told to end. For what runs on and on."""
        if self._told:
            if _ALARM:
                signal.setitimer(signal.ITIMER_REAL, 0)
            raise Stopped(self._told)

    def stop(self, number: int, frame: FrameType | None) -> None:
        self._deaf()
        over = f"the {self._seconds:g} s that the grader was given were over" if number == _ALARM else ""
        self._told = over or f"the grader was told to end ({signal.Signals(number).name})"
        raise Stopped(self._told)

    def dropped(self, what: sys.UnraisableHookArgs) -> None:
        """What Python calls with an exception that it drops: Stopped comes again, and nothing is printed about it."""
        if what.exc_type is not Stopped:
            self.unraisable(what)
        elif _ALARM and not self._over:
            signal.signal(_ALARM, lambda *_: self.check())
            signal.setitimer(signal.ITIMER_REAL, _AGAIN_S)


@contextlib.contextmanager
def stoppable(seconds: float | None = None, keyboard: bool = False) -> Iterator[Stopping]:
    """In its body Stopped is raised when the process is told to end, or after so many seconds.

    keyboard: Ctrl-C is one way to tell it. For the main thread of a process, which alone receives signals.

    A signal that is ignored already, as by `nohup` or in the background of a script, goes on being ignored.
    """
    telling = (*_ENDING, *((signal.SIGINT,) if keyboard else ()))
    heard = tuple(number for number in telling if signal.getsignal(number) != signal.SIG_IGN)
    numbers = (*heard, *((_ALARM,) if _ALARM else ()))
    stopping = Stopping(seconds, numbers)
    before = {number: signal.signal(number, stopping.stop) for number in numbers}
    sys.unraisablehook = stopping.dropped
    try:
        if seconds and _ALARM:
            signal.setitimer(signal.ITIMER_REAL, seconds)
        yield stopping
    finally:
        if _ALARM:
            signal.setitimer(signal.ITIMER_REAL, 0)
        sys.unraisablehook = stopping.unraisable
        for number, handler in before.items():
            signal.signal(number, handler)
