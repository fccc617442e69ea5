"""Bounds on what the grader itself may use for one notebook: a stranger's reply must not exhaust it.

They hold in whatever process grades: one of a pool, the one that was started, nbgrader's, a thread of a Dask worker.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator

try:
    import resource
except ImportError:  # Windows
    resource = None

MEMORY_MB = 1024
"""Writable memory for one step beyond what the process has. Replies take up to 64 MB; the draws, next to nothing."""

THREADS_MB = 32 * (os.cpu_count() or 1)
"""As much again: stacks of the threads that NumPy and PyTorch start on each core when they are first used."""

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
            with _memory(MEMORY_MB + THREADS_MB << 20), _cpu(allowed):
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
        descriptor = os.open("/proc/self/statm", os.O_RDONLY)  # a third of the time of `open`
        try:
            return int(os.read(descriptor, 200).split()[5]) * os.sysconf("SC_PAGE_SIZE")
        finally:
            os.close(descriptor)
    except (OSError, IndexError, ValueError):
        return None


# Time: CPU seconds of the thread, whichever thread it is. Signals would reach the main thread alone.


_AGAIN_S = 1.0  # CPU seconds after which a step that was told goes on to compute: a `__del__` swallows what is raised


class _Timed:
    """A step at work. Its lock is held while it is told that its time is over, so that it cannot end meanwhile."""

    def __init__(self, seconds: float) -> None:
        self.thread, self.used = threading.get_ident(), _clock()
        self.end = self.used() + seconds
        self.lock = threading.Lock()
        self.done = self.told = False

    def tell(self) -> None:
        """Raise TooMuch in its thread, if its time is over and it goes on."""
        with self.lock:
            if not self.done:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.thread), ctypes.py_object(TooMuch))
                self.told = True
                self.end += _AGAIN_S

    def over(self) -> None:
        """It is told nothing more. What is on its way arrives here, and nowhere later."""
        with self.lock:
            self.done = True
        if self.told:
            for _ in range(1000):
                pass


class _Watch:
    """One thread that watches all steps of this process: to start one for each takes longer than most steps.

    TooMuch may arrive anywhere in a step, so what the steps share has no lock that one could leave locked.
    """

    def __init__(self) -> None:
        self.process = os.getpid()
        self.steps: set[_Timed] = set()
        self.wake: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.next = math.inf  # when the thread looks again by itself; while it looks, too, everything new is told to it
        self.starting = threading.Lock()
        self.thread: threading.Thread | None = None

    def run(self) -> None:
        """Have a thread that watches, also after a fork or an end for want of memory."""
        with self.starting:
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=self._forever, daemon=True, name="bound on time")
                self.thread.start()

    def add(self, step: _Timed, seconds: float) -> None:
        """Nobody computes faster than the wall clock: a step that ends after the next look need not be told."""
        self.steps.add(step)
        if time.monotonic() + seconds < self.next or self.next == math.inf:
            self.wake.put(None)

    def _forever(self) -> None:
        while True:
            try:
                self._look()
            except MemoryError:  # a step uses all that there is
                time.sleep(0.01)

    def _look(self) -> None:
        """Tell those whose time is over, and wait until there can be another."""
        self.next, left = math.inf, math.inf
        for step in list(self.steps):
            try:
                if step.end <= step.used():
                    step.tell()
                left = min(left, max(step.end - step.used(), 0.01))
            except OSError:  # its thread has ended, and it with it
                self.steps.discard(step)
        self.next = time.monotonic() + left
        with contextlib.suppress(queue.Empty):
            self.wake.get(timeout=None if left == math.inf else left)


_watch = _Watch()


@contextlib.contextmanager
def _cpu(seconds: float) -> Iterator[None]:
    """Raise TooMuch in this thread when it has computed for so long; waiting for a sandbox does not count."""
    global _watch
    if _watch.process != os.getpid():  # a fork has only the thread that forked
        _watch = _Watch()
    watch = _watch
    watch.run()
    step = _Timed(seconds)
    try:
        watch.add(step, seconds)
        yield
    finally:
        try:
            step.over()
        finally:  # again, if TooMuch has arrived in it
            step.over()
            watch.steps.discard(step)


def _clock() -> Callable[[], float]:
    """Reads the CPU time of this thread, from any thread."""
    if hasattr(time, "pthread_getcpuclockid"):
        number = time.pthread_getcpuclockid(threading.get_ident())
        return lambda: time.clock_gettime(number)
    return time.process_time
