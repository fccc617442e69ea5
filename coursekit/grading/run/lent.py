"""What of this package an answer may use while it is graded: named tuples, constants, and finished functions.

In a notebook all of the package is there. In a worker none of it is, because right answers lie in it. An answer that
returns `gru.Params(...)`, or compares with `PAD`, as the lesson's own cells do, must not lose its points for that.
"""

from __future__ import annotations

import ast
import collections
import contextlib
import functools
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import coursekit
from coursekit.checking import registry
from coursekit.reference import numerics

_ROOMS = ("reference", "nn", "training", "recurrence", "results", "baselines", "sources", "topics")
_ANSWERS = re.compile("answers|mistake|exercises|candidates|hiding")  # in the names of modules of which nothing is lent
_RECORD = re.compile(r"^class \w+\(NamedTuple\):\n(?:[ \t].*\n|\n)+", re.MULTILINE)
_NAMES = r"[A-Z][A-Z0-9_]*(?:, [A-Z][A-Z0-9_]*)*"
_CONSTANT = re.compile(rf"^({_NAMES})(?:: [^=\n]+)? = (.+(?:\n[ \t)}}\]].*)*)", re.MULTILINE)
_IMPORT = re.compile(r"^from (coursekit[\w.]*) import (\([^)]*\)|.+)", re.MULTILINE)


def table() -> dict[str, tuple[str, Any]]:
    """By full name: ("record", (fields, defaults)) for a named tuple, and for a constant ("value", it),
    ("array", nested lists) or ("made", (the name of a record, values)).

    Read from the sources of this package, so that none of its modules is imported for it.
    """
    package = Path(coursekit.__file__).parent
    found: dict[str, tuple[str, Any]] = {}
    passed_on: dict[str, str] = {}
    for room in _ROOMS:
        for path in sorted((package / room).rglob("*.py")):
            parts = path.relative_to(package.parent).with_suffix("").parts
            module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            if _ANSWERS.search(module):
                continue
            source = path.read_text(encoding="utf-8")
            found |= _own(module, source)
            for origin, names in _IMPORT.findall(source):
                passed_on |= {f"{module}.{name}": f"{origin}.{name}" for name in re.findall(r"\b[A-Z]\w*", names)}
    return found | {name: found[origin] for name, origin in passed_on.items() if origin in found}


def source() -> str:
    """The table as a literal, the same in every process: a set is written down in the order of its texts."""
    return _literal(table())


def _literal(value: Any) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{_literal(key)}: {_literal(one)}" for key, one in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_literal, value)) + "]"
        case tuple():
            return "(" + "".join(f"{_literal(one)}, " for one in value) + ")"
        case frozenset() | set() if value:
            members = "{" + ", ".join(sorted(map(_literal, value))) + "}"
            return f"frozenset({members})" if isinstance(value, frozenset) else members
    return repr(value)


def _own(module: str, source: str) -> dict[str, tuple[str, Any]]:
    """What a module defines."""
    entries, known = {}, {"__builtins__": {}, "np": np, "range": range}
    for match in _RECORD.finditer(source):
        (definition,) = ast.parse(match.group()).body
        fields = [part for part in definition.body if isinstance(part, ast.AnnAssign)]
        with contextlib.suppress(ValueError):  # a default that is no literal
            defaults = [ast.literal_eval(field.value) for field in fields if field.value is not None]
            names = [field.target.id for field in fields]
            entries[definition.name] = "record", (names, defaults)
            known[definition.name] = collections.namedtuple(definition.name, names, defaults=defaults, module=module)
    for names, text in _CONSTANT.findall(source):
        try:
            value = eval(text, dict(known))  # a line of this package, with the names above it
        except Exception:  # it stands on more than that
            continue
        for name, part in zip(names.split(", "), value if "," in names else [value], strict=True):
            known[name] = part
            entry = _entry(module, part)
            if entry is not None:
                entries[name] = entry
    return {f"{module}.{name}": entry for name, entry in entries.items()}


def _entry(module: str, value: Any) -> tuple[str, Any] | None:
    if isinstance(value, np.ndarray):
        return "array", value.tolist()
    if hasattr(type(value), "_fields"):
        return "made", (f"{module}.{type(value).__name__}", tuple(value))
    with contextlib.suppress(ValueError, SyntaxError):
        if ast.literal_eval(repr(value)) == value:
            return "value", value
    return None


@functools.cache
def functions(lesson: str) -> dict[str, Callable[..., Any]]:
    """By full name, the numerical tools that the answers of a lesson may call: what its own exercises ask for is not
    among them. They run in the grader, on data that a stranger chose."""
    own = [exercise for exercise in registry.every() if exercise.lesson == lesson]
    asked = {exercise.reference for exercise in own} | {exercise.name for exercise in own}
    return {
        f"{numerics.__name__}.{name}": function
        for name, function in vars(numerics).items()
        if inspect.isfunction(function) and function.__module__ == numerics.__name__ and name[0] != "_"
        if function not in asked and name not in asked
    }
