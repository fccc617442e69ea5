"""Mechanical wrong answers: one edit of the syntax tree of a right one. Knows nothing of the cells or of the checks."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """A source with one edit. line: of the statement that it lies in; takers: the lines that read what that gives."""

    source: str
    edit: str
    line: int
    takers: frozenset[int]


def mutants(source: str, name: str) -> Iterator[Mutant]:
    """Every single edit of the function of this name. Lines keep their numbers: `source` is first written anew."""
    tree = ast.parse(source)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
    places = [(statement, node) for statement in _statements(function) for node in _nodes(statement)]
    names = sorted({n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)})
    for number, (statement, node) in enumerate(places):
        for edit, _ in enumerate(_edits(node, names)):
            changed = copy.deepcopy(tree)
            twin = next(n for n in changed.body if isinstance(n, ast.FunctionDef) and n.name == name)
            at = [(s, n) for s in _statements(twin) for n in _nodes(s)][number][1]
            words, new = list(_edits(at, names))[edit]
            _replace(at, new)
            yield Mutant(
                ast.unparse(ast.fix_missing_locations(changed)),
                f"{words} in `{ast.unparse(statement).splitlines()[0]}`",
                statement.lineno,
                _takers(function, statement),
            )


def _statements(function: ast.AST) -> list[ast.stmt]:
    return [n for n in ast.walk(function) if isinstance(n, ast.stmt) and n is not function]


def _nodes(statement: ast.stmt) -> Iterator[ast.AST]:
    """The statement and its expressions; of a loop or a function, only its head."""
    yield statement
    todo = [c for c in ast.iter_child_nodes(statement) if isinstance(c, ast.expr)]
    while todo:
        node = todo.pop(0)
        yield node
        todo += [c for c in ast.iter_child_nodes(node) if isinstance(c, ast.AST)]


def _edits(node: ast.AST, names: list[str]) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.BinOp(left, ast.Add(), right):
            yield "minus", ast.BinOp(left, ast.Sub(), right)
            yield "left term alone", left
            yield "right term alone", right
        case ast.BinOp(left, ast.Sub(), right):
            yield "plus", ast.BinOp(left, ast.Add(), right)
            yield "other way round", ast.BinOp(right, ast.Sub(), left)
        case ast.BinOp(left, ast.Mult(), right):
            yield "left factor alone", left
            yield "right factor alone", right
            yield "sum for product", ast.BinOp(left, ast.Add(), right)
        case ast.BinOp(left, ast.Pow(), right):
            yield "no power", left
        case ast.Attribute(value, "T"):
            yield "not transposed", value
        case ast.Attribute(value, "tanh"):
            yield "sine for tanh", ast.Attribute(value, "sin", ast.Load())
        case ast.Call(ast.Name("sigmoid" | "squash" | "logistic"), [inner]):
            yield "no squashing", inner
            yield "tanh", ast.Call(ast.Attribute(ast.Name("np", ast.Load()), "tanh", ast.Load()), [inner], [])
        case ast.Call(ast.Name("reversed"), [inner]):
            yield "not reversed", inner
        case ast.Constant(int() as number) if not isinstance(number, bool):
            yield "one more", ast.Constant(number + 1)
            if number:
                yield "one less", ast.Constant(number - 1)
        case ast.Slice(lower, upper, step):
            yield "no lower bound", ast.Slice(None, upper, step)
            yield "no upper bound", ast.Slice(lower, None, step)
        case ast.Name(name, ast.Load()) if name in names:
            for step in (1, 2):
                other = names[(names.index(name) + step) % len(names)]
                yield f"{other} for {name}", ast.Name(other, ast.Load())
        case ast.AugAssign(target, ast.Add(), value):
            yield "set for add", ast.Assign([target], value)
        case ast.Tuple(parts, ast.Load()) | ast.List(parts, ast.Load()):
            for k in range(len(parts) - 1):
                swapped = [*parts[:k], parts[k + 1], parts[k], *parts[k + 2 :]]
                yield f"{k} and {k + 1} swapped", type(node)(swapped, ast.Load())


def _replace(node: ast.AST, new: ast.AST) -> None:
    """Make a node another one, in place."""
    new = copy.deepcopy(new)
    line = getattr(node, "lineno", 1)
    node.__class__ = new.__class__
    node.__dict__.clear()
    node.__dict__.update(new.__dict__)
    ast.fix_missing_locations(ast.copy_location(node, ast.Pass(lineno=line, col_offset=0)))


def _takers(function: ast.AST, statement: ast.stmt) -> frozenset[int]:
    given = {n.id for n in _nodes(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    given |= {n.id for t in targets if t for n in ast.walk(t) if isinstance(n, ast.Name) and n.id != "t"}
    helpers = [n for n in ast.walk(function) if isinstance(n, ast.FunctionDef) and n is not function]
    inner = next((helper.name for helper in helpers if statement in helper.body), None)
    if isinstance(statement, ast.Return) and inner:
        given.add(inner)
    match statement:
        case ast.Expr(ast.Call(ast.Attribute(attr="at"), [changed, *_]) | ast.Call(changed)):
            # np.add.at(counts, ...), states.append(...)
            given |= {n.id for n in ast.walk(changed) if isinstance(n, ast.Name)}
    return frozenset(
        each.lineno
        for each in _statements(function)
        if any(isinstance(n, ast.Name) and n.id in given and isinstance(n.ctx, ast.Load) for n in _nodes(each))
    )
