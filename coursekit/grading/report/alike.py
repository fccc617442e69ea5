"""What several students do alike though no known mistake names it: where their answers begin to be wrong, and who has
the same wrong numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from coursekit.checking import Verdict
from coursekit.grading.report.data import Class, Mark


@dataclass(frozen=True)
class Group:
    """Students with something in common in their answers to one exercise.

    first: what the right answer has where their first wrong line stands; "" if that is unknown, or not the same.
    """

    students: tuple[str, ...]
    first: str = ""


@dataclass(frozen=True)
class Alike:
    """One exercise.

    lines:   by where the first wrong line stands, the largest group first.
    numbers: groups of two or more whose wrong numbers are equal and are those of no known mistake.
    """

    exercise: str
    lines: tuple[Group, ...]
    numbers: tuple[Group, ...]


def alike(group: Class) -> list[Alike]:
    """Every exercise with something to tell, in the order of the notebooks."""
    found = []
    for question in group.checked:
        wrong = _wrong(group, question.name)
        lines = _grouped(wrong, lambda mark: mark.first)
        numbers = _grouped(wrong, lambda mark: "" if mark.diagnoses else mark.numbers)
        several = tuple(same for same in numbers if len(same.students) > 1)
        if lines or several:
            found.append(Alike(question.name, lines, several))
    return found


def _wrong(group: Class, exercise: str) -> list[tuple[str, Mark]]:
    marks = [(student.name, student.marks.get(exercise)) for student in group.students]
    return [(name, mark) for name, mark in marks if mark is not None and mark.verdict == Verdict.WRONG]


def _grouped(wrong: list[tuple[str, Mark]], key: Callable[[Mark], str]) -> tuple[Group, ...]:
    """Those with the same key together, the largest group first; who has none is left out."""
    together: dict[str, list[tuple[str, Mark]]] = {}
    for name, mark in wrong:
        if key(mark):
            together.setdefault(key(mark), []).append((name, mark))
    groups = []
    for members in together.values():
        firsts = {mark.first for _, mark in members}
        groups.append(Group(tuple(name for name, _ in members), firsts.pop() if len(firsts) == 1 else ""))
    return tuple(sorted(groups, key=lambda same: (-len(same.students), same.first, same.students)))
