"""Edits of the right answer, as data: which place, what stands there instead, and what sort of slip that is."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from coursekit.checking.facts import EditKind
from coursekit.checking.search.paths import Path


@dataclass(frozen=True)
class Held:
    """What a function of the right answer holds when it returns.

    shapes: of its arrays, by what they are written as: "h", "cache.x".
    stacks: of the arrays that are several values side by side, the call that puts them there.
    splits: of the values that are one of several cut from an array, the call that cuts it, and the place.
    """

    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    stacks: Mapping[str, ast.Call] = field(default_factory=dict)
    splits: Mapping[str, tuple[ast.Call, int]] = field(default_factory=dict)

    def like(self, name: str) -> list[str]:
        """The other arrays of the same shape."""
        shape = self.shapes.get(name)
        return [other for other, its in self.shapes.items() if shape is not None and its == shape and other != name]


@dataclass(frozen=True, eq=False)
class Change:
    """What a rule puts in the place of a node, and what it is called.

    new:   a node, or statements in place of a statement.
    names: what the words need: the variables that are missing, exchanged or read instead.
    whole: True where a value is changed after it was computed rightly. Such a change says less about a line than one
           inside its expression that gives the same numbers.
    """

    kind: EditKind
    new: ast.AST | list[ast.stmt]
    names: tuple[str, ...] = ()
    whole: bool = False


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
    whole: bool = False
