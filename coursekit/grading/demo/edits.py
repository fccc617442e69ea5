"""One small change to the source of a function, at every place where one can be made."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

_OTHER_SIGN = {ast.Add: "-", ast.Sub: "+", ast.Mult: "+", ast.Div: "*"}
_EXCHANGEABLE = {ast.Sub: "-", ast.Div: "/", ast.MatMult: "@"}


def edits(source: str) -> list[str]:
    """The source with one slip each: a term or a call left out, a sign turned, two names or arguments exchanged."""
    text = _Text(source)
    found = [edit for node in ast.walk(ast.parse(source)) for edit in _of(node, text)]
    return [edit for edit in dict.fromkeys(found) if edit != source and _compiles(edit)]


class _Text:
    """A source, and how to replace the part that a node of its tree stands for. Columns of nodes count bytes."""

    def __init__(self, source: str) -> None:
        self.encoded = source.encode()
        lengths = (len(line.encode()) for line in source.splitlines(keepends=True))
        self.starts = [0, *itertools.accumulate(lengths)]

    def span(self, node: ast.AST) -> tuple[int, int]:
        return (
            self.starts[node.lineno - 1] + node.col_offset,
            self.starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def of(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.encoded[start:end].decode()

    def replace(self, *changes: tuple[ast.AST, str]) -> str:
        """The source with the text of each node replaced; the nodes do not overlap."""
        result = self.encoded
        for node, new in sorted(changes, key=lambda change: self.span(change[0]), reverse=True):
            start, end = self.span(node)
            result = result[:start] + new.encode() + result[end:]
        return result.decode()


def _of(node: ast.AST, text: _Text) -> Iterator[str]:
    """What can go wrong at one node of the tree."""
    match node:
        case ast.BinOp(left, op, right):
            yield text.replace((node, text.of(left)))
            yield text.replace((node, text.of(right)))
            if type(op) in _OTHER_SIGN:
                yield text.replace((node, f"({text.of(left)} {_OTHER_SIGN[type(op)]} {text.of(right)})"))
            if type(op) in _EXCHANGEABLE:
                yield text.replace((node, f"({text.of(right)} {_EXCHANGEABLE[type(op)]} {text.of(left)})"))
        case ast.Call(args=[first, *_] as arguments):
            yield text.replace((node, text.of(first)))
            yield from _exchanged(arguments, text)
        case ast.Tuple(elts=elements) if len(elements) > 1:
            yield from _exchanged(elements, text)
        case ast.Attribute(value=value, attr="T") | ast.UnaryOp(operand=value):
            yield text.replace((node, text.of(value)))
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            yield from (text.replace((node, str(other))) for other in range(3) if other != value)
        case ast.Return() | ast.Assign():
            yield from _names_exchanged(node, text)


def _exchanged(nodes: list[ast.expr], text: _Text) -> Iterator[str]:
    for one, two in itertools.pairwise(nodes):
        yield text.replace((one, text.of(two)), (two, text.of(one)))


def _names_exchanged(statement: ast.stmt, text: _Text) -> Iterator[str]:
    """Two names of one statement change places everywhere in it: (1 - z) * n + z * h, then (1 - z) * h + z * n."""
    places: dict[str, list[ast.Name]] = {}
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in ("np", "torch"):
            places.setdefault(node.id, []).append(node)
    for one, two in itertools.combinations(places, 2):
        yield text.replace(*((node, two) for node in places[one]), *((node, one) for node in places[two]))


def _compiles(source: str) -> bool:
    try:
        compile(source, "an edited answer", "exec")
    except SyntaxError:
        return False
    return True
