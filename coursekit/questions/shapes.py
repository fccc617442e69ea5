"""Which shape has this value? Asked of a line of the right answer, with sizes that are all different."""

from __future__ import annotations

import ast
import functools
import itertools
import random
from dataclasses import dataclass

from coursekit.checking import Draw, Exercise, registry, trees
from coursekit.checking.portable import state
from coursekit.checking.search.program import Program, program, quiet
from coursekit.questions.code import listing, numbered
from coursekit.questions.item import Item, Option

OPTIONS = 4

Shape = tuple[int, ...]


@dataclass(frozen=True)
class _Known:
    """A right answer on one draw: its lines, the values that are asked for by name, all shapes in it, the arguments."""

    lines: tuple[str, ...]
    line_of: dict[str, int]
    shapes: dict[str, Shape]
    sizes: dict[str, int]
    given: dict[str, Shape]


def make(exercise: Exercise, chance: random.Random) -> Item | None:
    """A question about the shape of a value; None where the right answer makes no array on the way."""
    known = _known(exercise.name) if registry.get(exercise.name) is exercise else _find(exercise)
    if known is None:
        return None
    others = {name: sorted(_likely(known.shapes[name], known)) for name in sorted(known.line_of)}
    names = [name for name, likely in others.items() if len(likely) >= OPTIONS - 1]
    if not names:
        return None
    name = chance.choice(names)
    right = known.shapes[name]
    offered = sorted([right, *chance.sample(others[name], OPTIONS - 1)], key=lambda shape: (len(shape), shape))
    sizes = ", ".join(f"{axis} = {size}" for axis, size in known.sizes.items())
    given = ", ".join(f"`{argument}` {shape}" for argument, shape in known.given.items())
    return Item(
        exercise.name,
        "shape",
        f"which shape has `{name}` of line {known.line_of[name]}?",
        f"{exercise.asks} Here {sizes}{f', and what comes in is {given}' if given else ''}.",
        numbered(known.lines),
        tuple(Option(str(shape)) for shape in offered),
        offered.index(right),
        reveals=True,
    )


@functools.lru_cache(maxsize=128)
def _known(name: str) -> _Known | None:
    return _find(registry.get(name))


def _find(exercise: Exercise) -> _Known | None:
    right = program(exercise)
    if right is None:
        return None
    with state.known(seed=0), quiet():
        draw = next((draw for draw in exercise.draws(0) if _all_different(draw)), None)
        if draw is None:
            return None
        right.look_inside(draw)
    function = right.functions[right.main]
    shapes = {name: shape for name, shape in right.held[right.main].shapes.items() if name.isidentifier() and shape}
    line_of = {name: line for name, line in _made_once(function).items() if name in shapes}
    if not line_of:
        return None
    return _Known(listing(function), line_of, shapes, dict(draw.sizes), _given(right, draw))


def _all_different(draw: Draw) -> bool:
    """Whether a shape says which axes it is made of."""
    sizes = list(draw.sizes.values())
    return len(sizes) > 1 and len(set(sizes)) == len(sizes) and min(sizes) > 1


def _made_once(function: ast.FunctionDef) -> dict[str, int]:
    """Names that get their value in one line only, by its number."""
    laid_out = ast.parse(ast.unparse(function)).body[0]
    stored = [n for n in ast.walk(laid_out) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    names = [node.id for node in stored]
    arguments = {argument.arg for argument in ast.walk(laid_out) if isinstance(argument, ast.arg)}
    return {n.id: n.lineno for n in stored if names.count(n.id) == 1 and n.id not in arguments | {"_"}}


def _given(right: Program, draw: Draw) -> dict[str, Shape]:
    """The shapes of the arrays among the arguments; those of a named tuple by their own names."""
    found: dict[str, Shape] = {}
    for name, value in draw.args.items():
        if isinstance(value, tuple) and hasattr(type(value), "_fields"):
            inner = zip(type(value)._fields, value, strict=True)
            found |= {field: tuple(part.shape) for field, part in inner if hasattr(part, "shape") and part.shape}
        else:
            arrays = list(trees.arrays(value))
            if len(arrays) == 1 and arrays[0] is value:
                found[name] = tuple(value.shape)
    return found


def _likely(right: Shape, known: _Known) -> set[Shape]:
    """Shapes that one could take for the right one: of the same values in another order, with one more axis or one
    less, or of another value of the same answer."""
    found: set[Shape] = set(itertools.permutations(right))
    found |= {right[:k] + right[k + 1 :] for k in range(len(right)) if len(right) > 1}
    found |= {shape for shape in (*known.shapes.values(), *known.given.values()) if abs(len(shape) - len(right)) < 2}
    found |= {right[:k] + (size,) + right[k + 1 :] for k in range(len(right)) for size in known.sizes.values()}
    return {shape for shape in found if shape and shape != right}
