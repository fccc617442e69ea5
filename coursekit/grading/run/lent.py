"""What of this package an answer may use while it is graded: named tuples, constants, and finished functions.

In a notebook all of the package is there. In a worker none of it is, because right answers lie in it. An answer that
returns `gru.Params(...)`, or compares with `PAD`, as the lesson's own cells do, must not lose its points for that.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import coursekit
from coursekit.checking import registry
from coursekit.reference import numerics

_ROOMS = ("reference", "nn", "training", "recurrence", "results", "baselines", "sources", "topics")
_ANSWERS = re.compile("answers|mistake|exercises|candidates|hiding")  # in the names of modules of which nothing is lent
_RECORD = re.compile(r"^class \w+\(NamedTuple\):\n(?:[ \t].*\n|\n)+", re.MULTILINE)
_CONSTANT = re.compile(r"^([A-Z][A-Z0-9_]*)(?:: [^=\n]+)? = (.+(?:\n[ \t)}\]].*)*)", re.MULTILINE)
_ARRAY = re.compile(r"np\.array\((.+)\)", re.DOTALL)


def table() -> dict[str, tuple[str, Any]]:
    """By full name: ("record", (fields, defaults)) for a named tuple, ("value", literal) or ("array", nested lists) for
    a constant. Read from the sources, so that nothing is imported for it."""
    package = Path(coursekit.__file__).parent
    found = {}
    for room in _ROOMS:
        for path in sorted((package / room).rglob("*.py")):
            parts = path.relative_to(package.parent).with_suffix("").parts
            module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            if not _ANSWERS.search(module):
                found |= {f"{module}.{name}": entry for name, entry in _entries(path.read_text(encoding="utf-8"))}
    return found


def _entries(source: str) -> Iterator[tuple[str, tuple[str, Any]]]:
    for match in _RECORD.finditer(source):
        with contextlib.suppress(ValueError):  # a default that is no literal
            yield _record(match.group())
    for name, text in _CONSTANT.findall(source):
        array = _ARRAY.match(text)
        with contextlib.suppress(ValueError, SyntaxError):  # no literal
            value = ast.literal_eval(array.group(1) if array else text)
            yield name, ("array" if array else "value", value)


def _record(source: str) -> tuple[str, tuple[str, Any]]:
    (definition,) = ast.parse(source).body
    fields = [part for part in definition.body if isinstance(part, ast.AnnAssign)]
    defaults = [ast.literal_eval(field.value) for field in fields if field.value is not None]
    return definition.name, ("record", ([field.target.id for field in fields], defaults))


@functools.cache
def functions(lesson: str) -> dict[str, Callable[..., Any]]:
    """By full name, the numerical tools that the answers of a lesson may call: what its own exercises ask for is not
    among them. They run in the grader, on data that a stranger chose."""
    asked = {exercise.reference for exercise in registry.every() if exercise.lesson == lesson}
    return {
        f"{numerics.__name__}.{name}": function
        for name, function in vars(numerics).items()
        if inspect.isfunction(function) and function.__module__ == numerics.__name__ and name[0] != "_"
        if function not in asked
    }
