"""One call with the local values of its functions written down, line by line.

Python's own tracing is used for as long as the call lasts; what was traced before (a debugger, a coverage) is traced
again afterwards. What is kept is bounded: a call that goes on for longer runs to its end unrecorded.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import inspect
import os
import sys
import time
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

MAX_EVENTS = 20_000  # lines that are followed
MAX_BYTES = 32_000_000  # of all the arrays that are kept
MAX_NUMBERS = 4000  # in one array
MAX_PARTS = 64  # arrays in one list, tuple or dict
MAX_DEPTH = 30  # of calls into the same module
MAX_SECONDS = 0.3  # that this thread computes
_MAX_WRAPPED = 20
_MAX_BETWEEN = 5
_NUMBERS = (np.floating, np.integer, np.bool_)
_WHOLE = (int, bool)  # of which only that they have changed is written down: as numbers they tell nothing

Arrays = tuple[np.ndarray, ...]
_YIELDS = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """While this lasts, no garbage collection begins by itself: in a process that holds much, one takes longer than all
    that is bounded by a time here, so that nothing would be said of an answer because of what lies beside it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(eq=False)
class Frame:
    """One call of one function. code: what is known of it. lines: of its source, for who judges; None where it runs.
    line: the one that runs; hits: how often each began; seen: the last value of a name; began: whether a line ran."""

    code: Any
    lines: Any
    line: int
    depth: int
    hits: dict[int, int] = field(default_factory=dict)
    seen: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    began: bool = False

    @property
    def takes_one(self) -> bool:
        """Whether it computes with one value alone, as a sigmoid does."""
        return self.code.co_argcount == 1 and not self.code.co_freevars

    def hands_on(self, name: str) -> bool:
        """Whether the value of a name may be read where no line of this function shows it: by a function inside it, or
        by whoever takes what it yields."""
        return bool(self.code.co_flags & _YIELDS) or name in self.code.co_cellvars


@dataclass(frozen=True, eq=False)
class Event:
    """A value that appeared when a line had run.

    name:    of the local variable; "" for what a function returned or was handed.
    arrays:  its numbers; none of a single whole number, which tells nothing by itself.
    before:  the arrays that the name held until then.
    counts:  the integers among the local values: a loop's t is one of them.
    hit:     how often the line had been run before.
    inner:   the call that returned the value or was handed it.
    """

    frame: Frame
    line: int
    name: str
    arrays: Arrays
    before: Arrays = ()
    counts: tuple[tuple[str, int], ...] = ()
    hit: int = 0
    inner: Frame | None = None
    returned: bool = False


@dataclass
class Recording:
    """events: in the order in which they happened. complete: False if a bound was reached."""

    events: list[Event] = field(default_factory=list)
    complete: bool = True

    def superseded(self) -> set[Event]:
        """The arrays that were made to be filled, entry by entry: what they held before, if anything, means nothing."""
        last: dict[tuple[Frame, str], Event] = {}
        found = set()
        for event in self.events:
            before = last.get((event.frame, event.name)) if event.name else None
            if before is not None and fills(event) and not fills(before):
                found.add(before)
            last[event.frame, event.name] = event
        return found


class Recorder(Recording):
    """Records the calls of functions that share the global names of `function`: its notebook, or its module.

    on_line:  called with a frame before each of its lines runs.
    lines_of: what is to be known of the lines of a code object.
    within:   True to follow only what `function` runs itself, such as the forward pass of a module that is made first.
    """

    def __init__(
        self,
        function: types.FunctionType,
        on_line: Callable[[types.FrameType], None] | None = None,
        lines_of: Callable[[types.CodeType], Any] = lambda code: None,
        within: bool = False,
    ) -> None:
        super().__init__()
        self._names, self._main, self._on_line = function.__globals__, function.__code__, on_line
        self._lines_of, self._within = lines_of, within
        self._frames: dict[types.FrameType, Frame] = {}
        self._code_lines: dict[int, Any] = {}
        self._hits: dict[int, dict[int, int]] = {}  # of the functions that nothing recorded has called
        self._bytes = self._lines = 0
        self._until = 0.0

    def run(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """What call(*args, **kwargs) returns or raises."""
        before = sys.gettrace()
        with uncollected():
            self._until = time.thread_time() + MAX_SECONDS
            sys.settrace(self._enter)
            try:
                return call(*args, **kwargs)
            finally:
                sys.settrace(before)
                self._frames.clear()  # frames hold what the caller holds

    def _enter(self, frame: types.FrameType, event: str, arg: Any) -> Any:
        code = frame.f_code
        if not self.complete or frame.f_globals is not self._names:
            return None
        if code.co_name.startswith("<") and code is not self._main:  # a comprehension, a lambda
            return None
        if frame not in self._frames and not self._begin(frame):
            return None
        return self._follow

    def _caller(self, frame: types.FrameType) -> Frame | None:
        """The recorded call that has made this one; of modules perhaps through a few others."""
        for _ in range(_MAX_BETWEEN if self._within else 1):
            frame = frame.f_back
            if frame is None or frame in self._frames:
                break
        return self._frames.get(frame)

    def _begin(self, frame: types.FrameType) -> bool:
        caller = self._caller(frame)
        if self._within and caller is None and frame.f_code is not self._main:
            return False
        # By identity: equal code may have been written in two cells.
        code = frame.f_code
        if id(code) not in self._code_lines:
            self._code_lines[id(code)] = self._lines_of(code)
        new = Frame(code, self._code_lines[id(code)], frame.f_lineno, caller.depth + 1 if caller else 0)
        if new.depth > MAX_DEPTH:
            self.complete = False
            return False
        if caller is None:  # a second call goes on counting
            new.hits = self._hits[id(code)] = dict(self._hits.get(id(code), {}))
        self._frames[frame] = new
        for name, value in frame.f_locals.items():
            arrays = tuple(_arrays(value))
            new.seen[name] = ((value,) if type(value) in _WHOLE else _signature(arrays), arrays)
            if caller and arrays:
                self._add(Event(caller, caller.line, "", arrays, inner=new, hit=caller.hits.get(caller.line, 1) - 1))
        return True

    def _follow(self, frame: types.FrameType, event: str, arg: Any) -> Any:
        own = self._frames.get(frame)
        if own is None or not self.complete:
            return None
        self._lines += 1
        if self._lines > MAX_EVENTS or self._bytes > MAX_BYTES or time.thread_time() > self._until:
            self.complete = False
            return None
        if event == "line":
            if own.began:
                self._changed(frame, own)
            own.began = True
            own.line = frame.f_lineno
            own.hits[own.line] = own.hits.get(own.line, 0) + 1
            if self._on_line is not None:
                self._on_line(frame)
        elif event == "return":
            self._changed(frame, own)
            if not own.code.co_flags & _YIELDS:
                self._add(Event(own, own.line, "", tuple(_arrays(arg)), inner=own, returned=True))
        return self._follow

    def _changed(self, frame: types.FrameType, own: Frame) -> None:
        """Write down what the line that has run changed."""
        counts: tuple[tuple[str, int], ...] | None = None
        for name, value in list(frame.f_locals.items()):
            arrays = tuple(_arrays(value))
            if not arrays and name not in own.seen and type(value) not in _WHOLE:
                continue
            signature = (value,) if type(value) in _WHOLE else _signature(arrays)
            last, before = own.seen.get(name, (None, ()))
            if signature == last:
                continue
            own.seen[name] = (signature, arrays)
            if name in own.code.co_freevars:
                self._known_outside(frame, name, value)
            if counts is None:
                counts = tuple((k, v) for k, v in frame.f_locals.items() if type(v) is int)
            self._add(Event(own, own.line, name, arrays, before, counts, own.hits.get(own.line, 1) - 1))

    def _known_outside(self, frame: types.FrameType, name: str, value: Any) -> None:
        """What a function changes in the one around it is its own doing, and not that of the line that calls it."""
        own = self._frames[frame]
        caller = frame.f_back
        for _ in range(_MAX_BETWEEN * MAX_DEPTH):
            if caller is None:
                return
            outer = self._frames.get(caller)
            shares = outer is not None and name in (*outer.code.co_cellvars, *outer.code.co_freevars)
            if shares and caller.f_locals.get(name) is value:
                outer.seen[name] = own.seen[name]
            caller = caller.f_back

    def _add(self, event: Event) -> None:
        if event.arrays:
            self._bytes += sum(a.nbytes for a in event.arrays)
        self.events.append(event)


def function_of(answer: Any) -> types.FunctionType | None:
    """The function that was written: under decorators that say what they wrap, in bound methods and partials, and of a
    class of modules its forward pass. None for one of a library: its lines are nobody's to correct."""
    for _ in range(_MAX_WRAPPED):
        match answer:
            case types.FunctionType():
                if "__wrapped__" not in answer.__dict__:
                    return None if of_library(answer) else answer
                answer = answer.__dict__["__wrapped__"]
            case types.MethodType():
                answer = answer.__func__
            case functools.partial():
                answer = answer.func
            case type():
                answer = inspect.getattr_static(answer, "forward", None)
            case _:
                return None
    return None


def of_library(function: types.FunctionType) -> bool:
    """Whether a function stands in Python's library or beside NumPy, where packages are installed."""
    own = str(function.__module__).partition(".")[0] == __name__.partition(".")[0]  # this course may be installed, too
    return not own and function.__code__.co_filename.startswith(_LIBRARIES)


_LIBRARIES = (os.path.dirname(os.__file__) + os.sep, os.path.dirname(os.path.dirname(np.__file__)) + os.sep)


def fills(event: Event) -> bool:
    """Whether an array has changed in some of its entries only."""
    if len(event.arrays) != 1 or len(event.before) != 1 or event.arrays[0].shape != event.before[0].shape:
        return False
    return bool(np.any(event.arrays[0] == event.before[0]))


def fills_a_part(event: Event) -> bool:
    """Whether an array has changed within some rows, steps or columns only, as one that is filled in a loop does."""
    if not fills(event):
        return False
    changed = (event.arrays[0] != event.before[0]).nonzero()
    return any(np.ptp(places) + 1 < length for places, length in zip(changed, event.arrays[0].shape, strict=True))


def grows(event: Event) -> bool:
    """Whether something was put behind what a list held before: arrays, or numbers, which are one array."""
    if len(event.before) == len(event.arrays) == 1:
        (old,), (new,) = event.before, event.arrays
        return old.ndim == new.ndim == 1 and len(old) < len(new) and np.array_equal(new[: len(old)], old)
    return len(event.before) < len(event.arrays) and all(
        old.shape == new.shape and np.array_equal(old, new)
        for old, new in zip(event.before, event.arrays, strict=False)
    )


def _arrays(value: Any, depth: int = 0) -> Iterator[np.ndarray]:
    """Copies of the arrays of real numbers in a value. Kinds are told by their class: a stranger's are left alone."""
    kind = type(value)
    if kind is np.ndarray:
        if value.dtype.kind in "fiub" and 0 < value.size <= MAX_NUMBERS:
            yield np.array(value, dtype=float)
    elif kind in _tensor_kinds():
        if 0 < value.numel() <= MAX_NUMBERS and value.device.type != "meta" and not value.is_complex():
            yield value.detach().cpu().double().numpy().copy()
    elif kind is float or issubclass(kind, np.floating):
        yield np.array([float(value)])
    elif depth < 3 and issubclass(kind, (list, tuple)) and len(value) <= MAX_PARTS:
        if all(type(part) in (float, *_WHOLE) or issubclass(type(part), _NUMBERS) for part in value):
            if value:
                yield np.array([float(part) for part in value])
            return
        for part in value:
            yield from _arrays(part, depth + 1)
    elif depth < 3 and kind is dict and len(value) <= MAX_PARTS:
        for part in value.values():
            yield from _arrays(part, depth + 1)


def _tensor_kinds() -> tuple[type, ...]:
    torch = sys.modules.get("torch")
    return () if torch is None else (torch.Tensor, torch.nn.Parameter)


def _signature(arrays: Arrays) -> tuple[Any, ...]:
    return tuple((a.shape, a.tobytes()) for a in arrays)
