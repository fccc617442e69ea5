"""Edits of the right answer, as data: which place, what stands there instead, and what sort of slip that is."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from coursekit.checking.facts import EditKind
from coursekit.checking.search.paths import Path


@dataclass(frozen=True, eq=False)
class Change:
    """What a rule puts in the place of a node, and what it is called.

    new:   a node, or statements in place of a statement.
    names: what the words need: the variables that are missing, exchanged or read instead.
    """

    kind: EditKind
    new: ast.AST | list[ast.stmt]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Edit:
    """One change at one place of one function.

    part: the variable of the right answer that it sits in; for what is returned, the number of its place as a text.
    """

    function: str
    path: Path
    new: ast.AST | list[ast.stmt]
    kind: EditKind
    part: str
    names: tuple[str, ...] = ()
