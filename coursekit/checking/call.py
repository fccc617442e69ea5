"""Call an answer in this process and write down everything that happened.

The engine only sees the record. A grader that runs answers in another process hands the engine a caller of its own
that fills in the same record.
"""

from __future__ import annotations

import contextlib
import io
import signal
import threading
import time
import traceback
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from coursekit.checking import trees
from coursekit.checking.exercise import Exercise
from coursekit.checking.explained import explained, operands, taken_name
from coursekit.checking.facts import Failure, FailureKind
from coursekit.checking.portable import state
from coursekit.checking.portable.plain import returned
from coursekit.checking.portable.record import of_library
from coursekit.checking.portable.unmuted import MUTED

TIME_LIMIT = 10.0
"""Seconds that one call may take."""

_RANDOM = frozenset({"random", "default_rng", "rand", "randn", "randint", "multinomial", "rand_like", "randn_like"})
_ROOMS = "coursekit.topics."  # what looks at results that cannot leave the process of an answer
_IMPORTING = 60.0  # seconds beyond its limit for which an answer may go on importing modules
_PRINT_LIMIT = 4000  # characters kept of what an answer prints


@dataclass(frozen=True)
class Call:
    """What happened when an answer was called once.

    again:    the value as it is by now, if that is not to be seen in `value`: its memory may lie in another process.
    changed:  names of the arguments that the answer modified in place.
    overflow: floating-point events NumPy warned of, such as "overflow encountered in exp".
    """

    value: Any = None
    again: Callable[[], Any] | None = None
    failure: Failure | None = None
    printed: str = ""
    warned: tuple[str, ...] = ()
    overflow: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    seconds: float = 0.0


Caller = Callable[[Exercise, Callable[..., Any], Mapping[str, Any], float], Call]


class _TimeUp(BaseException):
    """Raised inside the answer when its time is over; not an Exception, so that `except Exception` lets it pass."""


def call_here(
    exercise: Exercise,
    answer: Callable[..., Any],
    args: Mapping[str, Any],
    limit: float = TIME_LIMIT,
    found: state.State | None = None,
) -> Call:
    """Call an answer with copies of the arguments, in this thread, with its output and warnings kept apart.

    Whatever settings of the process the caller has made, the answer runs in the known ones, and they are put back.
    found: these settings, if the caller has looked at them and changed nothing since.
    """
    passed = {name: trees.copy(value) for name, value in args.items()}
    printed = _Keep(_PRINT_LIMIT)
    value, failure = None, None
    start = time.perf_counter()
    with state.known(found=found), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            try:
                with _deadline(limit):
                    value = exercise.call(_Here(answer), passed)
            except _TimeUp:
                failure = Failure(FailureKind.TIMEOUT, "timeout", f"did not return within {limit:g} seconds")
            except SystemExit as stop:
                code = "" if stop.code is None else stop.code
                failure = Failure(FailureKind.EXITED, "SystemExit", f"called exit({code})")
            except Exception as error:
                failure = _describe(error, answer, exercise, tuple(args))
    warned = tuple(dict.fromkeys(str(w.message) for w in caught))
    return Call(
        value=value,
        failure=failure,
        printed=printed.getvalue(),
        warned=warned,
        overflow=float_events(warned),
        changed=tuple(name for name in args if not trees.same(args[name], passed[name])),
        seconds=time.perf_counter() - start,
    )


def float_events(warned: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the warnings in which NumPy tells of a floating-point event, also where the answer has muted it."""
    heard = (text.removeprefix(MUTED) for text in warned)
    return tuple(text for text in heard if text.startswith(("overflow", "invalid", "divide")))


class _Here:
    """An answer whose results are read as plain data, as those of an answer in another process are."""

    def __init__(self, answer: Callable[..., Any]) -> None:
        self._answer = answer

    def __call__(self, *args: Any) -> Any:
        return returned(self._answer, *args)

    def run_beside(self, function: Callable[..., Any], *args: Any) -> Any:
        return returned(function, self._answer, *args)


def draws_random_numbers(answer: Any) -> bool:
    """Whether the code of a function that is at hand looks up something that draws random numbers."""
    code = getattr(getattr(answer, "__func__", answer), "__code__", None)
    todo = [code] if isinstance(code, types.CodeType) else []
    while todo:
        code = todo.pop()
        if _RANDOM & set(code.co_names):
            return True
        todo += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return False


class _Keep(io.StringIO):
    """Keeps the first characters written to it and drops the rest."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._room = limit

    def write(self, text: str) -> int:
        kept = text[: self._room]
        self._room -= len(kept)
        super().write(kept)
        return len(text)


@contextlib.contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    """Raise _TimeUp in the main thread after so many seconds, where the system has interval timers (not Windows)."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    until = 0.0

    def stop(signum: int, frame: Any) -> None:
        nonlocal until
        now = time.monotonic()
        if _imports(frame) and now < began + seconds + _IMPORTING:
            until = min(now, began + _IMPORTING) + seconds  # an import's time is not the answer's, which follows it
        if now >= until:
            raise _TimeUp

    before, began = signal.signal(signal.SIGALRM, stop), time.monotonic()
    # The timer repeats: an answer that swallows the first one is stopped by the next.
    left, again = signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:  # the process has one such timer, and the caller's goes on; what is due by now comes at once
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - began), 1e-6), again)


def _imports(frame: types.FrameType | None) -> bool:
    """Whether what the answer is doing is to import a module."""
    while frame is not None and frame.f_code is not call_here.__code__:
        if frame.f_code.co_name == "_load_unlocked" and frame.f_globals.get("__name__") == "importlib._bootstrap":
            return True
        frame = frame.f_back
    return False


def _describe(error: Exception, answer: Callable[..., Any], exercise: Exercise, args: tuple[str, ...]) -> Failure:
    kind = FailureKind.NOT_WRITTEN if isinstance(error, NotImplementedError) else FailureKind.RAISED
    names = _globals(answer)
    own, at, frames = "", error.__traceback__, []
    while at is not None:
        frames.append(at)
        at = at.tb_next
    mine = [at for at in frames if names is not None and at.tb_frame.f_globals is names]
    if mine:
        (last,) = traceback.extract_tb(mine[-1], limit=1)
        own = f"line {last.lineno} of {last.name}: {last.line}"
    module = frames[-1].tb_frame.f_globals.get("__name__")
    module = module if isinstance(module, str) else ""  # a stranger's names can mean anything
    if not mine and isinstance(error, TypeError) and module == returned.__module__ and exercise.apply is None:
        own = f"It is called as {exercise.name}({', '.join(args)})."
    elif not mine and module and module.partition(".")[0] != __name__.partition(".")[0]:
        own = f"It stopped in `{frames[-1].tb_frame.f_code.co_name}` of {module}."
    message = str(error)
    meaning = _meaning(message, mine[-1]) if mine and mine[-1] is frames[-1] else explained(message)
    return Failure(kind, type(error).__name__, message, own, meaning, not mine and module.startswith(_ROOMS))


def _meaning(message: str, stopped: types.TracebackType) -> str:
    """Of an error in the learner's own frame: one below it has operands and names of its own."""
    taken = taken_name(stopped) if message.endswith("is not callable") else ""
    return taken or explained(message, operands(stopped))


def _globals(answer: Any) -> dict[str, Any] | None:
    """The global names of the code that was written: of a function, under what wraps it, or of a class's methods. None
    for a function of a library."""
    if isinstance(answer, type):
        answer = next((part for part in vars(answer).values() if isinstance(part, types.FunctionType)), None)
    for inner in ("__func__", "func", "__wrapped__"):
        answer = getattr(answer, inner, answer)
    if isinstance(answer, types.FunctionType) and of_library(answer):
        return None
    return getattr(answer, "__globals__", None)
