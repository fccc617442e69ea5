"""What a worker tells of a recorded call, taken for what it is: numbers that a stranger chose.

Places are looked up in the notebook as it was handed in, and names are shown only if they stand there. What does not
fit is left out, or the whole of it is; nothing of it can change a score, which is settled before anybody asks.
"""

from __future__ import annotations

import ast
import functools
import inspect
import symtable
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from coursekit.checking.portable.record import MAX_DEPTH, MAX_NUMBERS, MAX_PARTS, Event, Frame, Recording
from coursekit.checking.portable.sent import MAX_ARRAYS, MAX_BYTES, MAX_CODES, MAX_COUNT, MAX_EVENTS, MAX_NAMES
from coursekit.checking.tracing.lines import Function, Lines, begins
from coursekit.grading.submission.from_scratch import without_magics

_MAX_SOURCE = 20_000  # characters of a cell whose lines are looked up
_NESTED = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp
_YIELDS = ast.Yield | ast.YieldFrom | ast.Await


class Malformed(ValueError):
    """What was told is no recording."""


@dataclass(frozen=True)
class Written:
    """A function as it is written: of code, what can be known without running it. Fields are those of a code object."""

    co_name: str
    co_argcount: int
    co_varnames: tuple[str, ...]
    co_flags: int
    co_cellvars: tuple[str, ...]
    co_freevars: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A function of the notebook. above: lines of its cell before what Python was given. names: all that are in it."""

    code: Written
    lines: Lines
    above: int
    last: int
    names: frozenset[str]


def recording(told: Any, sources: Sequence[str]) -> Recording:
    """What was told, with everything that is shown taken from the sources; Malformed if it is no recording.

    told:    what the prelude's `trace_answer` gives beside a value, as it came over the wire.
    sources: of the cells that have run, in order. A function is the last of its name that begins on the line told.
    """
    if type(told) is not tuple or len(told) != 4 or not all(type(part) is list for part in told):
        raise Malformed
    codes, frames, arrays, events = told
    if len(events) > MAX_EVENTS or len(frames) > MAX_EVENTS or len(codes) > MAX_CODES:
        raise Malformed
    places = [_place(*_fields(code, str, int), sources) for code in codes]
    known = [_frame(*_fields(frame, int, int), places) for frame in frames]
    held = _arrays(arrays)
    made = (_event(_fields(event, int, int, str, list, list, list, int, int, bool), known, held) for event in events)
    return Recording([event for event in made if event is not None])


def _fields(part: Any, *kinds: type) -> list[Any]:
    if (
        type(part) is not list
        or len(part) != len(kinds)
        or any(type(a) is not b for a, b in zip(part, kinds, strict=True))
    ):
        raise Malformed
    return part


def _item(items: Sequence[Any], number: Any) -> Any:
    if type(number) is not int or not 0 <= number < len(items):
        raise Malformed
    return items[number]


def _arrays(arrays: list[Any]) -> list[np.ndarray]:
    fit = len(arrays) <= MAX_ARRAYS and all(
        type(each) is np.ndarray and each.dtype == np.float64 and 0 < each.size <= MAX_NUMBERS for each in arrays
    )
    if not fit or sum(array.nbytes for array in arrays) > MAX_BYTES:
        raise Malformed
    return arrays


def _frame(code: int, depth: int, places: list[Place | None]) -> tuple[Frame, Place] | None:
    """None for a call of a function that does not stand in the notebook."""
    place = _item(places, code)
    if not 0 <= depth <= MAX_DEPTH:
        raise Malformed
    return None if place is None else (Frame(place.code, place.lines, 0, depth), place)


def _event(fields: list[Any], frames: list[tuple[Frame, Place] | None], arrays: list[np.ndarray]) -> Event | None:
    """None for what happened where the notebook has no line for it, or under a name that it does not have."""
    number, line, name, held, before, counts, hit, inner, returned = fields
    at, within = _item(frames, number), None if inner == -1 else _item(frames, inner)
    if max(len(held), len(before)) > MAX_PARTS or len(counts) > MAX_NAMES or not 0 <= hit < MAX_COUNT:
        raise Malformed
    pairs = [_fields(pair, str, int) for pair in counts]
    of_event, of_before = ([_item(arrays, each) for each in numbers] for numbers in (held, before))
    if at is None or inner != -1 and within is None:
        return None
    frame, place = at
    line += place.above
    if line > place.last or name and name not in place.names:
        return None
    shown = tuple((key, value) for key, value in pairs if key in place.names and abs(value) < MAX_COUNT)
    called = None if within is None else within[0]
    return Event(frame, line, name, tuple(of_event), tuple(of_before), shown, hit, called, returned)


# The functions of a notebook.


def _place(name: str, first: int, sources: Sequence[str]) -> Place | None:
    """The last function of this name that begins on this line of what Python was given of a cell."""
    for source in reversed(sources):
        for place, line in _functions(source):
            if place.code.co_name == name and line == first:
                return place
    return None


@functools.lru_cache(maxsize=16)
def _functions(source: str) -> tuple[tuple[Place, int], ...]:
    """Every function of a cell, with the line on which it begins for Python."""
    if len(source) > _MAX_SOURCE:
        return ()
    rows = source.splitlines(keepends=True)
    empty = _blank(rows)
    above = {empty}
    if rows[empty:] and rows[empty].startswith("%%"):  # a magic hands on what is below it, with or without empty lines
        above = {empty + 1, empty + 1 + _blank(rows[empty + 1 :])}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a learner's "\\d"
            text = without_magics(source)
            tree = ast.parse(text)
            free = _free_names(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    found = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))]
    return tuple((_written(node, rows, each, free), begins(node) - each) for node in found for each in sorted(above))


def _blank(rows: list[str]) -> int:
    """The empty lines at the top, which IPython takes away."""
    return next((number for number, row in enumerate(rows) if row.strip()), 0)


def _free_names(source: str) -> dict[tuple[str, int], tuple[str, ...]]:
    """By the name and the first line of a function, the names that it shares with one around it."""
    found, todo = {}, [symtable.symtable(source, "<cell>", "exec")]
    while todo:
        table = todo.pop()
        todo += table.get_children()
        if isinstance(table, symtable.Function):
            found[table.get_name(), table.get_lineno()] = table.get_frees()
    return found


def _written(node: Function, rows: list[str], above: int, free: dict[tuple[str, int], tuple[str, ...]]) -> Place:
    arguments = [each.arg for each in (*node.args.posonlyargs, *node.args.args)]
    own = list(_own_parts(node))
    yields = any(isinstance(part, _YIELDS) for part in own)
    inner = {
        each.id for part in own if isinstance(part, _NESTED) for each in ast.walk(part) if isinstance(each, ast.Name)
    }
    code = Written(
        getattr(node, "name", "<lambda>"),
        len(arguments),
        tuple(arguments),
        inspect.CO_GENERATOR if yields else 0,
        tuple(inner),
        free.get((getattr(node, "name", "lambda"), node.lineno), ()),
    )
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    names |= {each.arg for each in ast.walk(node) if isinstance(each, ast.arg)}
    return Place(code, Lines.of_source(rows, node), above, node.end_lineno or node.lineno, frozenset(names))


def _own_parts(node: Function) -> Iterator[ast.AST]:
    """The parts of a function, functions inside of it as a whole."""
    todo = list(ast.iter_child_nodes(node))
    while todo:
        part = todo.pop()
        yield part
        if not isinstance(part, _NESTED):
            todo += ast.iter_child_nodes(part)
