"""An answer's code as statements in a form that names, comments, layout and the order of independent lines leave alone.

A local name counts as what it is: the first, the second ... that a statement mentions. Beside itself a statement has a
form with the statements that made what it reads. Both depend on what the code computes from what, so moving a line
that nothing between depends on, or giving every variable another name, changes neither.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

MAX_SOURCE = 20_000
"""Characters of one answer; what is longer is not compared."""

_LINE = 160
_SAY_NOTHING = (ast.Pass, ast.Import, ast.ImportFrom, ast.Try, ast.TryStar, ast.Match, ast.Global, ast.Nonlocal)


@dataclass(frozen=True)
class Statement:
    """One statement of an answer.

    form:   itself, with local names by number.
    linked: the same with the forms of what made the values that it reads.
    made_by: the forms of those.
    line:   its number in the source; text: its own first line.
    """

    form: str
    linked: str
    made_by: tuple[str, ...]
    line: int
    text: str


def statements(source: str) -> tuple[Statement, ...]:
    """The statements of a cell's functions and classes; none where it does not parse. Nothing runs."""
    if len(source) > MAX_SOURCE:
        return ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as an invalid escape in a student's text
            tree = ast.parse(source)
        lines = source.splitlines()
        return tuple(made for function in _functions(tree) for made in _of_function(function, lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """The outermost functions, those of classes included."""
    for node in tree.body:
        body = node.body if isinstance(node, ast.ClassDef) else [node]
        yield from (each for each in body if isinstance(each, ast.FunctionDef))


def _of_function(function: ast.FunctionDef, lines: list[str]) -> Iterator[Statement]:
    local = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    local |= {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    local |= {node.name for node in ast.walk(function) if isinstance(node, ast.FunctionDef)}
    made: dict[str, str] = {}  # by local name, the form of the statement that gave it its value last
    for node in _in_order(function.body):
        own = _own(node)
        form = _form(own, local)
        read = dict.fromkeys(
            name.id
            for name in ast.walk(own)
            if isinstance(name, ast.Name) and name.id in local and not isinstance(name.ctx, ast.Store)
        )
        before = tuple(made[name] for name in read if name in made)
        text = lines[node.lineno - 1].strip()[:_LINE] if node.lineno <= len(lines) else ""
        yield Statement(form, " <- ".join([form, *before]), before, node.lineno, text)
        for name in ast.walk(own):
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                made[name.id] = form


def _in_order(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Every statement, those inside of others after them; without docstrings and `pass`."""
    for node in body:
        text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not text and not isinstance(node, _SAY_NOTHING):
            yield node
        for field in ("body", "orelse", "finalbody"):
            yield from _in_order(getattr(node, field, []))
        for handler in getattr(node, "handlers", []):
            yield from _in_order(handler.body)


def _own(node: ast.stmt) -> ast.stmt:
    """A statement without those inside of it."""
    fields = {name: value for name, value in ast.iter_fields(node)}
    for name in ("body", "orelse", "finalbody", "handlers", "decorator_list"):
        if name in fields and isinstance(fields[name], list):
            fields[name] = []
    if isinstance(node, ast.AnnAssign):
        return ast.Assign([node.target], node.value or ast.Constant(None), lineno=node.lineno)
    twin = type(node)(**fields)
    return ast.copy_location(twin, node)


def _form(node: ast.stmt, local: set[str]) -> str:
    numbers: dict[str, str] = {}

    class Numbered(ast.NodeTransformer):
        def visit_Name(self, name: ast.Name) -> ast.Name:
            if name.id not in local:
                return name
            return ast.Name(numbers.setdefault(name.id, f"_{len(numbers)}"), name.ctx)

        def visit_arg(self, argument: ast.arg) -> ast.arg:
            return ast.arg(numbers.setdefault(argument.arg, f"_{len(numbers)}"))

    copy = Numbered().visit(ast.parse(ast.unparse(node) + (" pass" if _headed(node) else "")).body[0])
    if isinstance(copy, ast.FunctionDef):
        copy.name, copy.returns = "_", None
    return ast.unparse(copy)


def _headed(node: ast.stmt) -> bool:
    """Whether it is the head of other statements, which needs one below it to be a statement at all."""
    return isinstance(node, (ast.For, ast.While, ast.If, ast.With, ast.FunctionDef, ast.ClassDef))
