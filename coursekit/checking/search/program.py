"""The right answer as functions that can be edited and run."""

from __future__ import annotations

import ast
import contextlib
import functools
import inspect
import time
import types
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from coursekit.checking import trees
from coursekit.checking.call import Call
from coursekit.checking.diagnose import observe
from coursekit.checking.exercise import Draw, Exercise
from coursekit.checking.search.edits import Edit, Held
from coursekit.checking.search.paths import replaced, walk

_KEEP = "__keep__"


@dataclass
class Program:
    """The right answer of an exercise, and the functions of its own module that it calls, by their names.

    held:    by function, what it holds when it returns; returned: the shapes of what the answer returns. Both on the
             smallest draw.
    seconds: that the right answer takes there.
    names:   what its module knows. An edited function takes the place of the right one for as long as it runs.
    """

    exercise: Exercise
    main: str
    functions: dict[str, ast.FunctionDef]
    names: dict[str, Any]
    held: dict[str, Held] = field(default_factory=dict)
    returned: tuple[tuple[int, ...], ...] = ()
    seconds: float = 0.0

    def run(
        self, draw: Draw, edited: Mapping[str, types.CodeType], shapes: tuple[tuple[int, ...], ...]
    ) -> dict[str, np.ndarray] | None:
        """What the program returns on a draw with some functions edited; None where it gives no arrays.
        shapes: of the tensors that are asked for."""
        right = {name: self.names[name] for name in edited}
        args = {name: trees.copy(value) for name, value in draw.args.items()}
        self.names.update({f"__{axis}__": size for axis, size in draw.sizes.items()})
        try:
            for code in edited.values():
                exec(code, self.names)
            value = self.exercise.call(self.names[self.main], args)
            return observe(self.exercise, Call(value=value), shapes).arrays
        except Exception:  # whatever an edited program does
            return None
        finally:
            self.names.update(right)

    def compiled(self, edits: Iterable[Edit]) -> dict[str, types.CodeType]:
        """The functions that the edits change, as code that defines them. SyntaxError or ValueError if it is none."""
        changed: dict[str, ast.AST] = {}
        for edit in sorted(edits, key=lambda e: e.path, reverse=True):  # what stands behind first: places stay valid
            changed[edit.function] = replaced(
                changed.get(edit.function, self.functions[edit.function]), edit.path, edit.new
            )
        return {
            name: compile(ast.Module([tree], []), f"<{name}>", "exec", dont_inherit=True)
            for name, tree in changed.items()
        }

    def look_inside(self, draw: Draw) -> None:
        """Run the right program once and keep what its functions hold."""
        seen: dict[str, dict[str, tuple[int, ...]]] = {}

        def keep(function: str, held: Mapping[str, Any], value: Any) -> Any:
            seen.setdefault(function, {}).update(_shapes_of(held))
            return value

        self.names[_KEEP] = keep
        kept = {name: compile(_keeping(tree), "<kept>", "exec") for name, tree in self.functions.items()}
        start = time.perf_counter()
        right = self.run(draw, kept, tuple((0,) * len(t.axes) for t in self.exercise.returns)) or {}
        self.seconds = time.perf_counter() - start
        self.returned = tuple(array.shape for array in right.values())
        self.held = {
            name: Held(seen.get(name, {}), dict(_stacked(tree)), dict(_split(tree)))
            for name, tree in self.functions.items()
        }


def _shapes_of(held: Mapping[str, Any]) -> Iterator[tuple[str, tuple[int, ...]]]:
    plain = {id(value) for value in held.values()}
    for name, value in held.items():
        if name == "_":
            continue
        if isinstance(value, np.ndarray) or trees.is_tensor(value):
            yield name, tuple(value.shape)
        elif hasattr(type(value), "named_parameters"):  # a module of the course's own
            yield from ((f"{name}.{part}", tuple(inner.shape)) for part, inner in value.named_parameters())
        elif isinstance(value, tuple) and hasattr(type(value), "_fields"):
            for part, inner in zip(type(value)._fields, value, strict=True):
                if isinstance(inner, np.ndarray) and id(inner) not in plain:
                    yield f"{name}.{part}", inner.shape


def _stacked(tree: ast.FunctionDef) -> Iterator[tuple[str, ast.Call]]:
    """Variables that are several values side by side, with the call that puts them there."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign([ast.Name(name)], ast.Call(ast.Attribute(_, "concatenate"), [ast.List()]) as call):
                yield name, call


def _split(tree: ast.FunctionDef) -> Iterator[tuple[str, tuple[ast.Call, int]]]:
    """Variables that are one of several values cut from an array, with the call that cuts it and the place."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign([ast.Tuple(targets)], ast.Call(ast.Attribute(_, "split" | "chunk")) as call):
                for place, target in enumerate(targets):
                    if isinstance(target, ast.Name):
                        yield target.id, (call, place)


def _keeping(tree: ast.FunctionDef) -> ast.Module:
    """The function with every return handing its local values on."""
    for path, node in list(walk(tree)):
        if isinstance(node, ast.Return) and node.value is not None:
            held = ast.Call(ast.Name("locals", ast.Load()), [], [])
            call = ast.Call(ast.Name(_KEEP, ast.Load()), [ast.Constant(tree.name), held, node.value], [])
            tree = replaced(tree, path, ast.fix_missing_locations(ast.Return(call)))
    return ast.Module([tree], [])


def program(exercise: Exercise) -> Program | None:
    """The right answer of an exercise; None where it is no function whose source can be had, or may run for ever."""
    reference = exercise.reference
    if not isinstance(reference, types.FunctionType) or hasattr(reference, "__wrapped__"):
        return None
    known = _functions(inspect.getsourcefile(reference) or "")
    if reference.__name__ not in known:
        return None
    functions: dict[str, ast.FunctionDef] = {}
    todo = [reference.__name__]
    while todo:
        name = todo.pop(0)
        if name in functions:
            continue
        functions[name] = known[name]
        called = {n.id for n in ast.walk(known[name]) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        todo += sorted(called & set(known))
    if any(isinstance(node, ast.While) for tree in functions.values() for node in ast.walk(tree)):
        return None
    names = dict(reference.__globals__) | {"__name__": "search"} | HELPERS
    # All in names of their own, so that each calls an edited one of the others.
    for tree in functions.values():
        exec(compile(ast.Module([tree], []), f"<{tree.name}>", "exec", dont_inherit=True), names)
    return Program(exercise, reference.__name__, functions, names)


@functools.lru_cache(maxsize=32)
def _functions(filename: str) -> dict[str, ast.FunctionDef]:
    """The functions of a file by name, without their docstrings and annotations."""
    try:
        with open(filename, encoding="utf-8") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError):
        return {}
    return {
        node.name: _bare(node) for node in tree.body if isinstance(node, ast.FunctionDef) and not node.decorator_list
    }


def _bare(function: ast.FunctionDef) -> ast.FunctionDef:
    """The function, and those inside of it, without docstrings and annotations."""
    for each in ast.walk(function):
        if isinstance(each, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(each) is not None:
            each.body = each.body[1:] or each.body
        if isinstance(each, ast.FunctionDef):
            each.returns = None
        if isinstance(each, ast.arg):
            each.annotation = None
    return function


def _sigmoid(a: Any) -> Any:
    return 0.5 * (1 + _tanh(0.5 * (a if trees.is_tensor(a) else np.asarray(a))))


def _tanh(a: Any) -> Any:
    return a.tanh() if trees.is_tensor(a) else np.tanh(a)


def _clip(a: Any, bound: float) -> Any:
    """ValueError for several numbers of one magnitude: a factor does the same to them, and is not called a clip."""
    if trees.is_tensor(a):
        return a.clip(-bound, bound)
    size = np.abs(a)
    if np.size(size) > 1 and np.min(size) == np.max(size):
        raise ValueError("a clip of numbers of one magnitude")
    return np.clip(a, -bound, bound)


def _round(a: Any, digits: int) -> Any:
    return a.round(decimals=digits) if trees.is_tensor(a) else np.round(a, digits)


def _turned(matrix: np.ndarray, count: int) -> np.ndarray:
    return np.concatenate([block.T for block in np.split(matrix, count)])


HELPERS: dict[str, Callable[..., Any]] = {
    "__sigmoid__": _sigmoid,
    "__tanh__": _tanh,
    "__relu__": lambda a: a.relu() if trees.is_tensor(a) else np.maximum(a, 0),
    "__clip__": _clip,
    "__round__": _round,
    "__turned__": _turned,
    "__block__": lambda parts, place: parts[place],
}


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """While this lasts, no candidate warns of anything."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
