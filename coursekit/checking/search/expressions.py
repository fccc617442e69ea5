"""What may stand in the place of an expression: one rule for each sort of slip."""

from __future__ import annotations

import ast
import functools
import itertools
from collections.abc import Iterator

from coursekit.checking.facts import EditKind as Kind
from coursekit.checking.search.edits import Change, Held
from coursekit.checking.search.paths import locate, replaced, walk

FUNCTIONS = {"sigmoid": "__sigmoid__", "tanh": "__tanh__", "relu": "__relu__"}
_ELEMENTWISE = {"sigmoid", "tanh", "exp", "log", "sqrt", "abs", "maximum", "minimum", "softmax"}
_MEANS = {"sum": "mean", "mean": "sum", "max": "min", "min": "max", "argmax": "argmin", "argmin": "argmax"}
_ONE = ast.Constant(1)
_NO_VARIABLES = ("np", "torch", "F", "self", "len", "range", "sum", "zip")


def changes(node: ast.AST, held: Held) -> Iterator[Change]:
    """Everything that may stand in the place of a node. held: what is at hand there."""
    for rule in _RULES:
        yield from rule(node, held)


def names_in(node: ast.AST) -> tuple[str, ...]:
    """The variables that an expression reads, in order: "h", "cache.h"."""
    called = {id(n.func) for n in ast.walk(node) if isinstance(n, ast.Call)}
    found, inside = [], set()
    for each in ast.walk(node):
        match each:
            case ast.Attribute(ast.Name(name) as base, attr) if attr != "T" and id(each) not in called:
                found.append(f"{name}.{attr}")
                inside.add(id(base))
            case ast.Name(name, ast.Load()) if id(each) not in inside and name not in _NO_VARIABLES:
                found.append(name)
    return tuple(dict.fromkeys(found))


def _telling(node: ast.AST) -> tuple[str, ...]:
    names = names_in(node)
    return names if len(names) <= 2 else ()


def _sums(node: ast.AST, held: Held) -> Iterator[Change]:
    match node:
        case ast.BinOp(left, ast.Add(), right):
            yield Change(Kind.SIGN, ast.BinOp(left, ast.Sub(), right))
            yield Change(Kind.SIGN, ast.BinOp(right, ast.Sub(), left))
            yield Change(Kind.OPERATION, ast.BinOp(left, ast.Mult(), right))
            yield Change(Kind.TERM_MISSING, _without(left, right), _telling(right))
            yield Change(Kind.TERM_MISSING, _without(right, left), _telling(left))
            yield Change(Kind.TWICE, ast.BinOp(node, ast.Add(), right), _telling(right))
            yield Change(Kind.TWICE, ast.BinOp(node, ast.Add(), left), _telling(left))
        case ast.BinOp(ast.Constant(1 | 1.0), ast.Sub(), right):
            yield Change(Kind.COMPLEMENT, right, _telling(right))
            yield Change(Kind.SIGN, ast.BinOp(_ONE, ast.Add(), right))
            yield Change(Kind.SIGN, ast.BinOp(right, ast.Sub(), _ONE))
            yield Change(Kind.TERM_MISSING, ast.UnaryOp(ast.USub(), right), ("1",))
            yield Change(Kind.TERM_MISSING, _ONE, _telling(right))
        case ast.BinOp(left, ast.Sub(), right):
            yield Change(Kind.SIGN, ast.BinOp(left, ast.Add(), right))
            yield Change(Kind.SIGN, ast.BinOp(right, ast.Sub(), left))
            yield Change(Kind.OPERATION, ast.BinOp(left, ast.Mult(), right))
            yield Change(Kind.TERM_MISSING, _without(left, right), _telling(right))
            yield Change(Kind.TERM_MISSING, _without(right, left), _telling(left))
            yield Change(Kind.TERM_MISSING, _without(ast.UnaryOp(ast.USub(), right), left), _telling(left))
        case ast.UnaryOp(ast.USub(), inner):
            yield Change(Kind.SIGN, inner)


_MOST_TERMS = 6


def _several_terms(node: ast.AST, held: Held) -> Iterator[Change]:
    """Two of more than two terms of a sum missing, or with the opposite sign."""
    terms = list(_terms(node))
    if not 2 < len(terms) <= _MOST_TERMS:
        return
    for some in itertools.combinations(range(len(terms)), 2):
        names = tuple(dict.fromkeys(name for k in some for name in _telling(terms[k])))
        kept = [term for k, term in enumerate(terms) if k not in some]
        missing = functools.reduce(_plus, (terms[k] for k in some))
        yield Change(Kind.TERM_MISSING, _without(functools.reduce(_plus, kept), missing), names)
        yield Change(Kind.SIGN, ast.BinOp(functools.reduce(_plus, kept), ast.Sub(), missing))


def _terms(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from _terms(node.left)
        yield from _terms(node.right)
    else:
        yield node


def _plus(one: ast.expr, other: ast.expr) -> ast.expr:
    return ast.BinOp(one, ast.Add(), other)


def _without(kept: ast.expr, missing: ast.expr) -> ast.expr:
    """One term of a sum, in the shape of the sum."""
    return ast.BinOp(kept, ast.Add(), ast.BinOp(ast.Constant(0), ast.Mult(), missing))


def _products(node: ast.AST, held: Held) -> Iterator[Change]:
    match node:
        case ast.BinOp(left, ast.Mult(), right):
            yield Change(Kind.FACTOR_MISSING, left, _telling(right))
            yield Change(Kind.FACTOR_MISSING, right, _telling(left))
            yield Change(Kind.OPERATION, ast.BinOp(left, ast.Add(), right))
            yield Change(Kind.OPERATION, ast.BinOp(left, ast.Sub(), right))
            yield Change(Kind.OPERATION, ast.BinOp(left, ast.Div(), right))
            yield Change(Kind.TWICE, ast.BinOp(node, ast.Mult(), right), _telling(right))
            yield Change(Kind.TWICE, ast.BinOp(node, ast.Mult(), left), _telling(left))
        case ast.BinOp(left, ast.Div(), right):
            yield Change(Kind.FACTOR_MISSING, left, _telling(right))
            yield Change(Kind.OPERATION, ast.BinOp(left, ast.Mult(), right))
        case ast.BinOp(left, ast.FloorDiv(), right):
            yield Change(Kind.OPERATION, ast.BinOp(left, ast.Div(), right))
        case ast.BinOp(left, ast.MatMult(), right):
            yield Change(
                Kind.TRANSPOSED, ast.BinOp(left, ast.MatMult(), ast.Attribute(right, "T", ast.Load())), _telling(right)
            )
            yield Change(
                Kind.TRANSPOSED, ast.BinOp(ast.Attribute(left, "T", ast.Load()), ast.MatMult(), right), _telling(left)
            )
            yield Change(Kind.MATRIX_ORDER, ast.BinOp(right, ast.MatMult(), left))


def _powers(node: ast.AST, held: Held) -> Iterator[Change]:
    match node:
        case ast.BinOp(left, ast.Pow(), right):
            yield Change(Kind.POWER, left, _telling(left))
            yield Change(Kind.POWER, ast.BinOp(left, ast.Pow(), ast.BinOp(right, ast.Add(), _ONE)), _telling(left))


def _calls(node: ast.AST, held: Held) -> Iterator[Change]:
    if not isinstance(node, ast.Call):
        return
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called in _ELEMENTWISE and node.args:
        yield Change(Kind.FUNCTION, node.args[0])
        if len(node.args) == 1:
            for other, helper in FUNCTIONS.items():
                if other != called:
                    yield Change(Kind.FUNCTION, ast.Call(ast.Name(helper, ast.Load()), node.args, []))
            yield Change(Kind.FUNCTION, ast.Call(node.func, [node], node.keywords))
        for other in node.args[1:]:
            yield Change(Kind.FUNCTION, other)
    if called in _MEANS and isinstance(node.func, ast.Attribute):
        yield Change(
            Kind.REDUCTION,
            ast.Call(ast.Attribute(node.func.value, _MEANS[called], ast.Load()), node.args, node.keywords),
        )
        yield Change(Kind.REDUCTION, node.args[0] if node.args and _is_numpy(node.func.value) else node.func.value)
    for index, keyword in enumerate(node.keywords):
        if keyword.arg == "axis":
            for axis in (0, 1, 2, -1, None):
                other = ast.keyword("axis", ast.Constant(axis))
                keywords = [*node.keywords[:index], other, *node.keywords[index + 1 :]]
                yield Change(Kind.AXIS, ast.Call(node.func, node.args, keywords))


def _is_numpy(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "np"


def _transposed(node: ast.AST, held: Held) -> Iterator[Change]:
    match node:
        case ast.Attribute(value, "T", ast.Load()):
            yield Change(Kind.TRANSPOSED, value, _telling(value))
        case ast.Name(name, ast.Load()) if len(held.shapes.get(name, ())) == 2:
            yield Change(Kind.TRANSPOSED, ast.Attribute(node, "T", ast.Load()), (name,))


def _values(node: ast.AST, held: Held) -> Iterator[Change]:
    """Another value of the same shape; 1 minus a value, and minus it."""
    if not isinstance(node, (ast.Name, ast.Attribute)) or not isinstance(node.ctx, ast.Load):
        return
    own = ast.unparse(node)
    if own not in held.shapes:
        return
    for other in held.like(own):
        yield Change(Kind.INSTEAD, read(other), (other, own))
    yield Change(Kind.COMPLEMENT, ast.BinOp(_ONE, ast.Sub(), node), (own,))
    yield Change(Kind.SIGN, ast.UnaryOp(ast.USub(), node))


def read(name: str) -> ast.expr:
    """The expression that reads a value by what it is written as."""
    return ast.parse(name, mode="eval").body


def _stacked(node: ast.AST, held: Held) -> Iterator[Change]:
    """Where several values are read that stand side by side: one of them missing, negative, or another value."""
    if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load) or node.id not in held.stacks:
        return
    call = held.stacks[node.id]
    blocks = call.args[0].elts
    for place, block in enumerate(blocks):
        own = ast.unparse(block)
        others = [(Kind.TERM_MISSING, ast.BinOp(ast.Constant(0), ast.Mult(), block), (own,))]
        others += [(Kind.SIGN, ast.UnaryOp(ast.USub(), block), ())]
        others += [(Kind.INSTEAD, read(other), (other, own)) for other in held.like(own)]
        for kind, other, names in others:
            stacked = ast.List([*blocks[:place], other, *blocks[place + 1 :]], ast.Load())
            yield Change(kind, ast.Call(call.func, [stacked], call.keywords), names)


def _numbers(node: ast.AST, held: Held) -> Iterator[Change]:
    match node:
        case ast.Constant(int() | float() as number) if not isinstance(number, bool):
            for other in dict.fromkeys((number + 1, number - 1, 2 * number, number / 2 if number % 2 else number // 2)):
                if other != number:
                    yield Change(Kind.NUMBER, ast.Constant(other))


def _slices(node: ast.AST, held: Held) -> Iterator[Change]:
    match node:
        case ast.Slice(lower, upper, step):
            if lower is not None:
                yield Change(Kind.SLICE, ast.Slice(None, upper, step))
            if upper is not None:
                yield Change(Kind.SLICE, ast.Slice(lower, None, step))
                yield Change(Kind.SLICE, ast.Slice(upper, _next_block(lower, upper), step))
        case ast.Subscript(_, index, ast.Load()):
            yield from _other_step(node, index)


def _next_block(lower: ast.expr | None, upper: ast.expr) -> ast.expr:
    """The end of the block behind this one, which is as long."""
    begins = ast.Constant(0) if lower is None else lower
    return ast.BinOp(ast.BinOp(ast.Constant(2), ast.Mult(), upper), ast.Sub(), begins)


def _other_step(node: ast.Subscript, index: ast.expr) -> Iterator[Change]:
    """A step earlier or later, the first or the last one, where one entry is read."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    for place, part in enumerate(parts):
        if not isinstance(part, ast.Name):
            continue
        others = (
            (Kind.STEP, ast.BinOp(part, ast.Sub(), _ONE)),
            (Kind.STEP, ast.BinOp(part, ast.Add(), _ONE)),
            (Kind.STEP, ast.UnaryOp(ast.USub(), _ONE)),
            (Kind.STEP, ast.Constant(0)),
            (Kind.STEP, ast.BinOp(ast.UnaryOp(ast.USub(), _ONE), ast.Sub(), part)),
        )
        for kind, other in others:
            new = [*parts[:place], other, *parts[place + 1 :]]
            inside = ast.Tuple(new, ast.Load()) if isinstance(index, ast.Tuple) else new[0]
            yield Change(kind, ast.Subscript(node.value, inside, ast.Load()), names_in(node.value))


def _loops(node: ast.AST, held: Held) -> Iterator[Change]:
    match node:
        case ast.Call(ast.Name("reversed"), [inner], []):
            yield Change(Kind.DIRECTION, inner)
        case ast.Call(ast.Name("range"), [*others, stop], []) if len(others) < 2:
            first = others[0] if others else ast.Constant(0)
            later = [ast.BinOp(first, ast.Add(), _ONE), stop]
            yield Change(Kind.RANGE, ast.Call(node.func, later, []))
            yield Change(Kind.RANGE, ast.Call(node.func, [*others, ast.BinOp(stop, ast.Sub(), _ONE)], []))
            yield Change(Kind.RANGE, ast.Call(node.func, [*others, ast.BinOp(stop, ast.Add(), _ONE)], []))
            yield Change(Kind.DIRECTION, ast.Call(ast.Name("reversed", ast.Load()), [node], []))


_OTHER = {ast.Lt: (ast.LtE, ast.Gt, ast.GtE), ast.LtE: (ast.Lt, ast.GtE, ast.Gt), ast.Gt: (ast.GtE, ast.Lt, ast.LtE)}
_OTHER |= {ast.GtE: (ast.Gt, ast.LtE, ast.Lt), ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,)}


def _conditions(node: ast.AST, held: Held) -> Iterator[Change]:
    match node:
        case ast.Compare(left, [operator], [right]):
            for other in _OTHER.get(type(operator), ()):
                yield Change(Kind.COMPARISON, ast.Compare(left, [other()], [right]))
        case ast.IfExp(test, body, orelse):
            yield Change(Kind.CONDITION, body)
            yield Change(Kind.CONDITION, orelse)
            yield Change(Kind.CONDITION, ast.IfExp(test, orelse, body))
        case ast.UnaryOp(ast.Not() | ast.Invert(), inner):
            yield Change(Kind.CONDITION, inner)


def _orders(node: ast.AST, held: Held) -> Iterator[Change]:
    """Two of several parts in each other's places, such as the blocks that are stacked."""
    if isinstance(node, (ast.Tuple, ast.List)) and isinstance(node.ctx, ast.Load) and 1 < len(node.elts) < 8:
        for one, other in itertools.combinations(range(len(node.elts)), 2):
            parts = list(node.elts)
            parts[one], parts[other] = parts[other], parts[one]
            names = tuple(ast.unparse(part) for part in (node.elts[one], node.elts[other]))
            yield Change(Kind.ORDER, type(node)(parts, ast.Load()), names)


def _only_last(node: ast.AST, held: Held) -> Iterator[Change]:
    """Only the last of a batch in place of the sum over it."""
    match node:
        case ast.BinOp(ast.Attribute(left, "T"), ast.MatMult(), right):
            turned = ast.Attribute(_last(left), "T", ast.Load())
            yield Change(Kind.ONLY_LAST, ast.BinOp(turned, ast.MatMult(), _last(right)))
        case ast.Call(ast.Attribute(value, "sum"), [], [ast.keyword("axis", ast.Constant(0))]):
            yield Change(
                Kind.ONLY_LAST, ast.Call(node.func.__class__(_last(value), "sum", ast.Load()), [], node.keywords)
            )


def _last(value: ast.expr) -> ast.expr:
    return ast.Subscript(value, ast.Slice(ast.UnaryOp(ast.USub(), _ONE)), ast.Load())


def _scopes(node: ast.AST, held: Held) -> Iterator[Change]:
    """A factor before a matrix product in place of behind it, or the other way round; a bias outside of the factor."""
    match node:
        case ast.BinOp(ast.Name(factor), ast.Mult(), ast.Name(value)) if value in held.splits:
            call, place = held.splits[value]
            for path, inner in walk(call):
                match inner:
                    case ast.BinOp(ast.Name(read), ast.MatMult(), matrix) if read in held.like(factor):
                        product = ast.BinOp(ast.BinOp(node.left, ast.Mult(), inner.left), ast.MatMult(), matrix)
                        yield Change(Kind.SCOPE, _cut(replaced(call, path, product), place), (factor,))
                    case ast.BinOp(ast.BinOp(_, ast.MatMult()) as product, ast.Add(), bias):
                        alone = _cut(replaced(call, path, _without(product, bias)), place)
                        outside = _cut(replaced(call, path, _without(bias, product)), place)
                        scaled = ast.BinOp(node.left, ast.Mult(), alone)
                        yield Change(Kind.OUTSIDE, _plus(scaled, outside), _telling(bias))
        case ast.BinOp(ast.BinOp(ast.BinOp(factor, ast.Mult(), value), ast.MatMult(), matrix), ast.Add(), bias):
            product = ast.BinOp(value, ast.MatMult(), matrix)
            yield Change(Kind.SCOPE, ast.BinOp(factor, ast.Mult(), _plus(product, bias)), _telling(factor))
            yield Change(Kind.SCOPE, _plus(ast.BinOp(factor, ast.Mult(), product), bias), _telling(factor))


def _cut(call: ast.AST, place: int) -> ast.Call:
    return ast.Call(ast.Name("__block__", ast.Load()), [call, ast.Constant(place)], [])


def _forms(node: ast.AST, held: Held) -> Iterator[Change]:
    """Changes of the same expression in another form: (1 - a) * b + a * c as b + a * (c - b), a ** 2 as a * a, and
    linear(a, W, b) as a @ W.T + b."""
    match node:
        case ast.BinOp(
            ast.BinOp(ast.BinOp(ast.Constant(1), ast.Sub(), share), ast.Mult(), one),
            ast.Add(),
            ast.BinOp(again, ast.Mult(), other),
        ) if ast.dump(share) == ast.dump(again):
            form = _plus(one, ast.BinOp(share, ast.Mult(), ast.BinOp(other, ast.Sub(), one)))
        case ast.BinOp(left, ast.Pow(), ast.Constant(2)):
            form = ast.BinOp(left, ast.Mult(), left)
        case ast.Call(ast.Attribute(attr="linear"), [value, matrix, bias], []):
            form = _plus(ast.BinOp(value, ast.MatMult(), ast.Attribute(matrix, "T", ast.Load())), bias)
        case _:
            return
    locate(form)
    for path, inner in walk(form):
        for change in changes(inner, held):
            yield Change(change.kind, replaced(form, path, change.new), change.names)


_RULES = (
    *(_sums, _several_terms, _products, _powers, _calls, _transposed, _values, _stacked, _numbers),
    *(_slices, _loops, _conditions, _orders, _only_last, _scopes, _forms),
)
