"""Memory that an answer has asked for and never written, made recognisable.

`np.empty` leaves whatever lay in memory: other numbers in every call, often zeros, and the right ones where an array
with these was there before. While an answer runs it holds one number, so that what is never written is told by it, and
whatever is computed from it is the same in every call.
"""

from __future__ import annotations

import contextlib
import functools
import sys
import threading
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .state import loaded_torch

MARK = -1.23046875
"""What stands there: a number that every type from float16 on holds exactly. It is of an ordinary size, so that what is
computed from it is too, and the numbers beside it still count."""

WHOLE_MARK = -60256
"""The same for integers."""

LARGEST = 2_000_000
"""Entries of an array that is marked. The system gives memory when it is written to: what asks for more than there is
and uses little of it goes on working."""

_MAKERS = ("empty", "empty_like")
_TENSOR_MAKERS = (*_MAKERS, "empty_strided", "new_empty")
_NUMPYS = {name: getattr(np, name) for name in _MAKERS}  # what somebody has put in their place is left alone


@contextlib.contextmanager
def marked(*asking: Any) -> Iterator[None]:
    """While this lasts, `empty` and `empty_like` of NumPy and of PyTorch hand out arrays that hold the mark, where
    their type can.

    asking: functions, classes and arguments that are all that runs meanwhile, where that is known. If no code of
    theirs names such a function, nothing is changed: to watch PyTorch takes as long as the smallest of its functions.
    """
    if asking and not _may_ask(asking):
        yield
        return
    before = {name: _living(getattr(np, name)) for name in _MAKERS}
    lasting = [True]  # a module that is imported meanwhile may keep what stands here for longer
    for name, make in before.items():
        if make is _NUMPYS[name]:
            setattr(np, name, _Marking(make, lasting))
    try:
        with _watched():
            yield
    finally:
        lasting.clear()
        for name, make in before.items():
            setattr(np, name, _living(make))


class _Marking:
    """A function of NumPy that marks what it makes. It equals that function: compilers look it up in tables of NumPy's
    functions, and make these tables meanwhile."""

    def __init__(self, make: Callable[..., Any], lasting: list[bool]) -> None:
        functools.update_wrapper(self, make)
        self._make, self._lasting = make, lasting

    def __call__(self, *args: Any, **more: Any) -> Any:
        array = self._make(*args, **more)
        if self._lasting and isinstance(array, np.ndarray):
            _mark(array)
        return array

    def __eq__(self, other: object) -> bool:
        return self is other or self._make == other

    def __hash__(self) -> int:
        return hash(self._make)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_make"], name)

    def __reduce__(self) -> str:
        return self.__name__


def _living(make: Any) -> Any:
    """NumPy's own function for one whose time is over, which another thread may have left."""
    return make._make if isinstance(make, _Marking) and not make._lasting else make


def _mark(array: np.ndarray) -> None:
    if array.size > LARGEST:
        return
    if array.dtype.kind in "fc":
        np.ndarray.fill(array, MARK)
    elif array.dtype.kind == "i" and array.dtype.itemsize >= 4:
        np.ndarray.fill(array, WHOLE_MARK)


_watching = threading.local()


@contextlib.contextmanager
def _watched() -> Iterator[None]:
    """While this lasts, PyTorch says which of its functions this thread calls; once, as that takes its time."""
    torch = loaded_torch()
    if torch is None or getattr(_watching, "now", False):
        yield
        return
    _watching.now = True
    try:
        with _watcher(torch)():
            yield
    finally:
        _watching.now = False


@functools.cache
def _watcher(torch: Any) -> type:
    """A context in which PyTorch says which of its functions are called. Nothing takes their places: its compilers and
    its default device know them by their identity, and keep that for good."""
    from torch.overrides import TorchFunctionMode

    makers = frozenset({torch.empty, torch.empty_like, torch.empty_strided, torch.Tensor.new_empty})
    kinds = frozenset({torch.float16, torch.bfloat16, torch.float32, torch.float64})

    class Watcher(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            made = func(*args, **(kwargs or {}))
            if func in makers and made.layout is torch.strided and made.dtype in kinds and made.numel() <= LARGEST:
                made.detach().fill_(MARK)
            return made

    return Watcher


def _may_ask(asking: tuple[Any, ...]) -> bool:
    try:
        return _names_a_maker(asking)
    except Exception:  # of a stranger's class, which does not let itself be looked at
        return True


def _names_a_maker(asking: tuple[Any, ...]) -> bool:
    """Whether the code of functions and classes, or of those of their own program that it names, names a maker."""
    todo, seen = list(asking), dict[int, Any]()
    while todo:
        value = todo.pop()
        if type(value) in _NO_CODE or id(value) in seen:
            continue
        if isinstance(value, types.FunctionType) and value in _ask_for_none:
            continue
        seen[id(value)] = value
        if isinstance(value, types.FunctionType):
            names = set(_names(value.__code__))
            if not names.isdisjoint(_TENSOR_MAKERS):
                return True
            program = _package(value)
            todo += [held for cell in value.__closure__ or () for held in _held(cell)]
            todo += [each for each in map(value.__globals__.get, names) if callable(each) and _is_of(program, each)]
        elif isinstance(value, type):
            own = (each for each in value.__mro__ if each.__module__ == value.__module__)
            todo += [part for each in own if _may_have_code(each) for part in vars(each).values()]
        elif isinstance(value, types.MethodType):
            todo += [value.__func__, type(value.__self__)]
        elif isinstance(value, (staticmethod, classmethod)):
            todo.append(value.__func__)
        elif isinstance(value, (functools.partial, functools.partialmethod)):
            todo.append(value.func)
        elif isinstance(value, functools._lru_cache_wrapper):
            todo.append(value.__wrapped__)
        elif callable(value):
            todo += [type(value), *getattr(value, "__dict__", {}).values()]
    _ask_for_none.update(value for value in seen.values() if _stays_as_it_is(value))
    return False


_ask_for_none: set[types.FunctionType] = set()
"""Functions of this course which, with all that they name, are known to name no maker."""


def _stays_as_it_is(value: Any) -> bool:
    """True for a function that stands in a module of this course or in a class there: a reference, a mistake, a method
    of what calls an answer in another process."""
    if not isinstance(value, types.FunctionType) or value.__closure__ or not str(value.__module__).startswith(_COURSE):
        return False
    *owners, name = value.__qualname__.split(".")
    place = sys.modules.get(value.__module__)
    for owner in owners:
        place = vars(place).get(owner) if isinstance(place, (types.ModuleType, type)) else None
    return isinstance(place, (types.ModuleType, type)) and vars(place).get(name) is value


_COURSE = "coursekit."  # nothing of this is where strangers' answers run: there this package has another name


_NO_CODE = frozenset(
    {str, bytes, bool, int, float, type(None), tuple, list, dict, np.ndarray, types.BuiltinFunctionType}
    | {types.WrapperDescriptorType, types.MethodDescriptorType, types.ClassMethodDescriptorType}
    | {types.GetSetDescriptorType, types.MemberDescriptorType}
)
"""Types of most parts of a class, and of arguments: there is nothing to be looked into."""


def _may_have_code(kind: type) -> bool:
    """False for a class in C such as those of built-in functions, which are met often and have many parts."""
    return bool(kind.__flags__ & _OF_A_STATEMENT)


_OF_A_STATEMENT = 1 << 9  # Py_TPFLAGS_HEAPTYPE: what a class statement makes has it, and most that is written in C not


def _names(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names(constant)


def _held(cell: types.CellType) -> tuple[Any, ...]:
    try:
        return (cell.cell_contents,)
    except ValueError:  # it is empty as yet
        return ()


def _is_of(program: str, value: Any) -> bool:
    """Whether a global value of a function belongs to the same program."""
    if isinstance(value, functools._lru_cache_wrapper):
        value = value.__wrapped__
    kind = value if isinstance(value, (types.FunctionType, type)) else type(value)
    return _package(kind) in (program, functools.__name__)


def _package(value: Any) -> str:
    return str(value.__module__).partition(".")[0]


def unwritten(array: np.ndarray) -> np.ndarray:
    """Where an array of numbers holds a mark: an array of truth values."""
    return (array == MARK) | (array == WHOLE_MARK)
