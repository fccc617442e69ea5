"""What may stand in the place of a statement: blocks of a split, what a variable is made of, loops, sums."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Sequence

from coursekit.checking.facts import EditKind as Kind
from coursekit.checking.search.edits import Change, Held
from coursekit.checking.search.expressions import changes, names_in, read
from coursekit.checking.search.paths import replaced, walk

_CLIPS = (0.5, 1, 5)
_DIGITS = (1, 2, 3, 4)


def whole(statement: ast.stmt, held: Held, sizes: Sequence[str]) -> Iterator[tuple[tuple[str, ...], Change]]:
    """Changes of a whole statement, each with the variables that it is about. sizes: names of the axes of the draws."""
    match statement:
        case ast.Assign([ast.Name(name) as target], value):
            yield (name,), Change(Kind.SKIPPED, [], whole=True)
            for change in _made_otherwise(value, sizes):
                yield (name,), Change(change.kind, ast.Assign([target], change.new), change.names, whole=True)
        case ast.Assign([ast.Tuple() as targets], value):
            yield from _unpacked(statement, targets, value, held)
        case ast.AugAssign(target, ast.Add(), value):
            name = ast.unparse(target)
            yield (name,), Change(Kind.OVERWRITTEN, ast.Assign([target], value))
            yield (name,), Change(Kind.SIGN, ast.AugAssign(target, ast.Sub(), value))
            yield (name,), Change(Kind.SKIPPED, [])
        case ast.AugAssign(target, ast.Sub(), value):
            yield (ast.unparse(target),), Change(Kind.SIGN, ast.AugAssign(target, ast.Add(), value))
            yield (ast.unparse(target),), Change(Kind.SKIPPED, [])
        case ast.Assign([ast.Subscript(ast.Name(name))]):
            yield (name,), Change(Kind.SKIPPED, [])
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(name), "append"), [_]) as collect):
            yield (name,), Change(Kind.REVERSED, _inserted(collect))
        case ast.If(test, body, orelse):
            yield names_in(test)[:1], Change(Kind.CONDITION, body)
            yield names_in(test)[:1], Change(Kind.CONDITION, orelse)


def returned(value: ast.expr, held: Held, shape: tuple[int, ...], sizes: Sequence[str]) -> Iterator[Change]:
    """Changes of one value of this shape that is returned: another one, or that one changed as a whole."""
    yield from (Change(each.kind, each.new, each.names, whole=True) for each in _made_otherwise(value, sizes))
    if not isinstance(value, (ast.Name, ast.Attribute)):  # of those the rules for expressions tell
        for other in (name for name, its in held.shapes.items() if its == shape):
            yield Change(Kind.RETURNED, read(other), (other,), whole=True)


def _made_otherwise(value: ast.expr, sizes: Sequence[str]) -> Iterator[Change]:
    """The whole of a value changed: its complement, its opposite, its mean, clipped, rounded."""
    if not isinstance(value, (ast.BinOp, ast.Call, ast.UnaryOp, ast.Name, ast.Attribute, ast.Subscript)):
        return
    if not isinstance(value, (ast.Name, ast.Attribute)):  # of those the rules for expressions tell
        yield Change(Kind.COMPLEMENT, ast.BinOp(ast.Constant(1), ast.Sub(), value))
        yield Change(Kind.SIGN, ast.UnaryOp(ast.USub(), value))
    yield Change(Kind.TWICE, ast.BinOp(ast.Constant(2), ast.Mult(), value))
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
    statement: ast.Assign, targets: ast.Tuple, value: ast.expr, held: Held
) -> Iterator[tuple[tuple[str, ...], Change]]:
    """Changes of one of several values: as if each had a statement of its own; and two of them exchanged."""
    names = [target.id if isinstance(target, ast.Name) else "" for target in targets.elts]
    for one, other in itertools.combinations(range(len(names)), 2):
        if names[one] and names[other]:
            swapped = list(targets.elts)
            swapped[one], swapped[other] = swapped[other], swapped[one]
            new = ast.Assign([ast.Tuple(swapped, ast.Store())], value)
            yield (names[one],), Change(Kind.EXCHANGED, new, (names[one], names[other]))
    if not isinstance(value, ast.Call) or not all(names):
        return
    for path, node in walk(value):
        if not path:
            continue
        for change in (*changes(node, held), *_turned(node, len(names), held)):
            edited = replaced(value, path, change.new)
            for some in _some_of(names, change):
                own = [_block(names[place], edited, place) for place in some]
                yield tuple(names[place] for place in some), Change(change.kind, [statement, *own], change.names)


_ALIKE = (Kind.SIGN, Kind.TERM_MISSING, Kind.FUNCTION)


def _some_of(names: Sequence[str], change: Change) -> Iterator[tuple[int, ...]]:
    """Each block alone; two of more than two blocks, where it is a change that is made in several gates alike."""
    yield from ((place,) for place in range(len(names)))
    if len(names) > 2 and change.kind in _ALIKE:
        yield from itertools.combinations(range(len(names)), 2)


def _block(name: str, edited: ast.expr, place: int) -> ast.Assign:
    return ast.Assign([ast.Name(name, ast.Store())], _call("__block__", edited, ast.Constant(place)))


def _turned(node: ast.AST, count: int, held: Held) -> Iterator[Change]:
    """The square blocks of a matrix transposed, each for itself."""
    match node:
        case ast.Attribute(ast.Name(name) as matrix, "T") if len(held.shapes.get(name, ())) == 2:
            rows, columns = held.shapes[name]
            if rows == count * columns:
                turned = _call("__turned__", matrix, ast.Constant(count))
                yield Change(Kind.TRANSPOSED, ast.Attribute(turned, "T", ast.Load()), (name,))


def _inserted(collect: ast.Call) -> ast.stmt:
    """What is collected stands in the reverse order."""
    return ast.Expr(
        ast.Call(ast.Attribute(collect.func.value, "insert", ast.Load()), [ast.Constant(0), *collect.args], [])
    )


def exchanged_later(statement: ast.stmt, one: str, other: str) -> Change:
    """A statement followed by two values taking each other's places."""
    targets = ast.Tuple([ast.Name(one, ast.Store()), ast.Name(other, ast.Store())], ast.Store())
    values = ast.Tuple([ast.Name(other, ast.Load()), ast.Name(one, ast.Load())], ast.Load())
    return Change(Kind.EXCHANGED, [statement, ast.Assign([targets], values)], (one, other), whole=True)
