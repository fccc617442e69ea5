"""The right answer of an exercise as numbered lines, and what one of its statements says."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from coursekit.checking.search.paths import Path, at, walk


def listing(function: ast.FunctionDef) -> tuple[str, ...]:
    """The lines of a function, in the one layout that `ast.unparse` gives to all."""
    return tuple(ast.unparse(function).splitlines())


def numbered(lines: tuple[str, ...]) -> str:
    """The lines with their numbers before them."""
    wide = len(str(len(lines)))
    return "\n".join(f"{number:>{wide}}  {line}" for number, line in enumerate(lines, 1))


def statements(function: ast.FunctionDef) -> Iterator[tuple[Path, int]]:
    """Every statement in the body of a function: its path, and the number of its line in the listing."""
    laid_out = ast.parse(ast.unparse(function)).body[0]
    for path, node in walk(laid_out):
        if path and isinstance(node, ast.stmt):
            yield path, node.lineno


def holder(function: ast.FunctionDef, path: Path) -> Path:
    """The path of the statement whose own line a path leads into."""
    last = max(k for k in range(1, len(path) + 1) if isinstance(at(function, path[:k]), ast.stmt))
    return path[:last]
