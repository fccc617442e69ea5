"""The lines of a function: where its statements begin, what they read, and how they are written."""

from __future__ import annotations

import ast
import dis
import linecache
import types

_MAX_QUOTED = 100


class Lines:
    """What is known of the lines of a code object. Without its source, a line stands for itself and is not quoted."""

    def __init__(self, code: types.CodeType) -> None:
        self._begins: dict[int, ast.stmt] = {}
        self._source = linecache.getlines(code.co_filename)
        for statement in _simple_statements(self._source, code):
            for line in range(statement.lineno, (statement.end_lineno or statement.lineno) + 1):
                self._begins[line] = statement
        self._reads: dict[int, set[str]] = {}
        line = code.co_firstlineno
        for instruction in dis.get_instructions(code):
            line = instruction.positions.lineno or line if instruction.positions else line
            if instruction.opname.startswith(("LOAD_FAST", "LOAD_DEREF", "LOAD_CLOSURE", "LOAD_NAME")):
                self._reads.setdefault(self.first(line), set()).add(str(instruction.argval))

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
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        if first == code.co_firstlineno and getattr(node, "name", "<lambda>") == code.co_name:
            inside = ast.walk(node)
            return [each for each in inside if isinstance(each, ast.stmt) and not hasattr(each, "body")]
    return []
