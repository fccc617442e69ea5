"""The names by which an answer calls earlier exercises mean the course's own functions while it is checked, so that one
mistake counts once: under decorators, in objects that can be called, and under other names, too.
"""

from __future__ import annotations

import contextlib
import functools
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .record import of_library

_MOST = 100  # functions, classes and objects that are looked into
_WRITTEN = (types.FunctionType, types.MethodType, functools.partial, staticmethod, classmethod)


@contextlib.contextmanager
def substituted(answer: Any, replacements: Mapping[str, Callable[..., Any]], *more: dict[str, Any]) -> Iterator[None]:
    """While this lasts, the global names that the answer looks up mean the replacements. more: other names that do."""
    spaces = {id(names): names for names in (*_spaces(answer), *more)} if replacements else {}
    missing, kept = object(), []
    for names in spaces.values():
        new = dict(_meaning(names, replacements))
        kept.append((names, {name: names.get(name, missing) for name in new}))
        names.update(new)
    try:
        yield
    finally:
        for names, before in kept:
            for name, value in before.items():
                if value is missing:
                    names.pop(name, None)
                else:
                    names[name] = value


def _meaning(names: dict[str, Any], replacements: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The replacements by their names, and by other names that a function of this program has been given."""
    for key, new in replacements.items():
        own = names.get(key)
        if isinstance(own, types.FunctionType) and not of_library(own):
            yield from ((name, new) for name, value in names.items() if value is own)
        yield key, new


def _spaces(answer: Any) -> Iterator[dict[str, Any]]:
    """The global names of the functions that were written: decorators of libraries have their own."""
    todo, seen = [answer], []
    while todo and len(seen) < _MOST:
        value = todo.pop()
        if any(value is each for each in seen):
            continue
        seen.append(value)
        with contextlib.suppress(Exception):  # of a stranger's class, which does not let itself be looked at
            if isinstance(value, types.FunctionType) and not of_library(value):
                yield value.__globals__
            todo += _inside(value)


def _inside(value: Any) -> list[Any]:
    """The functions that a decorated function, a method, a class or an object calls, as far as that can be seen."""
    if isinstance(value, (types.MethodType, staticmethod, classmethod)):
        return [value.__func__]
    if isinstance(value, functools.partial):
        return [value.func]
    own = [each for each in vars(value).values() if isinstance(each, _WRITTEN)]
    return own if isinstance(value, (type, types.FunctionType)) else [type(value), *own]
