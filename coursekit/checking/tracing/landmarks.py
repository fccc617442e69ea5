"""The values of the right answer on one draw: those that it names, and the parts of its expressions."""

from __future__ import annotations

import ast
import functools
import itertools
import linecache
import time
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from coursekit.checking import trees
from coursekit.checking.portable.record import MAX_SECONDS, Frame, Recorder
from coursekit.checking.tracing.lines import Lines
from coursekit.checking.tracing.match import Found, Index, Mark, proves_nothing, same_number, single

_PURE = {"abs", "float", "int", "len", "sum", "max", "min", "sigmoid", "softmax"}
_PURE_METHODS = {"sum", "mean", "max", "min", "copy", "reshape", "transpose", "dot", "astype", "chunk", "unbind"}
_PURE_MODULES = {"np", "torch", "F"}
_IMPURE = ast.Lambda, ast.comprehension, ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.Starred
_MAX_TERMS = 6  # of a sum or a product whose partial sums or products are known too
_MAX_PAIRED = 48


@dataclass
class Landmarks:
    """What the right answer computes on one draw.

    index:  all of it. named: the values of its variables, in order, with their arrays. loose: sums, differences and
            products of two of them, which a right answer in another style may compute. singles: the named values that
            are one number. reads: by line of the right answer, the names that it reads.
    """

    index: Index = field(default_factory=Index)
    named: list[tuple[Mark, np.ndarray]] = field(default_factory=list)
    arguments: list[np.ndarray] = field(default_factory=list)
    singles: list[tuple[Mark, float]] = field(default_factory=list)
    reads: dict[int, set[str]] = field(default_factory=dict)

    def find_single(self, array: np.ndarray) -> Found | None:
        """The named values that are this one number."""
        number = single(array)
        marks = tuple(mark for mark, known in self.singles if number is not None and same_number(number, known))
        return Found(marks) if marks else None

    def is_known_with(self, arrays: Sequence[np.ndarray], number: float, right: float) -> bool:
        """Whether this value would be a whole one of the right answer, had it been computed with another number: had
        been multiplied or divided by it, had it added or subtracted."""
        if len(arrays) != 1 or proves_nothing(arrays[0]) or 0 in (number, right):
            return False
        array, factor, more = arrays[0], right / number, right - number
        with np.errstate(all="ignore"):  # a number that is far off
            others = array * factor, array / factor, array + more, array - more
        return any(each is not None and each.whole and each.sign > 0 for each in map(self.index.find, others))

    def is_argument(self, array: np.ndarray) -> bool:
        """True for an argument, and for a step of one that is a sequence."""
        array = np.squeeze(array)
        steps = (np.moveaxis(each, min(1, each.ndim - 1), 0) for each in self.arguments)
        given = map(np.squeeze, itertools.chain(self.arguments, itertools.chain.from_iterable(steps)))
        return any(each.shape == array.shape and np.array_equal(each, array) for each in given)

    @functools.cached_property
    def loose(self) -> Index:
        return _pairs(self)


def landmarks(reference: types.FunctionType, call: Callable[..., Any], args: Mapping[str, Any]) -> Landmarks:
    """Call the right answer once more and keep what it computes. call: how it is given the arguments."""
    known = Landmarks()
    for array in trees.arrays(dict(args)):
        if isinstance(array, np.ndarray) and array.dtype.kind in "fiub":
            known.arguments.append(np.array(array, dtype=float))
            known.index.add(array, Mark(""))
    until = time.thread_time() + MAX_SECONDS

    def on_line(frame: types.FrameType) -> None:
        if time.thread_time() < until:
            for array, partial in _parts_of_line(frame):
                known.index.add(array, Mark("", partial=partial))

    recorder = Recorder(reference, on_line, Lines.of_code)
    with np.errstate(all="ignore"):
        recorder.run(call, reference)
    unfilled = recorder.superseded()
    for event in recorder.events:
        if event in unfilled:
            continue
        line = event.frame.lines.first(event.line)
        known.reads[line] = event.frame.lines.reads(line)
        name = event.name if len(event.arrays) == 1 and not known.is_argument(event.arrays[0]) else ""
        for array in event.arrays:
            mark = Mark(name, event.hit if event.frame.depth == 0 else _turn(recorder, event.frame), line)
            known.index.add(array, mark)
            if name and not proves_nothing(array):
                known.named.append((mark, array))
            number = single(array)
            if name and number is not None and not any((number == each).any() for each in known.arguments):
                known.singles.append((mark, number))
            if event.name and len(event.arrays) == len(event.before) == 1 and event.before[0].shape == array.shape:
                known.index.add(array - event.before[0], Mark(""))
    return known


def _turn(recorder: Recorder, frame: Frame) -> int:
    """How often the function of this call had been called before."""
    calls = [e.inner for e in recorder.events if e.returned and e.inner and e.inner.code is frame.code]
    return next((k for k, each in enumerate(calls) if each is frame), 0)


# The parts of expressions.


@functools.lru_cache(maxsize=512)
def _expressions(code: types.CodeType, line: int) -> tuple[tuple[types.CodeType, bool], ...]:
    """What the statement of a line computes on its way: every part of its expressions that has no side effect, and the
    partial sums and products of those with several terms, compiled; with True for the partial ones."""
    found: dict[str, bool] = {}
    for statement in _statements(code.co_filename).get(line, ()):
        for node in ast.walk(statement):
            if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Call, ast.Subscript, ast.Attribute)) and _pure(node):
                found.setdefault(ast.unparse(node), False)
                found.update((ast.unparse(part), True) for part in _partial(node))
    return tuple((compile(text, "<part>", "eval"), partial) for text, partial in found.items())


@functools.lru_cache(maxsize=64)
def _statements(filename: str) -> dict[int, list[ast.stmt]]:
    """By the line on which it begins, every statement of a file that holds no other."""
    try:
        tree = ast.parse("".join(linecache.getlines(filename)))
    except SyntaxError:
        return {}
    by_line: dict[int, list[ast.stmt]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not hasattr(node, "body"):
            by_line.setdefault(node.lineno, []).append(node)
    return by_line


def _pure(node: ast.AST) -> bool:
    return all(_pure_call(each) for each in ast.walk(node) if isinstance(each, ast.Call)) and not any(
        isinstance(each, _IMPURE) or isinstance(getattr(each, "ctx", None), (ast.Store, ast.Del))
        for each in ast.walk(node)
    )


def _pure_call(call: ast.Call) -> bool:
    function = call.func
    if isinstance(function, ast.Name):
        return function.id in _PURE
    if isinstance(function, ast.Attribute):
        module = isinstance(function.value, ast.Name) and function.value.id in _PURE_MODULES
        return module or function.attr in _PURE_METHODS
    return False


def _partial(node: ast.AST) -> Iterator[ast.expr]:
    """Sums of some terms of a sum, products of some factors of a product."""
    for kinds in ((ast.Add, ast.Sub), (ast.Mult,)):
        terms = list(_terms(node, kinds))
        if not 2 < len(terms) <= _MAX_TERMS:
            continue
        for count in range(2, len(terms)):
            for some in itertools.combinations(terms, count):
                yield functools.reduce(lambda a, b: ast.BinOp(a, kinds[0](), b), some)


def _terms(node: ast.AST, kinds: tuple[type, ...], negative: bool = False) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, kinds):
        yield from _terms(node.left, kinds, negative)
        yield from _terms(node.right, kinds, negative ^ isinstance(node.op, ast.Sub))
    elif isinstance(node, ast.expr):
        yield ast.UnaryOp(ast.USub(), node) if negative else node


def _parts_of_line(frame: types.FrameType) -> Iterator[tuple[np.ndarray, bool]]:
    for code, partial in _expressions(frame.f_code, frame.f_lineno):
        try:
            value = eval(code, frame.f_globals, frame.f_locals)  # the course's own expressions, seen to be pure
        except Exception:  # one that only holds after another statement of its line
            continue
        for part in value if isinstance(value, (list, tuple)) else (value,):
            part = trees.tensor_to_numpy(part) if trees.is_tensor(part) else part
            if isinstance(part, np.ndarray) and part.dtype.kind == "f":
                yield part, partial


def _pairs(known: Landmarks) -> Index:
    """Sums, differences and products of two values of one shape, and what a sigmoid or its slope begins with."""
    index, shapes = Index(), {}
    for array in (*known.arguments, *(array for _, array in known.named)):
        array = np.squeeze(array)
        same = shapes.setdefault(array.shape, [])
        if not proves_nothing(array) and len(same) < _MAX_PAIRED:
            same.append(array)
    with np.errstate(all="ignore"):
        for arrays in shapes.values():
            for a in arrays:
                for one in (np.exp(a), np.exp(-a), 1 + np.exp(-a), 1 - a, a**2, -a):
                    index.add(one, Mark(""), slices=False)
            for a, b in itertools.combinations(arrays, 2):
                for two in (a + b, a - b, a * b):
                    index.add(two, Mark(""), slices=False)
    return index
