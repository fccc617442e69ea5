"""An answer that was copied, and looks otherwise: other names, another layout, a comment, independent lines moved."""

from __future__ import annotations

import ast
import random

_WORDS = "a b c d e k m p q s u v w y aa bb first second out res val tmp inp state_ part_ gate_ new old upd mix lin act"
_COMMENTS = ("# compute it", "# step by step", "# see the lecture", "# as in the formula", "# done")


def disguised(source: str, chance: random.Random) -> str:
    """The same answer in another dress; as it is, where it cannot be parsed. Arguments keep their names."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return source
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        function.body = _moved(function.body, chance)
        _rename(function, chance)
    lines = ast.unparse(ast.fix_missing_locations(tree)).splitlines()
    lines.insert(chance.randint(1, len(lines)), f"    {chance.choice(_COMMENTS)}")
    return "\n".join(lines)


def _rename(function: ast.FunctionDef, chance: random.Random) -> None:
    """Give new names to what the function stores."""
    arguments = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    stored = dict.fromkeys(node.id for node in names if isinstance(node.ctx, ast.Store))
    free = [name for name in _WORDS.split() if name not in {node.id for node in names}]
    chance.shuffle(free)
    new = dict(zip((name for name in stored if name not in arguments | {"_"}), free, strict=False))
    for node in names:
        node.id = new.get(node.id, node.id)


def _moved(body: list[ast.stmt], chance: random.Random) -> list[ast.stmt]:
    """Neighbours in each other's places where neither needs the other."""
    body = list(body)
    for k in range(len(body) - 1):
        one, two = body[k], body[k + 1]
        simple = isinstance(one, ast.Assign) and isinstance(two, ast.Assign)
        if simple and not _stores(one) & _names(two) and not _stores(two) & _names(one) and chance.random() < 0.5:
            body[k], body[k + 1] = two, one
    return body


def _names(node: ast.AST) -> set[str]:
    return {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}


def _stores(node: ast.AST) -> set[str]:
    return {name.id for name in ast.walk(node) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)}
