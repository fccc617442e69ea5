"""What may stand in the place of a statement: blocks of a split, what a variable is made of, loops, what is added up."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence

from coursekit.checking.facts import EditKind as Kind
from coursekit.checking.search.edits import Change
from coursekit.checking.search.expressions import changes, names_in
from coursekit.checking.search.paths import replaced, walk
from coursekit.checking.search.program import Shapes

_CLIPS = (0.5, 1, 5)
_DIGITS = (1, 2, 3, 4)


def whole(statement: ast.stmt, shapes: Shapes, sizes: Sequence[str]) -> Iterator[tuple[str, Change]]:
    """Changes of a whole statement, each with the variable that it is about. sizes: names of the axes of the draws."""
    match statement:
        case ast.Assign([ast.Name(name) as target], value):
            yield name, Change(Kind.SKIPPED, [])
            for change in _made_otherwise(value, sizes):
                yield name, Change(change.kind, ast.Assign([target], change.new), change.names)
        case ast.Assign([ast.Tuple() as targets], value):
            yield from _unpacked(statement, targets, value, shapes)
        case ast.AugAssign(target, ast.Add(), value):
            name = ast.unparse(target)
            yield name, Change(Kind.OVERWRITTEN, ast.Assign([target], value))
            yield name, Change(Kind.SIGN, ast.AugAssign(target, ast.Sub(), value))
            yield name, Change(Kind.SKIPPED, [])
        case ast.AugAssign(target, ast.Sub(), value):
            yield ast.unparse(target), Change(Kind.SIGN, ast.AugAssign(target, ast.Add(), value))
            yield ast.unparse(target), Change(Kind.SKIPPED, [])
        case ast.Assign([ast.Subscript(ast.Name(name))]):
            yield name, Change(Kind.SKIPPED, [])
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "append"), [_])):
            yield from ((name, Change(Kind.FIRST, change)) for change in _inserted(statement))
        case ast.If(test, body, orelse):
            yield names_in(test)[0] if names_in(test) else "", Change(Kind.CONDITION, body)
            yield names_in(test)[0] if names_in(test) else "", Change(Kind.CONDITION, orelse)


def returned(value: ast.expr, sizes: Sequence[str]) -> Iterator[Change]:
    """Changes of one value that is returned."""
    yield from _made_otherwise(value, sizes)


def _made_otherwise(value: ast.expr, sizes: Sequence[str]) -> Iterator[Change]:
    """The whole of a value changed: its complement, its opposite, its mean, clipped, rounded."""
    if not isinstance(value, (ast.BinOp, ast.Call, ast.UnaryOp, ast.Name, ast.Attribute, ast.Subscript)):
        return
    if not isinstance(value, (ast.Name, ast.Attribute)):  # of those the rules for expressions tell
        yield Change(Kind.COMPLEMENT, ast.BinOp(ast.Constant(1), ast.Sub(), value))
        yield Change(Kind.SIGN, ast.UnaryOp(ast.USub(), value))
    for axis in sizes:
        yield Change(Kind.DIVIDED, ast.BinOp(value, ast.Div(), ast.Name(f"__{axis}__", ast.Load())), (axis,))
        yield Change(Kind.TIMES, ast.BinOp(value, ast.Mult(), ast.Name(f"__{axis}__", ast.Load())), (axis,))
    for bound in _CLIPS:
        yield Change(Kind.CLIPPED, _call("__clip__", value, ast.Constant(bound)))
    for digits in _DIGITS:
        yield Change(Kind.ROUNDED, _call("__round__", value, ast.Constant(digits)))


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def _unpacked(
    statement: ast.Assign, targets: ast.Tuple, value: ast.expr, shapes: Shapes
) -> Iterator[tuple[str, Change]]:
    """Changes of one of several values: as if each had a statement of its own; and two of them exchanged."""
    names = [target.id if isinstance(target, ast.Name) else "" for target in targets.elts]
    for one, other in itertools.combinations(range(len(names)), 2):
        if names[one] and names[other]:
            swapped = list(targets.elts)
            swapped[one], swapped[other] = swapped[other], swapped[one]
            new = ast.Assign([ast.Tuple(swapped, ast.Store())], value)
            yield names[one], Change(Kind.EXCHANGED, new, (names[one], names[other]))
    if not isinstance(value, ast.Call) or not all(names):
        return
    inner = [(path, node) for path, node in walk(value) if path]
    for path, node in inner:
        for change in changes(node, shapes):
            if isinstance(change.new, list):
                continue
            edited = replaced(value, path, change.new)
            for place, name in enumerate(names):
                own = ast.Assign([ast.Name(name, ast.Store())], _call("__block__", edited, ast.Constant(place)))
                yield name, Change(change.kind, [statement, own], change.names)


def _inserted(statement: ast.Expr) -> Iterator[ast.stmt]:
    """What is collected stands in the reverse order."""
    call = statement.value
    first = ast.Call(ast.Attribute(call.func.value, "insert", ast.Load()), [ast.Constant(0), *call.args], [])
    yield ast.Expr(first)


def exchanged_later(body: Sequence[ast.stmt], index: int, names: Sequence[str]) -> Iterator[tuple[str, Change]]:
    """A statement followed by two values taking each other's places."""
    for one, other in itertools.combinations(names, 2):
        targets = ast.Tuple([ast.Name(one, ast.Store()), ast.Name(other, ast.Store())], ast.Store())
        values = ast.Tuple([ast.Name(other, ast.Load()), ast.Name(one, ast.Load())], ast.Load())
        yield one, Change(Kind.EXCHANGED, [body[index], ast.Assign([targets], values)], (one, other))
