"""The one thing that all candidates say which agree with an answer, in the course's words."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from coursekit.checking.exercise import Exercise
from coursekit.checking.facts import Edited, EditKind
from coursekit.checking.search.candidates import Candidate
from coursekit.checking.search.edits import Edit
from coursekit.checking.search.program import Program


def named(exercise: Exercise, program: Program, found: Sequence[Candidate]) -> tuple[Edited, ...]:
    """What the candidates share; () where they share nothing that could be said."""
    told = list(dict.fromkeys(tuple(_words(exercise, program, edit) for edit in each.said) for each in found))
    if len(told) == 1:
        return told[0]
    fewest = min(len(each) for each in told)
    told = [each for each in told if len(each) == fewest]
    if len(told) == 1:
        return told[0]
    if fewest == 1:
        return _shared([each[0] for each in told])
    return ()


def _shared(told: Sequence[Edited]) -> tuple[Edited, ...]:
    kinds, parts = {each.kind for each in told}, {each.part for each in told}
    if len(parts) == 1 and len(kinds) == 1:
        return (Edited(told[0].kind, told[0].part),)
    return tuple()


def _words(exercise: Exercise, program: Program, edit: Edit) -> Edited:
    return Edited(edit.kind, _part(exercise, program, edit), tuple(_value(exercise, program, edit.function, n) for n in edit.names))


def _part(exercise: Exercise, program: Program, edit: Edit) -> str:
    if edit.part.isdecimal():
        if edit.function == program.main and int(edit.part) < len(exercise.returns):
            name = exercise.returns[int(edit.part)].name
            return exercise.parts.get(name, name)
        return ""
    return _value(exercise, program, edit.function, edit.part) if edit.part else ""


def _value(exercise: Exercise, program: Program, function: str, name: str) -> str:
    if name in exercise.parts:
        return exercise.parts[name]
    return name
