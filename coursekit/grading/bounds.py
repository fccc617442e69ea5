"""Bounds on what the grader itself may use for one notebook: a stranger's reply must not exhaust it.

They hold in whatever process grades: one of a pool, the one that was started, nbgrader's, a thread of a Dask worker.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
import time
from collections.abc import Callable, Iterator

try:
    import resource
except ImportError:  # Windows
    resource = None

MEMORY_MB = 1024
"""Writable memory for one step beyond what the process has. Replies take up to 64 MB; the draws, next to nothing."""

THREADS_MB = 32
"""As much again for each core: stacks of the threads that NumPy and PyTorch start when they are first used."""

STEP_S, NOTEBOOK_S = 60.0, 300.0
"""CPU seconds of the comparing thread for one step (a cell, an exercise) and for all of a notebook. 0.1 is usual."""


class TooMuch(BaseException):
    """The time is over. Not an Exception, so that what catches those lets it pass."""


class Exceeded(Exception):
    """A step went over a bound; the text says which."""


class Stopped(BaseException):
    """Who started the grader ends it; the text says how. Not an Exception, so that what catches those lets it pass."""


class Bounds:
    """The bounds of one notebook.

    with Bounds().step(): ...  raises Exceeded if what is done in it needs too much memory or time.
    """

    def __init__(self) -> None:
        self.left = NOTEBOOK_S

    @contextlib.contextmanager
    def step(self, seconds: float | None = None) -> Iterator[None]:
        """seconds: of CPU, in place of STEP_S."""
        seconds = STEP_S if seconds is None else seconds
        allowed, before = min(seconds, self.left), time.thread_time()
        try:
            if allowed <= 0:
                raise TooMuch
            with _memory(MEMORY_MB + THREADS_MB * (os.cpu_count() or 1) << 20), _cpu(allowed):
                yield
        except TooMuch:
            most = f"{seconds:g} s" if allowed == seconds else f"{NOTEBOOK_S:g} s for this notebook"
            raise Exceeded(f"the grader's comparison took more than {most}") from None
        except MemoryError:
            raise Exceeded(f"the grader's comparison took more than {MEMORY_MB} MB of memory") from None
        finally:
            self.left -= time.thread_time() - before


# Memory: the soft limit of the process, which its threads share.

_lock = threading.Lock()
_inside = 0
_before: tuple[int, int] = (0, 0)


@contextlib.contextmanager
def _memory(extra: int) -> Iterator[None]:
    """Let the process have so many bytes beyond what it has now. The last thread to leave takes the limit away.

    Counted is writable memory (RLIMIT_DATA). Libraries that a first use maps, and what threads reserve and do not
    touch, would make the address space (RLIMIT_AS) grow by gigabytes for no reason.
    """
    global _inside, _before
    has = _writable()
    if resource is None or has is None:
        yield
        return
    with _lock:
        soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
        if _inside == 0:
            _before = soft, hard
        wanted = has + extra if _inside == 0 else max(soft, has + extra)
        ceilings = [ceiling for ceiling in _before if ceiling != resource.RLIM_INFINITY]
        resource.setrlimit(resource.RLIMIT_DATA, (min([wanted, *ceilings]), hard))
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                resource.setrlimit(resource.RLIMIT_DATA, (_before[0], hard))


def _writable() -> int | None:
    """Bytes of writable memory that this process has; None where that is not known."""
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return None


# Time: CPU seconds of the thread, whichever thread it is. Signals would reach the main thread alone.


@contextlib.contextmanager
def _cpu(seconds: float) -> Iterator[None]:
    """Raise TooMuch in this thread when it has computed for so long; waiting for a sandbox does not count."""
    done, raised, lock = threading.Event(), threading.Event(), threading.Lock()
    thread, used = threading.get_ident(), _clock()
    end = used() + seconds

    def watch() -> None:
        while not done.wait(max(end - used(), 0.01)):
            with lock:
                if used() >= end and not done.is_set():
                    raised.set()
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(TooMuch))
                    return

    threading.Thread(target=watch, daemon=True, name="bound on time").start()
    try:
        yield
    finally:
        with lock:
            done.set()
        if raised.is_set():  # it may be on its way: here it arrives, and nowhere later
            for _ in range(1000):
                pass


def _clock() -> Callable[[], float]:
    """Reads the CPU time of this thread, from any thread."""
    if hasattr(time, "pthread_getcpuclockid"):
        number = time.pthread_getcpuclockid(threading.get_ident())
        return lambda: time.clock_gettime(number)
    return time.process_time
