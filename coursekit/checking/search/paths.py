"""Places in a syntax tree, and trees in which one place holds something else.

Trees are never changed: a new one shares with the old all that does not lie on the way to the place.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

Path = tuple[tuple[str, int | None], ...]
"""Fields from a root down to a node, with the index where the field is a list."""


def walk(node: ast.AST, path: Path = ()) -> Iterator[tuple[Path, ast.AST]]:
    """The node and everything below it, with its path."""
    yield path, node
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            yield from walk(value, (*path, (name, None)))
        elif isinstance(value, list):
            for index, part in enumerate(value):
                if isinstance(part, ast.AST):
                    yield from walk(part, (*path, (name, index)))


def at(root: ast.AST, path: Path) -> ast.AST:
    """The node at a path."""
    for name, index in path:
        value = getattr(root, name)
        root = value if index is None else value[index]
    return root


def replaced(root: ast.AST, path: Path, new: ast.AST | list[ast.stmt]) -> ast.AST:
    """The tree with another node at a path, or with several statements, or none, in place of one."""
    if not path:
        locate(new)
        return new
    (name, index), rest = path[0], path[1:]
    twin = copy.copy(root)
    value = getattr(root, name)
    if index is None:
        setattr(twin, name, replaced(value, rest, new))
    elif not rest and isinstance(new, list):
        for each in new:
            locate(each)
        setattr(twin, name, [*value[:index], *new, *value[index + 1 :]] or [ast.Pass(lineno=1, col_offset=0)])
    else:
        setattr(twin, name, [*value[:index], replaced(value[index], rest, new), *value[index + 1 :]])
    return twin


def apart(one: Path, other: Path) -> bool:
    """Whether neither place lies inside the other."""
    shared = min(len(one), len(other))
    return one[:shared] != other[:shared]


def locate(node: ast.AST) -> None:
    """Give new nodes the place in a file that a compiler asks for; below one that has it, nothing is new."""
    if "lineno" in node._attributes:
        if hasattr(node, "lineno"):
            return
        node.lineno = node.end_lineno = 1
        node.col_offset = node.end_col_offset = 0
    for child in ast.iter_child_nodes(node):
        locate(child)
