"""An answer that lives in a sandbox, called by the engine as if it were here.

The engine draws, compares and diagnoses in this process. Only arguments go into the worker, only data comes back.
"""

from __future__ import annotations

import functools
import inspect
import math
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from coursekit.checking import registry, trees
from coursekit.checking.call import Call, float_events
from coursekit.checking.exercise import Exercise
from coursekit.checking.facts import Failure, FailureKind
from coursekit.grading.run import lent
from coursekit.grading.run.sandbox import CallResult, FunctionRef, Worker

CALL, RUN_BESIDE, READ_AGAIN = "call_answer", "run_beside", "read_again"
TRACE, TRACE_BESIDE = "trace_answer", "trace_beside"
"""The functions of the worker's prelude through which answers are called."""

PRELUDE = "\n".join(
    Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("prelude.py", "finished_layers.py")
).replace("LENT = {}", f"LENT = {lent.source()}")
"""Runs in the warm server, so that every worker has it: start a server with `Server(prelude=PRELUDE)`."""

MAX_CALLBACK_NUMBERS = 1_000_000  # in the arguments of one call back: more than any draw holds
MAX_CALLBACK_PRODUCT = 20_000_000  # of the two largest arrays: what their matrix product can at most make of them
MAX_CALLBACK_STEPS = 5_000  # along one axis or in one list, also of an empty array: a loop of ours may run over it


class GraderFault(RuntimeError):
    """The grader could not do its work (machine too busy, sandbox gone). Never a reason to take points."""


class _Stopped(Exception):
    """The call gave no value; the result that says why is kept by the Remote."""


class Remote:
    """Stands for a function that a notebook has defined in a worker."""

    def __init__(self, worker: Worker, exercise: Exercise) -> None:
        self.worker, self.exercise = worker, exercise
        self.__name__ = exercise.name
        self.uses = {name: _earlier(name) for name in exercise.uses}
        self.lent = {name: FunctionRef(_bounded(f)) for name, f in lent.functions(exercise.lesson).items()}
        self.result: CallResult | None = None
        self.limit = exercise.cpu_s
        self.out_of_memory = False
        self._first = True  # is the next call the first of this check?
        self._before_args = 0  # how many of the sent values stand before the answer's own arguments

    def __call__(self, *args: Any) -> Any:
        return self._send(CALL, (self.__name__, self._first, self.uses, self.lent), args)

    def traced(self, *args: Any) -> Any:
        """A call whose lines are recorded: what it returned, and what the worker tells of its lines, or None."""
        return self._send(TRACE, (self.__name__, self.uses, self.lent), args)

    def run_beside(self, function: Callable[..., Any], *args: Any) -> Any:
        """Send the source of a function of ours into the worker, and call it there with the answer and the arguments.

        For answers that cannot leave their process, such as a torch module. The function calls nothing of this package.
        """
        sent = (inspect.getsource(function), function.__name__, self.__name__, self._first, self.uses)
        return self._send(RUN_BESIDE, sent, args)

    def traced_beside(self, function: Callable[..., Any], *args: Any) -> Any:
        """The same with the answer's lines recorded, told beside what the function returned."""
        sent = (inspect.getsource(function), function.__name__, self.__name__, self.uses)
        return self._send(TRACE_BESIDE, sent, args)

    def in_doubt(self, reason: str) -> NoReturn:
        """What the worker said of its own doings cannot be confirmed, so a person has to decide."""
        raise GraderFault(f"{self.__name__}: {reason}")

    def _send(self, name: str, before: tuple[Any, ...], args: tuple[Any, ...]) -> Any:
        self._first, self._before_args = False, len(before)
        sent = tuple(_sendable(arg) for arg in args)
        limits = self.worker.limits
        self.result = self.worker.call(
            name,
            (*before, *sent),
            cpu_s=self.limit,
            wall_s=max(limits.wall_s, limits.wall_s / limits.cpu_s * self.limit),
            memory_mb=self.exercise.memory_mb,
        )
        self.out_of_memory |= _no_memory(self.result)
        if self.result.status == "busy":
            raise GraderFault(f"{self.__name__}: {self.result.reason}")
        if self.result.status != "ok":
            raise _Stopped
        return self.result.value

    def first_again(self, *_: Any) -> Any:
        """What the answer's first call returned, as it is by now: a later call may have overwritten its memory."""
        result = self.worker.call(READ_AGAIN, cpu_s=self.limit)
        if result.status != "ok":
            raise _Stopped
        return result.value

    def arguments_after(self) -> tuple[Any, ...]:
        """The arguments as the answer left them; empty if the worker could not say."""
        after = self.result.args if self.result is not None else None
        return () if after is None else tuple(after[self._before_args :])


def call_remotely(exercise: Exercise, answer: Remote, args: Mapping[str, Any], limit: float) -> Call:
    """The engine's caller for a Remote."""
    answer.limit, answer.result = limit, None
    start = time.perf_counter()
    value, failure = None, None
    try:
        value = exercise.call(answer, args)
    except _Stopped:
        failure = _failure(answer.result, exercise)
    result = answer.result
    if result is None:
        return Call(failure=Failure(FailureKind.RAISED, "TypeError", "the answer was not called"))
    warned = tuple(dict.fromkeys(text.partition(": ")[2] for text in result.warnings))  # without their classes
    return Call(
        value=value,
        again=functools.partial(_again, exercise, answer, args, value),
        failure=failure,
        printed=result.printed,
        warned=warned,
        overflow=float_events(warned),
        changed=_changed(args, answer.arguments_after()),
        seconds=time.perf_counter() - start,
    )


def _again(exercise: Exercise, answer: Remote, args: Mapping[str, Any], value: Any) -> Any:
    """The value of the first call as it is by now."""
    try:
        return exercise.call(_Again(answer), args)
    except _Stopped:
        return value


class _Again:
    """Stands for an answer, and gives its first result again instead of calling it."""

    def __init__(self, answer: Remote) -> None:
        self.run_beside = answer.first_again
        self._answer = answer

    def __call__(self, *args: Any) -> Any:
        return self._answer.first_again()


def _failure(result: CallResult, exercise: Exercise) -> Failure:
    name = exercise.name
    if _no_memory(result):
        allowed = f"the {exercise.memory_mb} MB of memory that a notebook may have while {name} is graded"
        return Failure(FailureKind.RAISED, "MemoryError", f"it needed more than {allowed}")
    if result.status == "error":
        if result.ename == "NotImplementedError":
            return Failure(FailureKind.NOT_WRITTEN, result.ename, result.evalue)
        return Failure(FailureKind.RAISED, result.ename, result.evalue[:500])
    if result.status == "timeout":
        return Failure(FailureKind.TIMEOUT, "timeout", f"was stopped: {result.reason}")
    if result.status == "died":
        return Failure(FailureKind.EXITED, "died", f"ended its process ({result.reason})")
    return Failure(FailureKind.RAISED, "malformed", f"what {name} returned cannot be read: {result.reason}")


def _no_memory(result: CallResult) -> bool:
    """Did the call fail for want of memory? NumPy and PyTorch have errors of their own for it."""
    ours = result.ename in ("MemoryError", "_ArrayMemoryError")
    return result.status == "error" and (ours or "can't allocate memory" in result.evalue)


def _changed(args: Mapping[str, Any], after: tuple[Any, ...]) -> tuple[str, ...]:
    pairs = zip(args.items(), after, strict=False)
    return tuple(name for (name, before), now in pairs if not callable(before) and not trees.same(before, now))


def _sendable(value: Any) -> Any:
    """Functions among the arguments stay here and are called back; everything else travels."""
    return FunctionRef(_bounded(value)) if callable(value) else value


def _earlier(name: str) -> FunctionRef:
    """The reference of an exercise, for answers that build on it."""
    return FunctionRef(_bounded(registry.get(name).reference), _records(name))


@functools.cache
def _records(name: str) -> tuple[type[tuple], ...]:
    """The named tuples that an exercise's answer is given."""
    return tuple({record for draw in registry.get(name).draws(0) for record in trees.records(dict(draw.args))})


def _bounded(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of ours that a stranger's process may call: not with more numbers than a draw could hold."""

    def bounded(*args: Any, **kwargs: Any) -> Any:
        arguments = (*args, *kwargs.values())
        sizes = sorted(array.size for array in trees.arrays(arguments))
        numbers = sum(sizes)
        if numbers > MAX_CALLBACK_NUMBERS or math.prod(sizes[-2:]) > MAX_CALLBACK_PRODUCT:
            raise ValueError(f"called with {numbers} numbers, more than a draw can hold")
        longest = max(_lengths(arguments), default=0)
        if longest > MAX_CALLBACK_STEPS:
            raise ValueError(f"called with {longest} steps or rows, more than a draw can hold")
        return function(*args, **kwargs)

    return bounded


def _lengths(value: Any) -> Iterator[int]:
    """The axes of all arrays and the lengths of all lists."""
    if isinstance(value, np.ndarray):
        yield from value.shape
    elif isinstance(value, (list, tuple, dict)):
        yield len(value)
        for part in value.values() if isinstance(value, dict) else value:
            yield from _lengths(part)
