"""What is said of the candidates that agree with an answer, in the course's words."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from coursekit.checking import registry
from coursekit.checking.exercise import Exercise
from coursekit.checking.facts import Edited
from coursekit.checking.facts import EditKind as Kind
from coursekit.checking.search.candidates import Candidate
from coursekit.checking.search.edits import Edit
from coursekit.checking.search.program import Program

# Of several kinds that say the same of an answer, the one that says most comes first.
_TELLING = (
    Kind.BLOCKS,
    Kind.SCOPE,
    Kind.OUTSIDE,
    Kind.DIRECTION,
    Kind.OVERWRITTEN,
    Kind.ONLY_LAST,
    Kind.TERM_MISSING,
    Kind.POWER,
    Kind.FACTOR_MISSING,
    Kind.FUNCTION,
    Kind.COMPLEMENT,
    Kind.TRANSPOSED,
    Kind.STEP,
    Kind.AXIS,
    Kind.ORDER,
    Kind.EXCHANGED,
    Kind.SKIPPED,
    Kind.REDUCTION,
    Kind.TWICE,
    Kind.SIGN,
    Kind.INSTEAD,
    Kind.MATRIX_ORDER,
    Kind.OPERATION,
    Kind.RANGE,
    Kind.SLICE,
)


@dataclass(frozen=True)
class Traced:
    """What the answer's own lines have shown, in the course's words: what is right, and what should stand where the
    first wrong value does."""

    right: frozenset[str] = frozenset()
    wrong: frozenset[str] = frozenset()


NOTHING_TRACED = Traced()


def best(exercise: Exercise, program: Program, found: Sequence[Candidate], traced: Traced) -> tuple[Edited, ...]:
    """Of candidates that are one and the same function, the words that say most in the fewest edits, if they are about
    one place; about several, what they share."""
    fewest = min(len(each.said) for each in found)
    said = [each.said for each in found if len(each.said) == fewest]
    said = _if_any(said, lambda each: not any(edit.whole for edit in each))
    told = [tuple(_edited(exercise, program, edit) for edit in each) for each in said]
    told = _if_any(told, lambda each: not any(edited.part in traced.right for edited in each))
    told = _if_any(told, lambda each: any(edited.part in traced.wrong for edited in each))
    told = _if_any(told, lambda each: not _only_hands_on(each, told))
    told = _if_any(told, lambda each: not _only_shifts(each, told))
    if len({frozenset(edited.part for edited in each) for each in told}) > 1:
        return _shared(told)
    return min(told, key=lambda each: sum(map(_rank, each)))


def shared(exercise: Exercise, program: Program, found: Sequence[Candidate]) -> tuple[Edited, ...]:
    """What different functions share which agree with an answer; () where they share nothing that could be said."""
    return _shared([tuple(_edited(exercise, program, edit) for edit in each.said) for each in found])


def _only_hands_on(one: tuple[Edited, ...], told: Sequence[tuple[Edited, ...]]) -> bool:
    """Whether it says of a value that another stands in its place, where others say what is wrong with that value."""
    parts = {edited.part for each in told for edited in each}
    return any(edited.kind is Kind.INSTEAD and edited.names[1:] and edited.names[1] in parts for edited in one)


def _only_shifts(one: tuple[Edited, ...], told: Sequence[tuple[Edited, ...]]) -> bool:
    """Whether it says 1 minus a value where minus the value does the same: what is added does not matter there."""
    signs = {edited.part for each in told for edited in each if edited.kind is Kind.SIGN}
    return any(edited.kind is Kind.COMPLEMENT and edited.part in signs for edited in one)


def _if_any(told: list, holds: Callable[[Any], bool]) -> list:
    return [each for each in told if holds(each)] or told


def _shared(told: Sequence[tuple[Edited, ...]]) -> tuple[Edited, ...]:
    if len(set(told)) == 1:
        return told[0]
    if {len(each) for each in told} != {1}:
        return ()
    kinds, parts = {each.kind for (each,) in told}, {each.part for (each,) in told}
    if len(kinds) > 1:
        return ()
    names = {each.names for (each,) in told}
    return (Edited(kinds.pop(), parts.pop() if len(parts) == 1 else "", names.pop() if len(names) == 1 else ()),)


def _rank(edited: Edited) -> int:
    return _TELLING.index(edited.kind) if edited.kind in _TELLING else len(_TELLING)


def _edited(exercise: Exercise, program: Program, edit: Edit) -> Edited:
    words = _Words(exercise, program, edit.function)
    if edit.kind is Kind.BLOCKS:  # whose rows they are is all there is to say
        names = tuple(words.part(name) for name in edit.names)
        return Edited(edit.kind, "", names if all(names) and len(set(names)) == len(names) else ())
    if edit.kind in (Kind.DIVIDED, Kind.TIMES):  # by the size of an axis
        return Edited(edit.kind, words.part(edit.part), edit.names)
    names = tuple(words.value(name) for name in edit.names)
    told = all(names) and len(set(names)) == len(names)  # two that go by the same words are not told apart by them
    return Edited(edit.kind, words.part(edit.part), names if told else ())


class _Words:
    """The course's words for the variables of one function of the right answer."""

    def __init__(self, exercise: Exercise, program: Program, function: str) -> None:
        self._parts, self._tree = exercise.parts, program.functions[function]
        self._returns = _returns(exercise, program, function)
        self._given = {argument.arg for argument in ast.walk(self._tree) if isinstance(argument, ast.arg)}
        self._given |= set(_taken_apart(self._tree, self._given))
        self._blocks = set(_blocks(self._tree))

    def part(self, name: str) -> str:
        """What a change sits in: the variable itself, or the first that it leads to and that has words."""
        if name.isdecimal():
            place = int(name)
            name = self._returns[place] if place < len(self._returns) else ""
        return self._said(name) or self._leads_to(name)

    def value(self, name: str) -> str:
        """A value that is missing, or stands where another belongs."""
        if name.split(".")[0] in self._given or name == "1":
            return self._parts.get(name, name)
        said = self._said(name)
        if said:
            return said
        leads = self._leads_to(name)
        if name in self._blocks and leads:
            return f"the rows of {leads}"
        return f"what leads to {leads}" if leads else ""

    def _said(self, name: str) -> str:
        return self._parts.get(name, name if name in self._returns else "")

    def _leads_to(self, name: str, seen: tuple[str, ...] = ()) -> str:
        for statement in ast.walk(self._tree):
            if not isinstance(statement, (ast.Assign, ast.Return)) or name in seen or not name:
                continue
            read = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
            if name not in read:
                continue
            if isinstance(statement, ast.Return):
                return self._said(self._returns[0]) if len(self._returns) == 1 else ""
            target = statement.targets[0]
            own = target.id if isinstance(target, ast.Name) else ""
            return self._said(own) or self._leads_to(own, (*seen, name))
        return ""


def _returns(exercise: Exercise, program: Program, function: str) -> tuple[str, ...]:
    """The names of what a function returns, if it is the answer to an exercise."""
    if function == program.main:
        return tuple(tensor.name for tensor in exercise.returns)
    try:
        return tuple(tensor.name for tensor in registry.get(function).returns)
    except registry.UnknownExercise:
        return ()


def _taken_apart(tree: ast.FunctionDef, given: set[str]) -> Iterator[str]:
    """Variables that hold a part of an argument."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            root = node.value
            while isinstance(root, (ast.Attribute, ast.Subscript)):
                root = root.value
            if isinstance(root, ast.Name) and root.id in given:
                yield from (n.id for n in ast.walk(node.targets[0]) if isinstance(n, ast.Name))


_CUTS = {"split", "chunk"}


def _blocks(tree: ast.FunctionDef) -> Iterator[str]:
    """Variables that hold one block of a split."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Tuple):
            continue
        if isinstance(node.value, ast.Call) and getattr(node.value.func, "attr", "") in _CUTS:
            yield from (n.id for n in node.targets[0].elts if isinstance(n, ast.Name))
