"""Which tests ask for a program that not every machine has: Chromium, bubblewrap, PostgreSQL.

Nobody has to say so of a test: it is read off what its code names, and its fixtures, and the functions of tests that it
calls. Such tests have the marker `programs`, by which `.ci/run` runs them where these programs are hidden. Those that
take whatever level of isolation the host has, as `coursekit grade` does, are without it: they skip nothing there, and
`make test` runs them.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

STARTERS = frozenset(
    {
        "tests.course.browsing.chromium",
        "tests.postgresql.program",
        "coursekit.grading.run.sandbox.server.Server",
        "coursekit.grading.run.sandbox.view.find_bubblewrap",
    }
)
NAMES = frozenset({"bwrap", "chromium", "postgres"})  # a program that is called by its name
AT_ANY_LEVEL = frozenset({"warm_server"})
"""Fixtures that take the level of isolation that the host has: what only has these is graded without bubblewrap too."""


def asks(item: pytest.Item) -> bool:
    """Whether a test may start one of these programs."""
    parameters = {each for each in getattr(item, "callspec", _NONE).params.values() if isinstance(each, str)}
    todo, seen = [item.function, *_fixtures(item, item.fixturenames)], set()
    while todo:
        function = _plain(todo.pop())
        if function is None or function in seen:
            continue
        seen.add(function)
        if _starts(function):
            return True
        todo += _called(function)
        if "getfixturevalue" in _words(function):
            todo += _fixtures(item, _words(function) | parameters)
    return False


_NONE = types.SimpleNamespace(params={})


def _fixtures(item: pytest.Item, names: Iterable[str]) -> Iterator[Any]:
    """The functions of fixtures, and of those that they ask for."""
    todo, seen = list(names), set(AT_ANY_LEVEL)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            for definition in item.session._fixturemanager.getfixturedefs(name, item) or ():
                yield definition.func
                todo += definition.argnames


def _plain(function: Any) -> types.FunctionType | None:
    """The function that was written, below its decorators."""
    while isinstance(function, (functools.partial, types.MethodType)):
        function = function.func if isinstance(function, functools.partial) else function.__func__
    function = inspect.unwrap(function)
    return function if isinstance(function, types.FunctionType) else None


@functools.cache
def _words(function: types.FunctionType) -> frozenset[str]:
    """What the code of a function names, and the texts in it."""
    return frozenset(_of_code(function.__code__))


def _of_code(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    todo = list(code.co_consts)
    while todo:
        constant = todo.pop()
        if isinstance(constant, types.CodeType):
            yield from _of_code(constant)
        elif isinstance(constant, str):
            yield constant
        elif isinstance(constant, (tuple, frozenset)):
            todo += constant


@functools.cache
def _named(function: types.FunctionType) -> tuple[Any, ...]:
    """The global values that a function names, and what it names of global modules."""
    words = _words(function)
    values = [function.__globals__[word] for word in words if word in function.__globals__]
    modules = [value for value in values if issubclass(type(value), types.ModuleType)]
    return (*values, *(vars(module)[word] for module in modules for word in words if word in vars(module)))


@functools.cache
def _starts(function: types.FunctionType) -> bool:
    starters = {f"{_said(value, '__module__')}.{_said(value, '__qualname__')}" for value in _named(function)}
    return not NAMES.isdisjoint(_words(function)) or not STARTERS.isdisjoint(starters)


def _called(function: types.FunctionType) -> list[Any]:
    """What is named and belongs to the tests: functions, and the methods of classes."""
    ours = [value for value in _named(function) if _said(value, "__module__").startswith("tests.")]
    methods = [part for each in ours if issubclass(type(each), type) for part in vars(each).values()]
    return [each for each in (*ours, *methods) if callable(each) and not issubclass(type(each), type)]


def _said(value: Any, name: str) -> str:
    """An attribute that is a text: among what tests name are objects that answer as they like, or raise."""
    try:
        return str(getattr(value, name, ""))
    except Exception:
        return ""
