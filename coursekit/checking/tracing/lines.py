"""The lines of a function: where its statements begin, what they read, and how they are written."""

from __future__ import annotations

import ast
import dis
import linecache
import types
from collections.abc import Iterable, Mapping, Sequence

_MAX_QUOTED = 100

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Lines:
    """What is known of the lines of a function. Without its source, a line stands for itself and is not quoted.

    source:     all lines of where it is written. statements: its own, without those that hold others.
    reads:      by line, the local names that are read there.
    """

    def __init__(self, source: Sequence[str], statements: Iterable[ast.stmt], reads: Mapping[int, set[str]]) -> None:
        self._source, self._begins = source, {}
        for statement in statements:
            for line in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1):
                self._begins[line] = statement
        self._reads: dict[int, set[str]] = {}
        for line, names in reads.items():
            self._reads.setdefault(self.first(line), set()).update(names)

    @classmethod
    def of_code(cls, code: types.CodeType) -> Lines:
        """Of a function that is at hand."""
        source = linecache.getlines(code.co_filename)
        reads: dict[int, set[str]] = {}
        line = code.co_firstlineno
        for instruction in dis.get_instructions(code):
            line = instruction.positions.lineno or line if instruction.positions else line
            if names := _read(instruction):
                reads.setdefault(line, set()).update(names)
        return cls(source, _simple_statements(source, code), reads)

    @classmethod
    def of_source(cls, source: Sequence[str], function: Function) -> Lines:
        """Of a function that runs elsewhere, by what is written."""
        reads: dict[int, set[str]] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                reads.setdefault(node.lineno, set()).add(node.id)
        return cls(source, simple_statements(function), reads)

    def first(self, line: int) -> int:
        """The line on which the statement of this line begins."""
        statement = self._begins.get(line)
        return line if statement is None else statement.lineno

    def reads(self, line: int) -> set[str]:
        """The local names that the statement of this line reads."""
        return self._reads.get(self.first(line), set())

    def quoted(self, line: int) -> str:
        """The statement in one line, as it is written, shortened if it is long; "" if there is no source."""
        statement = self._begins.get(line)
        if statement is None:
            return ""
        rows = self._source[statement.lineno - 1 : statement.end_lineno]
        text = " ".join(" ".join(row.strip() for row in rows).split())
        return text if len(text) <= _MAX_QUOTED else f"{text[: _MAX_QUOTED - 1]}…"


def _read(instruction: dis.Instruction) -> set[str]:
    """The local names that an instruction reads. From Python 3.13 on, some do the work of two, with two names."""
    operation, names = instruction.opname, instruction.argval
    if operation.startswith("STORE_FAST_LOAD_FAST"):
        return {names[1]}
    if not operation.startswith(("LOAD_FAST", "LOAD_DEREF", "LOAD_CLOSURE", "LOAD_NAME")):
        return set()
    if operation == "LOAD_FAST_AND_CLEAR":  # from 3.12 on, what a comprehension's own variable hides is put aside
        return set()
    return set(names) if isinstance(names, tuple) else {str(names)}


def _simple_statements(source: list[str], code: types.CodeType) -> list[ast.stmt]:
    """The statements of the function that this code is, without those that hold others; none if the source at hand is
    not its own."""
    try:
        tree = ast.parse("".join(source))
    except (SyntaxError, ValueError, RecursionError):
        return []
    for node in ast.walk(tree):
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if begins(node) == code.co_firstlineno and getattr(node, "name", "<lambda>") == code.co_name:
            return simple_statements(node)
    return []


def begins(function: Function) -> int:
    """The first line of a function, its decorators included: what Python says of its code."""
    return min([function.lineno, *(each.lineno for each in getattr(function, "decorator_list", ()))])


def simple_statements(function: Function) -> list[ast.stmt]:
    """The statements inside of a function that hold no other."""
    return [each for each in ast.walk(function) if isinstance(each, ast.stmt) and not hasattr(each, "body")]
