"""All single edits of a right answer, and those pairs that are often made together."""

from __future__ import annotations

import ast
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coursekit.checking.facts import EditKind as Kind
from coursekit.checking.search import expressions, statements
from coursekit.checking.search.edits import Change, Edit, Held
from coursekit.checking.search.paths import Path, apart, at, locate, walk
from coursekit.checking.search.program import Program

# By kind, whether the value as a whole is changed; None: either way.
_OFTEN = {
    Kind.BLOCKS: None,
    Kind.SCOPE: None,
    Kind.OUTSIDE: None,
    Kind.COMPLEMENT: True,
    Kind.FUNCTION: False,
    Kind.TERM_MISSING: False,
    Kind.FACTOR_MISSING: False,
}
_MAX_OFTEN = 10
_MAX_ALIKE = 4


@dataclass(frozen=True, eq=False)
class Candidate:
    """Edits that are made together. said: those of them that are told; the others say the same once more."""

    edits: tuple[Edit, ...]
    said: tuple[Edit, ...]


def singles(program: Program, sizes: Sequence[str]) -> Iterator[Candidate]:
    """Every single edit, and those that are made alike in several places. sizes: names of the axes of the draws."""
    for name in program.functions:
        edits = []
        for candidate in _of_function(program, name, sizes):
            edits.append(candidate.edits[0])
            yield candidate
        yield from _block_orders(program, name)
        yield from _alike(program.functions[name], edits)


def pairs(often: Sequence[Candidate]) -> Iterator[Candidate]:
    """Two candidates at once, where they do not touch the same place."""
    for one, other in itertools.combinations(often, 2):
        if all(a.function != b.function or apart(a.path, b.path) for a in one.edits for b in other.edits):
            said = sorted((*one.said, *other.said), key=lambda edit: (edit.function, edit.path))
            yield Candidate((*one.edits, *other.edits), tuple(said))


def frequent(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those that learners make often enough to look for them beside another mistake: a few of each frequent kind. Of
    missing terms those that are one value, such as a bias; of complements and functions those of a whole variable."""
    found = []
    for kind, whole in _OFTEN.items():
        same = [each for each in candidates if len(each.said) == 1 and each.said[0].kind is kind]
        if whole is not None:
            same = [each for each in same if each.said[0].whole is whole]
        if kind is Kind.TERM_MISSING:
            same = [each for each in same if len(each.said[0].names) == 1]
        found += same[:_MAX_OFTEN]
    return found


def _of_function(program: Program, name: str, sizes: Sequence[str]) -> Iterator[Candidate]:
    tree = program.functions[name]
    held = program.held.get(name, Held())
    main = name == program.main
    made = [path for path, node in walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "__init__"]
    for path, statement in list(walk(tree)):
        if not isinstance(statement, ast.stmt) or statement is tree or not all(apart(path, each) for each in made):
            continue
        for parts, change in statements.whole(statement, held, sizes):
            edits = [_edit(name, path, change, part) for part in parts or ("",)]
            yield Candidate((edits[0],), tuple(edits))
        for edit in _exchanges(program, name, path, statement):
            yield Candidate((edit,), (edit,))
        for edit in _inside(name, path, statement, held):
            yield Candidate((edit,), (edit,))
        if isinstance(statement, ast.Return) and main:
            for place, (field, value) in enumerate(_returned_values(statement)):
                shape = program.returned[place] if place < len(program.returned) else None
                for change in statements.returned(value, held, shape, sizes):
                    edit = _edit(name, (*path, *field), change, str(place))
                    yield Candidate((edit,), (edit,))


def _inside(name: str, path: Path, statement: ast.stmt, held: Held) -> Iterator[Edit]:
    """Changes of the expressions of a statement."""
    for place, part, node in _expressions(statement):
        for change in expressions.changes(node, held):
            yield _edit(name, (*path, *place), change, part)


def _alike(tree: ast.FunctionDef, edits: Sequence[Edit]) -> Iterator[Candidate]:
    """The same change in two statements that are written alike, such as those of two gates."""
    forms = {path: _form(node) for path, node in walk(tree) if isinstance(node, ast.Assign)}
    several = {form for form, count in Counter(forms.values()).items() if count > 1}
    groups: dict[tuple, list[Edit]] = {}
    for edit in edits:
        statement = next((edit.path[:k] for k in range(len(edit.path)) if edit.path[:k] in forms), None)
        if statement is not None and forms[statement] in several:
            key = (forms[statement], edit.path[len(statement) :], edit.kind, _form(edit.new))
            groups.setdefault(key, []).append(edit)
    for same in groups.values():
        if 1 < len(same) <= _MAX_ALIKE:
            for one, other in itertools.combinations(same, 2):
                if apart(one.path, other.path):
                    yield Candidate((one, other), (one, other))


def _form(node: ast.AST) -> str:
    """How an expression or a statement is written, whatever its variables are: the first is 0, the next 1."""
    numbers: dict[str, int] = {}

    def number(match: re.Match) -> str:
        return f"id={numbers.setdefault(match[1], len(numbers))}"

    return re.sub(r"id='(\w+)'", number, ast.dump(node.value if isinstance(node, ast.Assign) else node))


def _edit(function: str, path: Path, change: Change, part: str) -> Edit:
    new = change.new
    for each in new if isinstance(new, list) else [new]:
        locate(each)
    return Edit(function, path, new, change.kind, part, change.names, change.whole)


def _expressions(statement: ast.stmt) -> Iterator[tuple[Path, str, ast.expr]]:
    """Every expression that a statement evaluates itself, with its place in it and the variable that it is part of."""
    for field, value in ast.iter_fields(statement):
        if field in ("body", "orelse", "targets", "target"):
            continue
        for index, root in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(root, ast.AST):
                continue
            for path, node in walk(root, ((field, index),)):
                if isinstance(node, (ast.expr, ast.Slice)):
                    yield path, _part(statement, path), node


def _part(statement: ast.stmt, path: Path) -> str:
    """The variable that an expression of a statement is part of; of what is returned, the number of its place."""
    match statement:
        case ast.Return(ast.Tuple(values)):
            place = path[1][1] if len(path) > 1 and path[1][0] == "elts" else len(values)
            # From a list on, which is several values, places do not tell.
            lists = any(isinstance(value, (ast.List, ast.ListComp, ast.Starred)) for value in values[: place + 1])
            return "*" if lists or place == len(values) else str(place)
        case ast.Return():
            return "0"
        case ast.Assign([ast.Tuple(targets)], ast.Tuple()) if len(path) > 1 and path[1][0] == "elts":
            return ast.unparse(targets[path[1][1]]) if path[1][1] < len(targets) else ""
        case ast.Assign([target]) | ast.AugAssign(target) | ast.For(target):
            while isinstance(target, (ast.Subscript, ast.Starred)):
                target = target.value
            return target.id if isinstance(target, ast.Name) else ""
        case ast.Expr(ast.Call(ast.Attribute(ast.Name(name)))):
            return name
    return ""


def _returned_values(statement: ast.Return) -> list[tuple[Path, ast.expr]]:
    if isinstance(statement.value, ast.Tuple):
        return [((("value", None), ("elts", k)), value) for k, value in enumerate(statement.value.elts)]
    return [((("value", None),), statement.value)] if statement.value is not None else []


def _exchanges(program: Program, name: str, path: Path, statement: ast.stmt) -> Iterator[Edit]:
    """Two values of one shape in each other's places from here on: the one made here, and one made before it."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
        return
    held = program.held.get(name, Held())
    own = statement.targets[0].id
    before = _assigned_before(program.functions[name], path)
    for other in before:
        if other in held.like(own):
            yield _edit(name, path, statements.exchanged_later(statement, other, own), other)


def _assigned_before(tree: ast.FunctionDef, path: Path) -> list[str]:
    """The variables that get a value in the same body before this statement."""
    (field, index) = path[-1]
    body = getattr(at(tree, path[:-1]), field)
    found = (target for statement in body[:index] if isinstance(statement, ast.Assign) for target in statement.targets)
    names = [n.id for target in found for n in ast.walk(target) if isinstance(n, ast.Name)]
    return list(dict.fromkeys(names))


def _block_orders(program: Program, function: str) -> Iterator[Candidate]:
    """The blocks of all products of a function in another order: as if the rows of all weights were."""
    tree = program.functions[function]
    splits = [
        (path, node)
        for path, node in walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Tuple)
        and isinstance(node.value, ast.Call)
        and all(isinstance(target, ast.Name) for target in node.targets[0].elts)
    ]
    counts = {len(node.targets[0].elts) for _, node in splits}
    for count in counts:
        same = [(path, node) for path, node in splits if len(node.targets[0].elts) == count]
        if count > 4 or (len(same) < 2 and count < 3):
            continue
        for order in itertools.permutations(range(count)):
            if list(order) == sorted(order) or (len(same) == 1 and _moved(order) == 2):
                continue
            edits = []
            for path, node in same:
                targets = node.targets[0].elts
                moved = [targets[k] for k in order]
                change = Change(
                    Kind.BLOCKS, ast.Assign([ast.Tuple(moved, ast.Store())], node.value), _moved_names(targets, order)
                )
                edits.append(_edit(function, path, change, targets[0].id))
            yield Candidate(tuple(edits), (edits[0],))


def _moved(order: Sequence[int]) -> int:
    return sum(k != place for place, k in enumerate(order))


def _moved_names(targets: Sequence[ast.expr], order: Sequence[int]) -> tuple[str, ...]:
    return tuple(targets[place].id for place, k in enumerate(order) if k != place)


__all__ = ["Candidate", "frequent", "pairs", "singles"]
