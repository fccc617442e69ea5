"""Who started the grader ends it, by a signal or by a time that was set: what is known by then is still said."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

from coursekit.grading.bounds import Stopped

_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
_ALARM = getattr(signal, "SIGALRM", None)  # Windows has none: there nothing but a signal ends the grader


@contextlib.contextmanager
def stoppable(seconds: float | None = None) -> Iterator[Callable[[], None]]:
    """In its body Stopped is raised, once, when the process is told to end or the seconds are over.

    Gives a function that is called before the result is written: from then on nothing disturbs any more. For the main
    thread of a process, which alone receives signals.
    """
    numbers = (*_ENDING, *((_ALARM,) if _ALARM else ()))

    def undisturbed() -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)

    def stop(number: int, frame: FrameType | None) -> None:
        undisturbed()
        if number == _ALARM:
            raise Stopped(f"the {seconds:g} s that the grader was given were over")
        raise Stopped(f"the grader was told to end ({signal.Signals(number).name})")

    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        if seconds and _ALARM:
            signal.setitimer(signal.ITIMER_REAL, seconds)
        yield undisturbed
    finally:
        if _ALARM:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
